import { type ErrorBody, readErrorBody } from "../../core/error-body.ts";
import type { ErrorCode } from "../../core/errors.ts";
import { faultFromStatus, type UpstreamFault } from "../../core/provider.ts";
import { publicText } from "../../core/public-text.ts";
import type { WireError } from "../../core/wire.ts";
import {
  blamesRequest,
  meaningOfWords,
  missesPartOfRequest,
  speaksOfRequest,
} from "../error-words.ts";

/**
 * The meaning of an error of OpenAI's images API, or of a server that speaks it: an answer with a bad
 * status, an `error` event, or an error in an answer with a good status. The body's own words decide
 * before the status does; undefined leaves it to the status. Sources: clouds.md §1 "Errors", §0.6. The
 * wait that an answer asks for is read off its headers by the egress.
 */
export function readOpenAiError(error: WireError): UpstreamFault | undefined {
  const body = readErrorBody(error);
  // A proxy's 503 does not say that the provider never began, so it is no refusal (DESIGN §6).
  if (error.status === 503 && (body === undefined || error.json === undefined)) {
    return { code: "upstream_failed" };
  }
  if (body === undefined) return undefined;
  const code = meaningOfWords(body) ?? codeFromStatus(error.status, body);
  if (code === undefined) return undefined;
  const message = publicText(body.message);
  return {
    code,
    ...(message === "" ? {} : { message }),
    ...(body.param === undefined ? {} : { param: body.param }),
  };
}

function codeFromStatus(status: number, body: ErrorBody): ErrorCode | undefined {
  if (status >= 200 && status < 300) return codeWithoutStatus(body);
  if (status === 400 || status === 422) return callersCode(body);
  if (status === 404 && missesPartOfRequest(body)) return callersCode(body);
  if (status === 451) return "moderation_blocked";
  // A 405 or 415 is about how this gateway calls the server: the operator's fault, not the caller's.
  const code = faultFromStatus(status);
  return code === "invalid_value" ? "upstream_refused" : code;
}

/** Servers that answer 200 to everything, and streams: the status may stand in the body, `{error: {code: 400}}`. */
function codeWithoutStatus(body: ErrorBody): ErrorCode | undefined {
  const status = /^[45]\d\d$/.test(body.code) ? Number(body.code) : undefined;
  if (status !== undefined) return codeFromStatus(status, body);
  return blamesRequest(body) || speaksOfRequest(body) ? callersCode(body) : undefined;
}

function callersCode({ message }: ErrorBody): ErrorCode {
  const unknownField = /\b(unknown|unsupported|unrecognized) (request )?(parameter|argument)/i;
  return unknownField.test(message) ? "unsupported_parameter" : "invalid_value";
}
