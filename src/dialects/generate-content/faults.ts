import { z } from "zod";
import { publicText } from "../../core/public-text.ts";
import type { UpstreamFault, WireError } from "../../core/wire.ts";
import { faultReader } from "../fault-words.ts";

/** The errors of Google's APIs: a status in words, and a reason beside it that says more (google.rpc.ErrorInfo). */
export const contentFaults = faultReader({
  codeAt: ["error.details.*.reason", "error.status"],
  messageAt: ["error.message"],
  retryAfterAt: ["error.details.*.retryDelay"],
  codes: {
    upstream_credentials: [
      "API_KEY_INVALID",
      "API_KEY_EXPIRED",
      "API_KEY_SERVICE_BLOCKED",
      "API_KEY_IP_ADDRESS_BLOCKED",
      "API_KEY_HTTP_REFERRER_BLOCKED",
      "ACCESS_TOKEN_EXPIRED",
      "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
      "ACCESS_TOKEN_TYPE_UNSUPPORTED",
      "CREDENTIALS_MISSING",
      "ACCOUNT_STATE_INVALID",
      "BILLING_DISABLED",
      "SERVICE_DISABLED",
      "CONSUMER_INVALID",
      "CONSUMER_SUSPENDED",
      "IAM_PERMISSION_DENIED",
      "USER_PROJECT_DENIED",
      "PERMISSION_DENIED",
      "UNAUTHENTICATED",
      // A key of a country or plan that has no free use: billing has to be switched on.
      "FAILED_PRECONDITION",
    ],
    upstream_rate_limited: ["RATE_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED"],
    upstream_busy: ["UNAVAILABLE"],
    upstream_model_missing: ["NOT_FOUND", "UNIMPLEMENTED"],
    upstream_timeout: ["DEADLINE_EXCEEDED", "CANCELLED"],
    upstream_failed: ["INTERNAL", "UNKNOWN", "ABORTED", "DATA_LOSS"],
    // INVALID_ARGUMENT is left to the sentence, since a wrong key is told by that word too, and then to the status.
  },
  sentences: {
    upstream_credentials: [/^API key (not valid|expired|not found)/i],
  },
});

/** Reasons for which a prompt or a picture is held back (the SDK's enums BlockedReason and FinishReason, 3.3.0). */
const blockReasons = new Set([
  "SAFETY",
  "IMAGE_SAFETY",
  "PROHIBITED_CONTENT",
  "IMAGE_PROHIBITED_CONTENT",
  "BLOCKLIST",
  "SPII",
  "RECITATION",
  "IMAGE_RECITATION",
  "MODEL_ARMOR",
  "JAILBREAK",
]);

const blockSchema = z.object({
  promptFeedback: z
    .object({ blockReason: z.string().nullish(), blockReasonMessage: z.string().nullish() })
    .nullish(),
  candidates: z
    .array(z.object({ finishReason: z.string().nullish(), finishMessage: z.string().nullish() }))
    .nullish(),
});

/** The block that an answer with status 200 tells of: the prompt's, whatever its reason, or a candidate's. */
export function blocked(answer: WireError): UpstreamFault | undefined {
  const read = blockSchema.safeParse(answer.json);
  if (!read.success) return undefined;
  const { promptFeedback, candidates } = read.data;
  const reason = promptFeedback?.blockReason ?? "BLOCKED_REASON_UNSPECIFIED";
  if (reason !== "BLOCKED_REASON_UNSPECIFIED")
    return refusal(reason, promptFeedback?.blockReasonMessage);
  const held = (candidates ?? []).find(({ finishReason }) => blockReasons.has(finishReason ?? ""));
  return held === undefined ? undefined : refusal(held.finishReason ?? "", held.finishMessage);
}

function refusal(reason: string, said: string | null | undefined): UpstreamFault {
  const message = publicText(said ?? "");
  return {
    code: "moderation_blocked",
    message: message === "" ? `The provider held the image back (${reason}).` : message,
  };
}
