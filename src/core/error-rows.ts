/**
 * The evidence about an upstream call that failed.
 * - `never_sent`: no byte of the request can have reached the provider; the next target is free.
 * - `refused`: the provider itself said no before working; next target, this channel cools.
 * - `caller`: the request is at fault; stop and say so; the channel is healthy.
 * - `unknown`: it may have been made and billed; stop unless the card or channel says otherwise.
 * - `produced`: a picture or a preview of one was seen; stop, whatever card or channel say.
 */
export type Evidence = "never_sent" | "refused" | "caller" | "unknown" | "produced";

/** The facts of one way to fail. */
export interface ErrorRow {
  /** HTTP status of the answer. */
  readonly status: number;
  /** `error.type` of the answer. */
  readonly type: string;
  /** `error.code` of the answer; the row's own name unless given. */
  readonly publicCode?: string;
  /** The `x-should-retry` header: true only where a second request can never buy a second image. */
  readonly shouldRetry: boolean;
  /** Set on errors that an upstream call may end in. */
  readonly evidence?: Evidence;
  /** True: the fault is with one credential or account, so only that credential cools. */
  readonly credentialFault?: boolean;
  /** One sentence for the generated docs: when it happens and what to do. */
  readonly meaning: string;
}

/** The row of a mistake in the request that an upstream may find too. */
export const caller = (meaning: string): ErrorRow => ({
  status: 400,
  type: "invalid_request_error",
  shouldRetry: false,
  evidence: "caller",
  meaning,
});
/** The row of a request that this gateway refuses. */
export const invalid = (status: number, meaning: string): ErrorRow => ({
  status,
  type: "invalid_request_error",
  shouldRetry: false,
  meaning,
});
/** The row of what a key may not do. */
export const forbidden = (meaning: string): ErrorRow => ({
  status: 403,
  type: "permission_error",
  shouldRetry: false,
  meaning,
});
/** The row of an upstream call that failed. */
export const upstream = (
  status: number,
  publicCode: string,
  shouldRetry: boolean,
  evidence: Evidence,
  meaning: string,
): ErrorRow => ({
  status,
  type: "upstream_error",
  publicCode,
  shouldRetry,
  evidence,
  meaning,
});
