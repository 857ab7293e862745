import type { UpstreamFault, WireError } from "../../core/wire.ts";
import { faultReader } from "../../dialects/fault-words.ts";

const sentences = {
  invalid_value: [/^(invalid|missing|unsupported|unknown|field|input should|value)\b/i],
  moderation_blocked: [/\b(moderat(ed|ion)|content polic(y|ies)|unsafe|inappropriate)\b/i],
};
const messageAt = ["error.message", "error.details", "message", "detail.*.msg", "detail"];

const byStatus = faultReader({ codeAt: [], messageAt });
const unprocessable = faultReader({
  codeAt: [],
  messageAt,
  sentences,
  statuses: { 422: "moderation_blocked" },
});

/** A 422 is a prompt or a picture that moderation refused, unless its sentence is about a field. */
export function readError(error: WireError): UpstreamFault | undefined {
  return (error.status === 422 ? unprocessable : byStatus).readError(error);
}

const ofFields = faultReader({ codeAt: ["status"], messageAt, sentences });
const ofJobs = faultReader({
  codeAt: ["error.code"],
  messageAt,
  codes: {
    moderation_blocked: ["422"],
    upstream_credentials: ["401", "402", "403"],
    upstream_rate_limited: ["429"],
    invalid_value: ["400"],
  },
});

/** The fault of a failed job, in its own words: a sentence, else a code that is a status. */
export function failureOf(state: WireError): UpstreamFault | undefined {
  const bySentence = ofFields.refused(state);
  return bySentence !== undefined && bySentence.code !== "upstream_failed"
    ? bySentence
    : ofJobs.refused(state);
}
