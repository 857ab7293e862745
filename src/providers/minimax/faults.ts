import { faultReader } from "../../dialects/fault-words.ts";

/** image-01 says its errors with a 200 and a number; H3 in OpenAI's shape (platform.minimax.io, error codes). */
export const faults = faultReader({
  codeAt: ["base_resp.status_code", "error.code", "error.type"],
  messageAt: ["base_resp.status_msg", "error.message"],
  paramAt: ["error.param"],
  fine: ["0"],
  codes: {
    moderation_blocked: [
      "1026",
      "1027",
      "content_policy_violation",
      "moderation_blocked",
      "input_sensitive",
      "output_sensitive",
    ],
    // 2038: the account's owner has not been verified.
    upstream_credentials: [
      "1004",
      "1008",
      "2049",
      "2038",
      "invalid_api_key",
      "insufficient_balance",
    ],
    upstream_rate_limited: ["1002", "1039", "rate_limit_exceeded", "rate_limit_error"],
    upstream_busy: ["1000", "1001"],
    upstream_failed: ["1013", "1024", "1033"],
    invalid_value: ["2013", "1042", "invalid_request_error"],
  },
});
