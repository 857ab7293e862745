import type { AuditEntry } from "../core/audit.ts";
import type { KeptPicture } from "../core/kept-picture.ts";
import type { KeySettings, StoredKey } from "../core/key.ts";
import type { GalleryStore } from "./gallery-store.ts";
import type { DeliveryStore, NoticeStore } from "./notice-store.ts";
import type { PriceVersion } from "../core/price.ts";
import type { TeamRecord, UserRecord } from "../core/people.ts";
import type { BudgetCounter } from "../core/budget.ts";
import type { BookedCorrection, Correction } from "../core/correction.ts";
import type {
  CorrectionEnd,
  CorrectionPage,
  CounterState,
  KeySums,
  VerifiedCounter,
} from "./money-records.ts";
import type { EndUserStore } from "./end-user-records.ts";
import type { ResourceStore } from "./resource-records.ts";
import type { RetentionStore, TotalsStore } from "./usage-store.ts";
import type { IdentityStore } from "./identity-records.ts";
import type { RequestSearch } from "./request-search.ts";
import type { AuditPage } from "./commands/audit.ts";
import type { ServedRows } from "./served-rows.ts";
import type { StateStore } from "./state-store.ts";
import type { KeyPage, NewSecret, SecretUse } from "./key-records.ts";
import type { RequestScope, TeamScope } from "./scopes.ts";
import type {
  AttemptMoney,
  NewAttempt,
  NewRequest,
  NodeRecord,
  NotBegun,
  RecentRequests,
  RepeatRecord,
  RequestOutcome,
  RequestPage,
  RequestRecord,
} from "./request-records.ts";

/** Rows that count their changes. A change, its audit row and the step of the version of all that is served are one commit. */
export interface VersionedStore<R> {
  /** In the order of the ids; with a team, those that are its. */
  all(teamId?: string): Promise<R[]>;
  /** With a team: undefined for one that is not the team's. */
  get(id: string, teamId?: string): Promise<R | undefined>;
  /** False where the id is taken. */
  add(record: R, entry: AuditEntry): Promise<boolean>;
  /** Writes a record over the version that it names, and counts that up. False where it has another by now. */
  change(record: R, entry: AuditEntry): Promise<boolean>;
}

/**
 * The database, spoken to from a worker thread with group commit. Every promise resolves after the
 * commit that holds its change. Errors are `PinholeError` (internal_error, or storage_full where the disk is).
 */
