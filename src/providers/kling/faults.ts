import type { UpstreamFault, WireError } from "../../core/wire.ts";
import { faultReader } from "../../dialects/fault-words.ts";

const account = ["1000", "1001", "1002", "1003", "1004", "1100", "1101", "1102", "1103", "1304"];
const callers = ["1200", "1201", "1202"];
const missing = ["1203"];
const policy = ["1300", "1301"];

/** Answers carry a code, 0 where all is well; 1100 to 1102 come with a 429 although they are about the account. */
export const faults = faultReader({
  codeAt: ["code"],
  messageAt: ["message"],
  fine: ["0"],
  codes: {
    moderation_blocked: policy,
    upstream_credentials: account,
    upstream_rate_limited: ["1302", "1303"],
    upstream_model_missing: missing,
    upstream_failed: ["5000"],
    upstream_busy: ["5001"],
    upstream_timeout: ["5002"],
    invalid_value: callers,
  },
});

/** Codes in the place of a job's state that asking again does not change. */
export const finalCodes = [...account, ...callers, ...missing, ...policy];

const ofJobs = faultReader({
  codeAt: ["data.task_status"],
  messageAt: ["data.task_status_msg"],
  sentences: {
    moderation_blocked: [
      /\b(risk control|sensitive|content (policy|security|safety)|moderat(ed|ion)|violat(es?|ed|ing|ions?)|prohibited|unsafe)\b/i,
      /风控|敏感|违规|审核|安全策略/,
    ],
  },
});

/** A failed job says in words what it failed of; an answer in its place says a code. */
export function failureOf(state: WireError): UpstreamFault | undefined {
  return faults.refused(state) ?? ofJobs.refused(state);
}
