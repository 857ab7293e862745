import { z } from "zod";
import type { UpstreamFault } from "../../core/provider.ts";
import type { WireError } from "../../core/wire.ts";
import { readOpenAiError } from "../openai-images/index.ts";
import { publicText } from "../../core/public-text.ts";

/** Azure writes some statuses as the code: "401". */
const word = z
  .union([z.string(), z.number().transform(String)])
  .nullish()
  .catch(undefined);

const errorBody = z.object({
  error: z.object({
    code: word,
    message: word,
    innererror: z.object({ code: word }).nullish().catch(undefined),
  }),
});

/** `{hate: {filtered: true, severity: "high"}, …}`, beside the pictures of an answer or in their place. */
const filterResult = z
  .record(z.string(), z.unknown())
  .transform((categories) => Object.values(categories).some(isFiltered))
  .nullish()
  .catch(undefined);

const filtered = z.object({ filtered: z.literal(true) });

function isFiltered(category: unknown): boolean {
  return filtered.safeParse(category).success;
}

const filteredBody = z.object({
  prompt_filter_results: z
    .array(z.object({ content_filter_results: filterResult }))
    .nullish()
    .catch(undefined),
  data: z
    .array(z.object({ content_filter_results: filterResult, prompt_filter_results: filterResult }))
    .nullish()
    .catch(undefined),
});

/** Codes in which Azure's own content filter speaks (clouds.md §2.1, errors 1 and 2). */
const filterCodes: ReadonlySet<string> = new Set([
  "contentFilter",
  "content_filter",
  "content_policy_violation",
  "ResponsibleAIPolicyViolation",
]);

/**
 * The meaning of an error of Azure's (clouds.md §2.1, errors): its content filter in two shapes, a blocked
 * resource, a deployment that is not there; else as OpenAI's, whose moderation is the fourth shape.
 */
export function readAzureError(error: WireError): UpstreamFault | undefined {
  const body = errorBody.safeParse(error.json).data?.error;
  const message = body?.message ?? "";
  // First of all: the whole resource is shut, whatever this prompt was.
  if (/resource has been temporarily blocked/i.test(message))
    return { code: "upstream_credentials" };
  const codes = [body?.code ?? "", body?.innererror?.code ?? ""];
  if (codes.some((code) => filterCodes.has(code)))
    return { code: "moderation_blocked", message: publicText(message) };
  if (codes.includes("DeploymentNotFound")) return { code: "upstream_model_missing" };
  if (body === undefined && saysFiltered(error.json)) return { code: "moderation_blocked" };
  return readOpenAiError(error);
}

/** A good answer without a picture, whose filter results say why. */
function saysFiltered(json: unknown): boolean {
  const read = filteredBody.safeParse(json);
  if (!read.success) return false;
  const { data, prompt_filter_results: prompts } = read.data;
  return (
    (prompts ?? []).some((one) => one.content_filter_results === true) ||
    (data ?? []).some(
      (one) => one.content_filter_results === true || one.prompt_filter_results === true,
    )
  );
}
