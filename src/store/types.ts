import type { ErrorCode, Evidence } from "../core/errors.ts";
import type { Nano } from "../core/money.ts";
import type { Operation, Usage, Warning } from "../core/request.ts";

/** What a key may do. Null: no limit. */
export interface KeyLimits {
  /** Requests a minute. */
  readonly rpm: number | null;
  /** Images a minute. */
  readonly ipm: number | null;
  /** Images a day. */
  readonly ipd: number | null;
  /** Requests at the same time. */
  readonly concurrency: number | null;
}

/** A gateway key as kept: the key itself is known only to its owner. Times are Unix milliseconds throughout this folder. */
export interface KeyRecord {
  readonly id: string;
  readonly name: string;
  /** HMAC-SHA-256 of the key, hex. */
  readonly digest: string;
  /** The last four characters, for people to tell keys apart. */
  readonly hint: string;
  /** Model names and patterns ending in `*`; `*` alone is all. */
  readonly models: readonly string[];
  /** Absent in the record: all. */
  readonly operations: readonly Operation[] | null;
  readonly strict: boolean;
  readonly disabled: boolean;
  readonly expiresAt: number | null;
  readonly limits: KeyLimits;
  readonly createdAt: number;
}

/** What is written before an upstream is called. */
export interface NewRequest {
  readonly id: string;
  readonly keyId: string;
  /** The client's own x-request-id, where it sent a printable one. */
  readonly clientRequestId: string | null;
  readonly operation: Operation;
  /** The name the client used. */
  readonly model: string;
  readonly n: number;
  /** The canonical fields as JSON, without pictures. */
  readonly fields: string;
  readonly createdAt: number;
  /** The worst case that is set aside; null where the model has no price. */
  readonly holdNano: Nano | null;
  /** A hold whose lease has passed may be swept. */
  readonly holdLeaseUntil: number;
  /** The client's `Idempotency-Key`: one request of a gateway key has it at a time. */
  readonly idempotencyKey: string | null;
  /** What makes two requests the same one (`gateway/fingerprint.ts`). */
  readonly fingerprint: string | null;
}

/** One try at one target, written before its socket opens. */
export interface NewAttempt {
  readonly id: string;
  readonly requestId: string;
  /** Which of the request's parallel upstream calls, from 0. */
  readonly call: number;
  /** 1 for a call's first try. */
  readonly attempt: number;
  readonly channelId: string;
  readonly providerId: string;
  readonly upstreamModel: string;
  readonly startedAt: number;
}

export interface AttemptOutcome {
  readonly id: string;
  readonly state: "succeeded" | "failed";
  readonly errorCode: ErrorCode | null;
  readonly evidence: Evidence | null;
  /** For the operator: the cause, without secrets. */
  readonly detail: string | null;
  /** What the provider may have charged; null: unknown. */
  readonly providerNano: Nano | null;
  readonly finishedAt: number;
}

export interface PictureRecord {
  readonly index: number;
  /** In the blob store, where it is kept there. */
  readonly blobId: string | null;
  readonly format: string;
  readonly width: number;
  readonly height: number;
  readonly byteLength: number;
  readonly revisedPrompt: string | null;
  /** Until then a URL that was handed out must work; null: none was. */
  readonly urlUntil: number | null;
  /** Until then it is kept for a client that comes back; null: it is not kept. */
  readonly keptUntil: number | null;
}

/** What an answer says that nothing else in the record does, so that it can be given again. */
export interface AnswerRecord {
  /** Unix seconds. */
  readonly created: number;
  readonly form: { readonly url: boolean; readonly base64: boolean };
  readonly shape: "full" | "plain";
  readonly channelId: string;
  /** False: the model has no price, so the cost is not said. */
  readonly priced: boolean;
  /** By picture, in the record's order. */
  readonly pictures: readonly {
    readonly quality: string | null;
    readonly background: string | null;
  }[];
}

/** What is written after the answer is known; settles the hold in the same commit. */
export interface RequestOutcome {
  readonly id: string;
  readonly state: "succeeded" | "partial" | "failed";
  readonly errorCode: ErrorCode | null;
  /** The public message. */
  readonly errorMessage: string | null;
  readonly errorParam: string | null;
  /** Null where there was none. */
  readonly answer: AnswerRecord | null;
  /**
   * False: nothing was bought and the client was told to try again, so that no retry may be answered
   * from here: the request gives up its idempotency key and its fingerprint.
   */
  readonly replayable: boolean;
  /** What the customer owes: pictures delivered or kept. */
  readonly costNano: Nano;
  readonly usage: Usage | null;
  readonly warnings: readonly Warning[];
  readonly pictures: readonly PictureRecord[];
  readonly attempts: readonly AttemptOutcome[];
  /** The model that really ran, in the client's words. */
  readonly servedModel: string | null;
  readonly finishedAt: number;
}

