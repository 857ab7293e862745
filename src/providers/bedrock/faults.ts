import { z } from "zod";
import type { ErrorCode } from "../../core/errors.ts";
import { publicText } from "../../core/public-text.ts";
import type { UpstreamFault, WireError } from "../../core/wire.ts";
import { faultReader } from "../../dialects/fault-words.ts";

/** Meanings of the exceptions that the runtime names in a header (docs.aws.amazon.com, InvokeModel, errors). */
const exceptions: Readonly<Record<string, ErrorCode>> = {
  AccessDeniedException: "upstream_credentials",
  UnrecognizedClientException: "upstream_credentials",
  InvalidSignatureException: "upstream_credentials",
  IncompleteSignatureException: "upstream_credentials",
  MissingAuthenticationTokenException: "upstream_credentials",
  ExpiredTokenException: "upstream_credentials",
  InvalidClientTokenId: "upstream_credentials",
  ResourceNotFoundException: "upstream_model_missing",
  ThrottlingException: "upstream_rate_limited",
  ServiceQuotaExceededException: "upstream_rate_limited",
  ModelNotReadyException: "upstream_busy",
  ServiceUnavailableException: "upstream_busy",
  ModelTimeoutException: "upstream_timeout",
  ModelErrorException: "upstream_failed",
  InternalServerException: "upstream_failed",
};

const sentences = faultReader({
  codeAt: [],
  messageAt: ["message", "Message"],
  sentences: {
    moderation_blocked: [/\bcontent filter/i, /\b(AUP|acceptable use|content polic(y|ies))\b/i],
    upstream_model_missing: [/^The provided model identifier is invalid/i],
  },
});

/** An error's meaning, by the exception's name first: a 403 or a 429 says less. */
export function readBedrockError(error: WireError): UpstreamFault | undefined {
  const read = sentences.readError(error);
  const code = exceptions[nameOf(error)];
  if (code === undefined || read?.code === "moderation_blocked") return read;
  return { ...read, code };
}

/** The name stands in a header, or in the body as `__type`; behind a colon or before a hash come addresses. */
function nameOf({ headers, json }: WireError): string {
  const typed = z.object({ __type: z.string() }).safeParse(json).data?.["__type"];
  const name = headers["x-amzn-errortype"] ?? typed ?? "";
  return name.split(":")[0]?.split("#").at(-1) ?? "";
}

const finishSchema = z.object({
  finish_reasons: z.array(z.string().nullish()).nullish(),
  error: z.string().nullish(),
  status: z.string().nullish(),
});

/** A refusal that comes with status 200: a reason in place of null, and no picture or one that is no use. */
export function filtered(answer: WireError): UpstreamFault | undefined {
  const read = finishSchema.safeParse(answer.json).data;
  if (read === undefined) return undefined;
  const reason = (read.finish_reasons ?? []).find(
    (word) => typeof word === "string" && word !== "",
  );
  const said =
    reason ?? read.error ?? (read.status === "Request Moderated" ? read.status : undefined);
  if (said === undefined || said === null) return undefined;
  const isModeration = /filter|moderat|content polic/i.test(said);
  return isModeration
    ? {
        code: "moderation_blocked",
        message: `The provider held the image back: ${publicText(said)}`,
      }
    : { code: "upstream_failed" };
}
