import { z } from "zod";
import type { ErrorCode } from "../core/errors.ts";
import { faultFromStatus, type UpstreamFault } from "../core/provider.ts";
import type { WireError } from "../core/wire.ts";
import { readOpenAiError } from "./openai-images/errors.ts";
import { publicText } from "./public-text.ts";

const word = z.string().nullish().catch(undefined);

const errorSchema = z.object({
  code: z.union([z.number(), z.string()]).nullish().catch(undefined),
  message: word,
  metadata: z
    .object({
      reasons: z.array(z.string()).nullish().catch(undefined),
      flagged_input: word,
    })
    .nullish()
    .catch(undefined),
});

const bodySchema = z.object({
  error: errorSchema.nullish().catch(undefined),
  /** Chat completions put the error of a finished call into its choice. */
  choices: z
    .array(z.object({ error: errorSchema.nullish().catch(undefined) }))
    .nullish()
    .catch(undefined),
});

/**
 * What an error means whose code is a number, an HTTP status: `{error: {code: 402, message,
 * metadata}}`, also inside an answer with a good status (clouds.md §6, errors). Everything else is
 * read as OpenAI's.
 */
export function readNumericError(error: WireError): UpstreamFault | undefined {
  const body = bodySchema.safeParse(error.json).data;
  const found = body?.error ?? body?.choices?.find((choice) => choice.error)?.error ?? undefined;
  if (found === undefined) return readOpenAiError(error);
  const isGood = error.status >= 200 && error.status < 300;
  const status = isGood ? statusOf(found.code) : error.status;
  const message = publicText(found.message ?? "");
  const said = message === "" ? {} : { message };
  if (isModeration(status, found.metadata)) return { code: "moderation_blocked", ...said };
  const fromWords = readOpenAiError({ ...error, status, json: { error: found } });
  const code = byStatus(status) ?? fromWords?.code ?? faultFromStatus(status);
  return { code, ...said, ...(fromWords?.param === undefined ? {} : { param: fromWords.param }) };
}

/** The code as a status, which it is at these servers; a failure that names none may have been billed. */
function statusOf(code: number | string | null | undefined): number {
  const status = Number(code);
  return Number.isInteger(status) && status >= 400 && status < 600 ? status : 500;
}

/** 403 is a refused prompt where it comes with what was flagged, else the account's (clouds.md §6, errors, 403). */
function isModeration(status: number, metadata: z.infer<typeof errorSchema>["metadata"]): boolean {
  const flagged = (metadata?.reasons ?? []).length > 0 || Boolean(metadata?.flagged_input);
  return status === 403 && flagged;
}

/** Statuses of these servers' own that OpenAI does not have. 503: nobody serves it now; 529: overloaded. */
function byStatus(status: number): ErrorCode | undefined {
  if (status === 529) return "upstream_busy";
  return status === 524 ? "upstream_timeout" : undefined;
}
