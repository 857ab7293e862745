import { z } from "zod";
import type { ErrorCode } from "../../core/errors.ts";
import { faultFromStatus, type UpstreamFault } from "../../core/provider.ts";
import type { WireError } from "../../core/wire.ts";
import { publicText } from "../public-text.ts";

const word = z
  .union([z.string(), z.number().transform(String)])
  .nullish()
  .catch(undefined);

/** `error` inside it is DeepInfra's way: `{detail: {error: text}}` (clouds.md §9). */
const errorObject = z.object({ message: word, type: word, param: word, code: word, error: word });

const detailList = z.array(
  z.object({
    msg: z.string(),
    loc: z.array(z.union([z.string(), z.number()])).nullish(),
  }),
);

const body = z.object({
  error: z.union([errorObject, z.string()]).nullish().catch(undefined),
  /** FastAPI: a text, a list of faults, or an object of the server's own. */
  detail: z.union([z.string(), detailList, errorObject]).nullish().catch(undefined),
  message: z.string().nullish().catch(undefined),
  code: word,
});

/** An error body of whatever shape, in OpenAI's words. Texts are empty where there is none. */
interface Envelope {
  readonly message: string;
  readonly type: string;
  readonly code: string;
  readonly param: string | undefined;
}

/**
 * What an error answer of OpenAI's images API, or of a server that speaks it, means. The body's own
 * words decide before the status does; undefined leaves it to the status. Sources: clouds.md §1
 * "Errors", §0.6. The wait that an answer asks for is read off its headers by the egress.
 */
export function readOpenAiError(error: WireError): UpstreamFault | undefined {
  const envelope = readEnvelope(error.json);
  // A proxy's 503 does not say that the provider never began, so it is no refusal (DESIGN §6).
  if (envelope === undefined) return error.status === 503 ? { code: "upstream_failed" } : undefined;
  const code = codeFromWords(envelope) ?? codeFromStatus(error.status, envelope);
  if (code === undefined) return undefined;
  const message = publicText(envelope.message);
  return {
    code,
    ...(message === "" ? {} : { message }),
    ...(envelope.param === undefined ? {} : { param: envelope.param }),
  };
}

function readEnvelope(json: unknown): Envelope | undefined {
  const read = body.safeParse(json);
  if (!read.success) return undefined;
  const { error, detail, message, code } = read.data;
  if (typeof error === "string") return envelopeOf({ message: error, code });
  if (error !== null && error !== undefined) return envelopeOf(error);
  if (typeof detail === "string") return envelopeOf({ message: detail, code });
  if (Array.isArray(detail)) return envelopeOfDetails(detail);
  if (detail !== null && detail !== undefined) return envelopeOf(detail);
  if (typeof message === "string") return envelopeOf({ message, code });
  return undefined;
}

function envelopeOf(error: Partial<z.infer<typeof errorObject>>): Envelope {
  return {
    message: error.message ?? error.error ?? "",
    type: error.type ?? "",
    code: error.code ?? "",
    param: error.param ?? undefined,
  };
}

function envelopeOfDetails(details: z.infer<typeof detailList>): Envelope | undefined {
  const [first] = details;
  if (first === undefined) return undefined;
  const place = (first.loc ?? []).filter((step) => step !== "body" && step !== "query");
  return {
    message: details.map(({ msg }) => msg).join("; "),
    type: "",
    code: "",
    param: place.length === 0 ? undefined : place.join("."),
  };
}

/** Codes and types that OpenAI and its imitators use, by what they mean here. */
const words: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  ["moderation_blocked", "moderation_blocked"],
  ["content_policy_violation", "moderation_blocked"],
  ["content_filter", "moderation_blocked"],
  ["image_generation_user_error", "moderation_blocked"],
  ["invalid_api_key", "upstream_credentials"],
  ["account_deactivated", "upstream_credentials"],
  ["authentication_error", "upstream_credentials"],
  ["permission_error", "upstream_credentials"],
  ["insufficient_quota", "upstream_credentials"],
  ["billing_hard_limit_reached", "upstream_credentials"],
  ["billing_not_active", "upstream_credentials"],
  ["billing_limit_user_error", "upstream_credentials"],
  ["rate_limit_exceeded", "upstream_rate_limited"],
  ["rate_limit_error", "upstream_rate_limited"],
  ["model_not_found", "upstream_model_missing"],
  ["unknown_parameter", "unsupported_parameter"],
  ["unsupported_parameter", "unsupported_parameter"],
  ["missing_required_parameter", "missing_required_parameter"],
  ["string_above_max_length", "string_above_max_length"],
  ["invalid_image", "invalid_image"],
  ["invalid_image_file", "invalid_image"],
  ["invalid_image_format", "invalid_image"],
  ["image_parse_error", "invalid_image"],
  ["image_too_large", "image_too_large"],
]);

/** The code is more exact than the type, so it is asked first. */
function codeFromWords({ code, type, message }: Envelope): ErrorCode | undefined {
  const known = words.get(code) ?? words.get(type);
  if (known !== undefined) return known;
  // OpenAI sends this one without a code (clouds.md §1: 403 organisation not verified; also seen as a 400).
  if (/\borgani[sz]ation must be verified\b/i.test(message)) return "upstream_credentials";
  return undefined;
}

function codeFromStatus(status: number, { message }: Envelope): ErrorCode | undefined {
  if (status === 400 || status === 422) {
    const unknownField = /\b(unknown|unsupported|unrecognized) (request )?(parameter|argument)/i;
    return unknownField.test(message) ? "unsupported_parameter" : "invalid_value";
  }
  if (status === 413) return "image_too_large";
  // A 405 or 415 is about how this gateway calls the server: the operator's fault, not the caller's.
  const code = faultFromStatus(status);
  if (code === "invalid_value") return "upstream_refused";
  return status >= 200 && status < 300 ? undefined : code;
}
