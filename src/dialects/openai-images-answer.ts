import { z } from "zod";
import { errorTable, PinholeError } from "../core/errors.ts";
import { Picture } from "../core/picture.ts";
import type { ProviderEvent, UpstreamFault, UpstreamHttp } from "../core/provider.ts";
import type { Usage } from "../core/request.ts";
import type { WireAnswer, WireError } from "../core/wire.ts";
import { readOpenAiError } from "./openai-images-errors.ts";

const tokens = z.number().min(0).nullish().catch(undefined);

export const usageSchema = z.object({
  input_tokens: tokens,
  output_tokens: tokens,
  total_tokens: tokens,
  input_tokens_details: z.object({ text_tokens: tokens, image_tokens: tokens }).nullish(),
  output_tokens_details: z.object({ text_tokens: tokens, image_tokens: tokens }).nullish(),
});

const answerSchema = z.object({
  usage: usageSchema.nullish().catch(undefined),
  quality: z.string().nullish().catch(undefined),
  background: z.string().nullish().catch(undefined),
});

const itemSchema = z.object({ revised_prompt: z.string().nullish().catch(undefined) });

/** What an answer says about one of its images: the image or where it is, and the object it stands in. */
interface FoundPicture {
  readonly source: Picture | string;
  readonly item: unknown;
}

/**
 * Reads an answer: usage first, since it is owed whatever follows, then each picture. Links are
 * fetched side by side. Throws upstream_bad_answer where there is no picture, or what the answer's own error says.
 */
export async function* readImagesAnswer(
  answer: WireAnswer,
  places: readonly string[],
  http: UpstreamHttp,
  readError: (error: WireError) => UpstreamFault | undefined = readOpenAiError,
): AsyncGenerator<ProviderEvent, void, void> {
  if (answer.picture !== undefined) {
    yield { picture: answer.picture, index: 0 };
    return;
  }
  const read = answerSchema.safeParse(answer.json);
  if (!read.success) throw noPicture("the answer is no JSON object");
  const { usage, quality, background } = read.data;
  if (usage !== null && usage !== undefined) yield { usage: completeUsage(usage) };
  const found = picturesAt(answer.json, places);
  if (found.length === 0) throw emptyAnswer(answer, readError);
  const results = await Promise.allSettled(
    found.map(async ({ source }) => (source instanceof Picture ? source : http.download(source))),
  );
  let failure: PromiseRejectedResult | undefined;
  let index = 0;
  for (const [position, result] of results.entries()) {
    if (result.status === "rejected") {
      failure ??= result;
      continue;
    }
    yield {
      picture: result.value,
      index,
      revisedPrompt: itemSchema.safeParse(found[position]?.item).data?.revised_prompt || undefined,
      quality: quality ?? undefined,
      background: background ?? undefined,
    };
    index += 1;
  }
  if (failure !== undefined) throw failure.reason;
}

export function noPicture(detail: string): PinholeError {
  return new PinholeError("upstream_bad_answer", {
    message: "The upstream answered without an image.",
    detail,
  });
}

/**
 * Some servers answer 200 with an error in the body: its code decides. Its words are left out, since
 * they have not passed the egress, which alone can clean them of this channel's secrets.
 */
function emptyAnswer(
  answer: WireAnswer,
  readError: (error: WireError) => UpstreamFault | undefined,
): PinholeError {
  const fault = readError({ ...answer, text: "" });
  if (fault === undefined) return noPicture("no place for pictures held one");
  return new PinholeError(fault.code, {
    message: errorTable[fault.code].meaning,
    param: fault.param,
    detail: "an error in the body of an answer with a good status",
  });
}

/** The usage of an answer; undefined where it says none that can be read. */
export function readOpenAiUsage(json: unknown): Usage | undefined {
  const read = usageSchema.safeParse(json);
  return read.success ? completeUsage(read.data) : undefined;
}

/** Missing counts are zeros; a missing total is the sum. */
export function completeUsage(usage: z.infer<typeof usageSchema>): Usage {
  const input = usage.input_tokens ?? 0;
  const output = usage.output_tokens ?? 0;
  const details = (part: z.infer<typeof usageSchema>["input_tokens_details"]) => ({
    text_tokens: part?.text_tokens ?? 0,
    image_tokens: part?.image_tokens ?? 0,
  });
  return {
    input_tokens: input,
    output_tokens: output,
    total_tokens: usage.total_tokens ?? input + output,
    input_tokens_details: details(usage.input_tokens_details),
    ...(usage.output_tokens_details
      ? { output_tokens_details: details(usage.output_tokens_details) }
      : {}),
  };
}

/**
 * The pictures and links at the places, in the answer's order. An image that stands at several
 * places (both base64 and a link) counts once; the place named first wins.
 */
export function picturesAt(json: unknown, places: readonly string[]): FoundPicture[] {
  const byItem = new Map<string, FoundPicture & { readonly order: readonly number[] }>();
  for (const place of places) {
    for (const { value, item, key, order } of walk(json, place.split("."), root(json))) {
      if (byItem.has(key)) continue;
      if (value instanceof Picture || isLink(value))
        byItem.set(key, { source: value, item, order });
    }
  }
  return [...byItem.values()].toSorted((a, b) => compareOrder(a.order, b.order));
}

/** Where a walk is: the innermost list element on the way (or the document), its path and its rank. */
interface Spot {
  readonly path: readonly string[];
  readonly key: string;
  readonly item: unknown;
  readonly order: readonly number[];
}

function root(json: unknown): Spot {
  return { path: [], key: "", item: json, order: [] };
}

function* walk(
  value: unknown,
  steps: readonly string[],
  spot: Spot,
): Generator<Spot & { readonly value: unknown }, void, void> {
  const [step, ...rest] = steps;
  if (step === undefined) {
    yield { ...spot, value };
    return;
  }
  if (typeof value !== "object" || value === null || value instanceof Picture) return;
  for (const [rank, [name, child]] of Object.entries(value).entries()) {
    const path = [...spot.path, name];
    if (step === "*") {
      const order = [...spot.order, rank];
      yield* walk(child, rest, { path, key: path.join("."), item: child, order });
    } else if (step === name) {
      yield* walk(child, rest, { ...spot, path });
    }
  }
}

function compareOrder(a: readonly number[], b: readonly number[]): number {
  for (const [index, left] of a.entries()) {
    const right = b[index] ?? 0;
    if (left !== right) return left - right;
  }
  return 0;
}

function isLink(value: unknown): value is string {
  return typeof value === "string" && /^https?:\/\//i.test(value);
}
