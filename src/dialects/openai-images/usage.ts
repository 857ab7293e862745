import type { Usage } from "../../core/request.ts";

type Fields = Readonly<Record<string, unknown>>;
type Details = Usage["input_tokens_details"];

/**
 * The usage of an answer, in the words of the images API or in those of chats; undefined where it says none that can
 * be read. Missing counts are zeros; a missing total is the sum.
 */
export function readOpenAiUsage(json: unknown): Usage | undefined {
  const fields = objectOf(json);
  if (fields === undefined) return undefined;
  const isChat = ["prompt_tokens", "completion_tokens"].some(
    (name) => countOf(fields[name]) !== undefined,
  );
  return isChat && !("input_tokens" in fields) ? chatUsage(fields) : imagesUsage(fields);
}

function imagesUsage(fields: Fields): Usage | undefined {
  const { input_tokens_details: inputs, output_tokens_details: outputs } = fields;
  if (!isDetails(inputs) || !isDetails(outputs)) return undefined;
  const input = countOf(fields.input_tokens) ?? 0;
  const output = countOf(fields.output_tokens) ?? 0;
  const usage = {
    input_tokens: input,
    output_tokens: output,
    total_tokens: countOf(fields.total_tokens) ?? input + output,
    input_tokens_details: detailsOf(inputs),
  };
  return outputs === null || outputs === undefined
    ? usage
    : { ...usage, output_tokens_details: detailsOf(outputs) };
}

/** Chats say of the details what they have; the rest of their tokens is text. */
function chatUsage(fields: Fields): Usage {
  const inputs = objectOf(fields.prompt_tokens_details);
  const outputs = objectOf(fields.completion_tokens_details);
  const input = countOf(fields.prompt_tokens) ?? 0;
  const output = countOf(fields.completion_tokens) ?? 0;
  const ofInput = chatDetails(inputs, input);
  const cached = Math.min(countOf(inputs?.cached_tokens) ?? 0, input);
  // How much of either kind was cached is not said; text stands in front, where caches begin.
  const cachedText = Math.min(cached, ofInput.text_tokens);
  const isSplit = [outputs?.text_tokens, outputs?.image_tokens].some(
    (one) => countOf(one) !== undefined,
  );
  return {
    input_tokens: input,
    output_tokens: output,
    total_tokens: countOf(fields.total_tokens) ?? input + output,
    input_tokens_details: ofInput,
    ...(cached === 0
      ? {}
      : { cached_tokens_details: { text_tokens: cachedText, image_tokens: cached - cachedText } }),
    ...(isSplit ? { output_tokens_details: chatDetails(outputs, output) } : {}),
  };
}

function chatDetails(details: Fields | undefined, all: number): Details {
  const text = countOf(details?.text_tokens);
  const image = countOf(details?.image_tokens);
  return {
    text_tokens: text ?? Math.max(0, all - (image ?? 0)),
    image_tokens: image ?? (text === undefined ? 0 : Math.max(0, all - text)),
  };
}

function isDetails(value: unknown): value is Fields | null | undefined {
  return value === null || value === undefined || objectOf(value) !== undefined;
}

function detailsOf(details: Fields | null | undefined): Details {
  return {
    text_tokens: countOf(details?.text_tokens) ?? 0,
    image_tokens: countOf(details?.image_tokens) ?? 0,
  };
}

function countOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function objectOf(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : undefined;
}
