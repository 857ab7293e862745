import { readErrorBody } from "../core/error-body.ts";
import { z } from "zod";
import type { ErrorCode } from "../core/errors.ts";
import { faultFromStatus, type UpstreamFault } from "../core/provider.ts";
import { publicText } from "../core/public-text.ts";
import type { WireError } from "../core/wire.ts";
import { readOpenAiError } from "./openai-images/index.ts";

const metadataSchema = z
  .object({
    reasons: z.array(z.string()).nullish().catch(undefined),
    flagged_input: z.string().nullish().catch(undefined),
  })
  .nullish()
  .catch(undefined);

const errorSchema = z.object({ metadata: metadataSchema });

const bodySchema = z.object({
  error: errorSchema.nullish().catch(undefined),
  /** Chat completions put the error of a finished call into its choice. */
  choices: z
    .array(z.object({ error: errorSchema.nullish().catch(undefined) }))
    .nullish()
    .catch(undefined),
});

/**
 * The meaning of an error whose code is a number, an HTTP status: `{error: {code: 402, message,
 * metadata}}`, also inside an answer with a good status (clouds.md §6, errors). Everything else is
 * read as OpenAI's.
 */
export function readNumericError(error: WireError): UpstreamFault | undefined {
  const body = bodySchema.safeParse(error.json).data;
  const found = body?.error ?? body?.choices?.find((choice) => choice.error)?.error ?? undefined;
  const words = readErrorBody(error);
  if (found === undefined || words === undefined) return readOpenAiError(error);
  const isGood = error.status >= 200 && error.status < 300;
  const status = isGood ? statusOf(words.code) : error.status;
  const message = publicText(words.message);
  const said = message === "" ? {} : { message };
  if (isModeration(status, found.metadata)) return { code: "moderation_blocked", ...said };
  const fromWords = readOpenAiError(status === undefined ? error : { ...error, status });
  // A failure that names no status may have been billed.
  const code = byStatus(status) ?? fromWords?.code ?? faultFromStatus(status ?? 500);
  return { code, ...said, ...(fromWords?.param === undefined ? {} : { param: fromWords.param }) };
}

/** The code as a status, which it is at these servers. */
function statusOf(code: string): number | undefined {
  return /^[45]\d\d$/.test(code) ? Number(code) : undefined;
}

/** 403 is a refused prompt where it comes with what was flagged, else the account's (clouds.md §6, errors, 403). */
function isModeration(
  status: number | undefined,
  metadata: z.infer<typeof metadataSchema>,
): boolean {
  const flagged = (metadata?.reasons ?? []).length > 0 || Boolean(metadata?.flagged_input);
  return status === 403 && flagged;
}

/** Statuses of these servers' own that OpenAI does not have. 529: overloaded. */
function byStatus(status: number | undefined): ErrorCode | undefined {
  if (status === 529) return "upstream_busy";
  return status === 524 ? "upstream_timeout" : undefined;
}
