import type { AuditEntry } from "../core/audit.ts";

/** A place among the records in the order of their times: the next ones come after it. */
export interface RecordPlace {
  readonly at: number;
  readonly id: string;
}

/** Requests of an end user in one piece of the records. */
export interface EndUserPiece {
  readonly ended: readonly string[];
  /** Requests that still run: they keep their records until they have ended. */
  readonly running: readonly string[];
  /** Undefined: there were no more records. */
  readonly next: RecordPlace | undefined;
}

/** Requests of which everything was forgotten but what they cost and how they went. */
export interface ErasedRequests {
  readonly requests: number;
  /** Pictures that records named until now. */
  readonly blobIds: readonly string[];
  /** The moments of entries of the ledger that had labels: the totals of their days have to be counted again. */
  readonly heldAt: readonly number[];
}

/** A picture that somebody has saved, of a request of an end user. */
export interface SavedOfEndUser {
  readonly requestId: string;
  readonly index: number;
  readonly blobId: string;
}

/** Work on what is known of end users, in pieces of one transaction each. */
export interface EndUserStore {
  /** Looks through so many records after a place. */
  find(user: string, place: RecordPlace, limit: number): Promise<EndUserPiece>;
  /** Forgets requests that have ended; what still runs is passed over. */
  erase(ids: readonly string[], at: number): Promise<ErasedRequests>;
  /** Pictures of the end user that somebody has saved. */
  saved(user: string): Promise<readonly SavedOfEndUser[]>;
  /** Forgets saved pictures, whose bytes are gone already. */
  unsave(saved: readonly SavedOfEndUser[]): Promise<void>;
  /** Writes into the audit that somebody had it done. */
  note(entry: AuditEntry): Promise<void>;
  /** The number of times that something was forgotten, by whichever node. */
  erasures(): Promise<number>;
  /** Counts one more, so that other nodes forget what they have in memory. */
  tell(): Promise<void>;
  /** Overwrites what the database file's log still holds of what was forgotten, as far as the database does not by itself. */
  scrub(): Promise<void>;
}
