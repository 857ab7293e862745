import type { UpstreamFault, WireError } from "../../core/wire.ts";
import { type FaultWords, faultReader } from "../../dialects/fault-words.ts";

const codes: NonNullable<FaultWords["codes"]> = {
  moderation_blocked: ["OperationDenied.*IllegalDetected", "OperationDenied*"],
  upstream_credentials: [
    "AuthFailure*",
    "UnauthorizedOperation*",
    "ResourceUnavailable.InArrears",
    "ResourceUnavailable.LowBalance",
    "ResourceUnavailable.NotExist",
    "ResourceUnavailable.StopUsing",
    "ResourceUnavailable*",
    "ResourceInsufficient*",
    "ResourcesSoldOut*",
  ],
  upstream_rate_limited: ["RequestLimitExceeded*", "LimitExceeded*"],
  invalid_image: ["FailedOperation.ImageDecodeFailed", "FailedOperation.ImageResolutionExceed"],
  image_too_large: ["FailedOperation.ImageSizeExceed", "FailedOperation.RequestEntityTooLarge"],
  string_above_max_length: ["InvalidParameterValue.TextLengthExceed"],
  invalid_value: ["InvalidParameter*", "MissingParameter*", "UnknownParameter*"],
  upstream_refused: ["InvalidAction", "NoSuchVersion", "UnsupportedOperation*"],
  upstream_failed: ["FailedOperation*", "InternalError*"],
};
const moderated = [
  /\b(illegal|sensitive|moderat(ed|ion)|content (safety|polic(y|ies)|risk)|violat(es?|ed|ing|ions?))\b/i,
  /违规|敏感|审核|违法|不合规/,
];

/** The signed API says its errors with a 200, in `Response.Error`; TokenHub in `error`. */
export const faults = faultReader({
  codeAt: ["Response.Error.Code", "error.code"],
  messageAt: ["Response.Error.Message", "error.message", "message"],
  codes,
  sentences: { moderation_blocked: moderated },
});

const ofJobs = faultReader({
  codeAt: ["Response.JobErrorCode", "Response.JobStatusCode"],
  messageAt: ["Response.JobErrorMsg"],
  codes,
  sentences: { moderation_blocked: moderated },
});

/** Errors in the place of a job's state that asking again does not change. */
export const finalCodes = [
  "AuthFailure.SignatureFailure",
  "AuthFailure.SecretIdNotFound",
  "AuthFailure.InvalidSecretId",
  "AuthFailure.SignatureExpire",
  "AuthFailure.TokenFailure",
  "AuthFailure.UnauthorizedOperation",
  "FailedOperation.JobNotExist",
  "InvalidParameterValue.ParameterValueError",
  "ResourceUnavailable.InArrears",
  "ResourceUnavailable.StopUsing",
];

/** The fault of a failed job: its own code and sentence, or an error in the place of its state. */
export function failureOf(state: WireError): UpstreamFault | undefined {
  return faults.refused(state) ?? ofJobs.refused(state);
}