export interface Store extends IdentityStore {
  readonly keys: {
    /** All but tombstones, the oldest first. */
    all(): Promise<StoredKey[]>;
    /** Also a tombstone. With a scope: undefined for one that is not the team's. */
    get(id: string, scope?: TeamScope): Promise<StoredKey | undefined>;
    page(page: KeyPage, scope?: TeamScope): Promise<StoredKey[]>;
    /** False where the id is taken, be it by a tombstone. */
    add(key: StoredKey, entry: AuditEntry): Promise<boolean>;
    /** False where there is no such key, or it has been changed since that version. */
    change(id: string, version: number, settings: KeySettings, entry: AuditEntry): Promise<boolean>;
    /** As `change`. The secret of before goes on until a time; the one before that ends. */
    rotate(id: string, version: number, secret: NewSecret, entry: AuditEntry): Promise<boolean>;
    /** As `change`. The row stays as a tombstone. */
    remove(id: string, version: number, entry: AuditEntry): Promise<boolean>;
    /** Puts another digest of the same secret in the place of one; nothing happens where another was there. */
    redigest(id: string, from: string, to: string): Promise<void>;
    /** Notes last uses of secrets that rotations have replaced. */
    used(uses: readonly SecretUse[]): Promise<void>;
  };
  /** Entries of the configuration that rest here. */
  readonly resources: ResourceStore;
  readonly teams: VersionedStore<TeamRecord>;
  readonly users: VersionedStore<UserRecord>;
  /** The rows that nodes keep in memory. */
  readonly served: {
    /** Counts the changes of any of it, by whichever node. */
    version(): Promise<number>;
    /** All of it as it was at one moment; undefined where changes come too fast. */
    read(): Promise<ServedRows | undefined>;
  };
  /** All that is served from the database, at once. */
  readonly state: StateStore;
  /** Changes as they were written down. */
  readonly audit: {
    /** The newest first. */
    list(page: AuditPage): Promise<AuditEntry[]>;
    /** Writes down what changed nothing. */
    note(entry: AuditEntry): Promise<void>;
  };
  readonly requests: {
    /**
     * Record, idempotency claim, holds at all budgets and first attempts: one commit. Nothing is written where
     * another request of the key made after `idempotentSince` has the idempotency key, or where a
     * budget does not cover its hold.
     */
    begin(
      request: NewRequest,
      attempts: readonly NewAttempt[],
      idempotentSince?: number,
    ): Promise<NotBegun | undefined>;
    /** False where the budgets of the attempt's channel do not cover it: nothing is written then. */
    addAttempt(attempt: NewAttempt, money?: AttemptMoney): Promise<boolean>;
    /** Writes that the client is about to be shown one of several pictures. */
    shown(id: string, at: number): Promise<void>;
    /**
     * Outcome and settlement: one commit. A second finish of the same request changes nothing and resolves
     * false; one that was taken for lost gets its outcome all the same.
     */
    finish(outcome: RequestOutcome): Promise<boolean>;
    /**
     * As `finish`, for a request of which nobody knows whether it was begun: `begin` rejected with the evidence `unknown`,
     * since the database went away during its commit.
     */
    withdraw(outcome: RequestOutcome): Promise<void>;
    /** With a scope: undefined for one that is outside. */
    get(id: string, scope?: RequestScope): Promise<RequestRecord | undefined>;
    /** The request of a key that has this idempotency key and was made after `since`. */
    byIdempotencyKey(
      keyId: string,
      idempotencyKey: string,
      since: number,
    ): Promise<RequestRecord | undefined>;
    /** The newest request of a key with the client's own request id, or the one that the newest answer with it repeated. */
    byClientId(keyId: string, clientRequestId: string): Promise<RequestRecord | undefined>;
    /** The request that the answer of this id repeated. */
    byRepeat(keyId: string, id: string): Promise<RequestRecord | undefined>;
    /** Writes that an answer was given from another request's outcome. */
    addRepeat(repeat: RepeatRecord): Promise<void>;
    /** The equal requests of a key whose client left, or whose doubtful error came, after `since`; errors until `until`. */
    recent(
      keyId: string,
      fingerprint: string,
      since: number,
      until: number,
    ): Promise<RecentRequests>;
    /** True where any client left, or any doubtful error came, after `since`. */
    anyRecent(since: number): Promise<boolean>;
    /** The time at which the client went without the answer, or null once it has an answer again. */
    orphan(id: string, at: number | null): Promise<void>;
    /** True of a request whose client has gone without the answer, on whichever node that was said. */
    isOrphan(id: string): Promise<boolean>;
    /**
     * Takes the oldest request of the key with this fingerprint whose client has gone after `goneSince`, that still
     * runs or has ended after `endedSince`: no other retry will get it. Returns its id.
     */
    claimOrphan(
      keyId: string,
      fingerprint: string,
      endedSince: number,
      goneSince?: number,
    ): Promise<string | undefined>;
    /** Marks a request's pictures as deleted for its client. Returns the ids of those that its record named until now. */
    markDeleted(id: string, at: number): Promise<string[]>;
    /** Pictures kept at this time, the last to go first, at most `limit`. */
    keptPictures(now: number, limit: number): Promise<KeptPicture[]>;
    /** Ids of the pictures that are kept until a time from `from` to `until`, both inclusive. */
    keptIds(from: number, until: number): Promise<string[]>;
    /** The newest first. */
    list(page: RequestPage): Promise<RequestRecord[]>;
    /**
     * Marks running requests whose owner is no node any more as lost. Their holds are voided, but where something was
     * made: those are settled at their bound. Returns how many.
     */
    sweep(now: number): Promise<number>;
    /** Forgets records older than this. Returns how many. */
    forget(before: number): Promise<number>;
  };
  /** Looks at many requests at once. */
  readonly requestSearch: RequestSearch;
  readonly gallery: GalleryStore;
  /** The counters of budgets. */
  readonly budgets: {
    /** The state of each counter; one that nothing was held at yet stands as the ledger has it. */
    states(counters: readonly BudgetCounter[]): Promise<CounterState[]>;
    /** All counters, with what the ledger and the holds say that they should be. */
    verify(): Promise<VerifiedCounter[]>;
    /** Counts again what stands in the ledger, in the order of the ids. */
    refresh(counters: readonly BudgetCounter[]): Promise<void>;
  };
  /** Things that ask for an operator's attention. */
  readonly notices: NoticeStore;
  /** The ways of notices to their targets. */
  readonly deliveries: DeliveryStore;
  /** Prices as they stood when something was charged by them. */
  readonly prices: {
    get(version: string): Promise<PriceVersion | undefined>;
  };
  /** The books of what was settled. */
  readonly ledger: {
    /** The sums of a key from a day to a day of the operator's calendar, by day and model, and what its requests since a moment reserve. */
    ofKey(keyId: string, days: readonly [string, string], since: number): Promise<KeySums>;
    /** Books what an operator corrects, once by its id, and moves the counters of its payer's budgets. The audit's row is written with it. */
    correct(correction: Correction, entry: AuditEntry): Promise<CorrectionEnd>;
    /** Corrections that were booked, the newest first. */
    corrections(page: CorrectionPage): Promise<BookedCorrection[]>;
  };
  /** Work on what is known of end users. */
  readonly endUsers: EndUserStore;
  /** Work on records that grow old. */
  readonly retention: RetentionStore;
  /** Totals of the ledger by day of the operator's calendar. */
  readonly totals: TotalsStore;
  /** The processes that work on this database. */
  readonly nodes: {
    /** Writes that a node is at work; returns all nodes as they were last seen. */
    renew(node: NodeRecord): Promise<NodeRecord[]>;
    /** Forgets a node that has ended in order: its running requests are nobody's from then on. */
    remove(id: string): Promise<void>;
    /**
     * Forgets a node that ended suddenly: besides, clients are taken to have gone at `now` whose answers it may not
     * have given to their end.
     */
    bury(id: string, now: number): Promise<void>;
  };
  /** Small values of the installation itself: the admin token's digest, … */
  readonly settings: {
    get(name: string): Promise<string | undefined>;
    set(name: string, value: string): Promise<void>;
    /** Sets what is not set yet: of several nodes that do it at once one gets true. */
    claim(name: string, value: string): Promise<boolean>;
  };
  /** Finishes what is queued, then closes. */
  close(): Promise<void>;
}
