import type { RequestScope } from "./scopes.ts";
import type { RequestRecord } from "./request-records.ts";

/** The requests that somebody looks for; what is undefined says nothing. */
export interface RequestFilter {
  readonly state?: RequestRecord["state"] | undefined;
  /** The name that the client used, or the model that ran. */
  readonly model?: string | undefined;
  /** Requests of this key. */
  readonly key?: string | undefined;
  /** Requests that are in each of these. */
  readonly scopes?: readonly RequestScope[] | undefined;
  /** Requests that were tried there. */
  readonly channel?: string | undefined;
  readonly error?: string | undefined;
  /** Unix milliseconds, inclusive. */
  readonly from?: number | undefined;
  /** Unix milliseconds, exclusive. */
  readonly to?: number | undefined;
  /** The least time from its beginning to its end, inclusive; one that runs has none. */
  readonly tookMsMin?: number | undefined;
  /** The longest such time, inclusive. */
  readonly tookMsMax?: number | undefined;
  /** The beginning of an id, or a client's own id. */
  readonly id?: string | undefined;
}

/** A request as one line of a table, as the database has it. */
export interface RequestLine {
  readonly id: string;
  readonly created_at: number;
  readonly finished_at: number | null;
  readonly state: string;
  readonly operation: string;
  readonly model: string;
  readonly served_model: string | null;
  readonly key_id: string;
  readonly person_id: string | null;
  readonly client_request_id: string | null;
  readonly n: number;
  readonly cost_nano: number | null;
  readonly error_code: string | null;
  readonly pictures: number;
  readonly attempts: number;
}