export interface AttemptRecord extends NewAttempt {
  readonly state: "running" | "succeeded" | "failed";
  readonly errorCode: string | null;
  readonly evidence: string | null;
  readonly detail: string | null;
  readonly providerNano: Nano | null;
  readonly finishedAt: number | null;
}

/** One request as the operator and the client's recovery read it. */
export interface RequestRecord extends Omit<NewRequest, "holdNano" | "holdLeaseUntil"> {
  readonly state: "running" | "succeeded" | "partial" | "failed";
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly errorParam: string | null;
  readonly answer: AnswerRecord | null;
  /** Its pictures were deleted for the client. */
  readonly deletedAt: number | null;
  readonly leaseUntil: number;
  readonly costNano: Nano | null;
  readonly usage: Usage | null;
  readonly warnings: readonly Warning[];
  readonly pictures: readonly PictureRecord[];
  readonly attempts: readonly AttemptRecord[];
  readonly servedModel: string | null;
  readonly finishedAt: number | null;
  readonly hold: { readonly nano: Nano; readonly state: "held" | "settled" | "voided" } | null;
}

/** A picture that is kept for a client that comes back. */
export interface KeptPicture {
  readonly blobId: string;
  readonly byteLength: number;
  readonly urlUntil: number | null;
  readonly keptUntil: number;
}

/** A page of a listing, newest first. `before` is the id of the last row of the page before. */
export interface Page {
  readonly limit: number;
  readonly before?: string | undefined;
}

/**
 * The database, spoken to from a worker thread with group commit. Every promise resolves after the
 * commit that holds its change. Errors are `PinholeError` (internal_error, or storage_full where the disk is).
 */
export interface Store {
  readonly keys: {
    all(): Promise<KeyRecord[]>;
    add(key: KeyRecord): Promise<void>;
    /** False where there is no such key. */
    update(
      id: string,
      change: { readonly disabled?: boolean; readonly name?: string },
    ): Promise<boolean>;
    remove(id: string): Promise<boolean>;
  };
  readonly requests: {
    /**
     * Record, idempotency claim, hold and first attempts: one commit. Where another request of the key
     * made after `idempotentSince` has the idempotency key, nothing is written and its id is returned.
     */
    begin(
      request: NewRequest,
      attempts: readonly NewAttempt[],
      idempotentSince?: number,
    ): Promise<string | undefined>;
    addAttempt(attempt: NewAttempt, before: AttemptOutcome | undefined): Promise<void>;
    /** Outcome and settlement: one commit. A second finish of the same request changes nothing and resolves false. */
    finish(outcome: RequestOutcome): Promise<boolean>;
    get(id: string): Promise<RequestRecord | undefined>;
    /** The request of a key that has this idempotency key and was made after `since`. */
    byIdempotencyKey(
      keyId: string,
      idempotencyKey: string,
      since: number,
    ): Promise<RequestRecord | undefined>;
    /** The newest request of a key with the client's own request id. */
    byClientId(keyId: string, clientRequestId: string): Promise<RequestRecord | undefined>;
    /** Its client has gone without the answer (a time), or has an answer again (null). */
    orphan(id: string, at: number | null): Promise<void>;
    /**
     * Takes the oldest request of the key with this fingerprint whose client has gone, that still
     * runs or has ended after `endedSince`: no other retry will get it. Returns its id.
     */
    claimOrphan(
      keyId: string,
      fingerprint: string,
      endedSince: number,
    ): Promise<string | undefined>;
    /** Marks a request's pictures as deleted for its client. */
    markDeleted(id: string, at: number): Promise<void>;
    /** Pictures kept at this time, the last to go first, at most `limit`. */
    keptPictures(now: number, limit: number): Promise<KeptPicture[]>;
    list(page: Page & { readonly keyId?: string }): Promise<RequestRecord[]>;
    /** Voids holds whose lease has passed and marks their requests failed (the owner is gone). Returns how many. */
    sweep(now: number): Promise<number>;
    /** Forgets records older than this. Returns how many. */
    forget(before: number): Promise<number>;
  };
  /** Small values of the installation itself: the admin token's digest, … */
  readonly settings: {
    get(name: string): Promise<string | undefined>;
    set(name: string, value: string): Promise<void>;
  };
  /** A trivial read through the worker and a check that the database takes writes; for readiness. */
  ping(): Promise<void>;
  /** Finishes what is queued, then closes. */
  close(): Promise<void>;
}
