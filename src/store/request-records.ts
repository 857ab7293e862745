import type { BudgetClaim, BudgetRefusal, Payer } from "../core/budget.ts";
import type { ErrorCode, Evidence } from "../core/errors.ts";
import type { Cost, Nano } from "../core/money.ts";
import type { SettlementNotice } from "../core/notice.ts";
import type { PriceVersion } from "../core/price.ts";
import type { Operation, Usage, Warning } from "../core/request.ts";
import type { RequestScope } from "./scopes.ts";
import type { RunningOwner } from "./running-owner.ts";

/** The record of a request as it is written before an upstream is called. */
export interface NewRequest {
  readonly id: string;
  readonly keyId: string;
  /** The person who makes it in the console; not said before it is written where the key is a console key. */
  readonly personId?: string | undefined;
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
  /** A digest of all that makes two requests the same one (`gateway/fingerprint.ts`). */
  readonly fingerprint: string | null;
  /** The node that makes it; null in records of earlier versions. */
  readonly owner: string | null;
  /** The payer of what it will cost; absent: it costs nothing. */
  readonly payer?: Payer | undefined;
  /** The budgets that must cover the hold, in the order of their ids. */
  readonly claims?: readonly BudgetClaim[] | undefined;
  /** The versions of the prices that may count for it; empty where it is free, or has none. */
  readonly prices: readonly string[];
  /** The versions among them that the database may not have yet, in the order of their names. */
  readonly newPrices: readonly PriceVersion[];
  /** The money that its first attempts need at the budgets of channels; absent: they have none. */
  readonly channelHolds?: readonly ChannelHold[] | undefined;
}

/** Money of a request's attempts at one channel that the channel's budgets must cover. */
export interface ChannelHold {
  readonly channelId: string;
  readonly nano: Nano;
  /** In the order of their ids. */
  readonly claims: readonly BudgetClaim[];
}

/** The reason why a request was not begun: another one has its idempotency key, its payer's budgets do not cover it, or those of channels do not. */
export type NotBegun =
  | { readonly holder: string }
  | { readonly refusals: readonly BudgetRefusal[] }
  | { readonly channels: readonly string[] };

/** The facts of a priced request that the ledger has in all its entries. */
export interface Account {
  readonly payer: Payer;
  /** When the request began. */
  readonly heldAt: number;
  /** The name that the client used. */
  readonly model: string;
}

/** The facts of a settlement that the ledger has beside its amount. */
export interface Booking extends Account {
  /** The channel that made the pictures, or the first of several. */
  readonly channelId: string;
  readonly images: number;
}

/** A process that works on the database, from its start to its end. */
export interface NodeRecord {
  readonly id: string;
  readonly startedAt: number;
  readonly seenAt: number;
  /** The version of its program; null: one from before nodes said so. */
  readonly version: string | null;
  /** The newest migration that its program knows. */
  readonly schemaStep: string | null;
  /** The machine's name. */
  readonly host: string | null;
  /** The digest of the files that it goes by. */
  readonly fileHash: string | null;
  /** The time at which it began to go by them. */
  readonly fileSince: number | null;
}

/** An answer that was given from another request's outcome. */
export interface RepeatRecord {
  readonly id: string;
  /** The request that it repeats. */
  readonly requestId: string;
  readonly keyId: string;
  readonly clientRequestId: string | null;
  readonly createdAt: number;
}

/** One try at one target, written before its socket opens. */
export interface NewAttempt {
  readonly id: string;
  readonly requestId: string;
  /** The place among the request's parallel upstream calls, from 0. */
  readonly call: number;
  /** 1 for a call's first try. */
  readonly attempt: number;
  readonly channelId: string;
  readonly providerId: string;
  readonly upstreamModel: string;
  readonly startedAt: number;
  /** The most that it may cost; 0: it is free; null: nothing bounds it. */
  readonly boundNano: Nano | null;
}

/** The ways in which a provider's charge is known: its own word or its exact price, the most that it can be, or not at all. */
export type ChargeEvidence = "known" | "bounded" | "unknown";

/** The amount that a provider may have charged for an attempt. */
export interface AttemptCharge {
  readonly channelId: string;
  /** Null: unknown, and nothing bounds it. */
  readonly nano: Nano | null;
  readonly evidence: ChargeEvidence;
  readonly images: number;
  /** True where it is more than the attempt was expected to cost at most. */
  readonly isOverrun: boolean;
}

/** The work on money that comes with a further attempt of a request. */
export interface AttemptMoney {
  /** Outcomes of earlier attempts that are not written yet. */
  readonly ended: readonly AttemptOutcome[];
  /** Absent: the request is free. */
  readonly account?: Account | undefined;
  /** Money that the budgets of the attempt's channel must cover beyond what the request holds there. */
  readonly hold?: ChannelHold | undefined;
  /** Money that the request needs no more at the budgets of channels. */
  readonly releases?: readonly Pick<ChannelHold, "channelId" | "nano">[] | undefined;
}

export interface AttemptOutcome {
  readonly id: string;
  readonly state: "succeeded" | "failed";
  readonly errorCode: ErrorCode | null;
  readonly evidence: Evidence | null;
  /** For the operator: the cause, without secrets. */
  readonly detail: string | null;
  /** The amount that the provider may have charged; null: unknown. */
  readonly providerNano: Nano | null;
  /** The entry of the provider's book; absent: nothing was charged. */
  readonly charge?: AttemptCharge | undefined;
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
  /** The average colour as `#rrggbb`, written later than the record; absent: it is not known. */
  readonly colour?: string | undefined;
}

/** The parts of an answer that stand nowhere else in the record, so that it can be given again. */
export interface AnswerRecord {
  /** Unix seconds. */
  readonly created: number;
  readonly form: { readonly url: boolean; readonly base64: boolean };
  readonly shape: "full" | "plain";
  readonly channelId: string;
  /** The way in which the cost is known. */
  readonly price: Cost["state"];
  /** By picture, in the record's order. */
  readonly pictures: readonly {
    readonly quality: string | null;
    readonly background: string | null;
    /** In decimal digits, where it is known. */
    readonly seed?: string | undefined;
  }[];
}

/** The record's end, written after the answer is known; it settles the hold in the same commit. */
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
  /** When its answer begins to be given; absent: no other node can be asked for it. */
  readonly answeredAt?: number | undefined;
  /** True where it is an error that may have been billed: the same request is answered from here for a while. */
  readonly doubtful: boolean;
  /** The customer's debt for pictures delivered or kept; null: unknown. */
  readonly costNano: Nano | null;
  /** The payer of all that it leads to; absent: the request is free. */
  readonly account?: Account | undefined;
  /** The settlement's facts; absent: it costs its payer nothing. */
  readonly booking?: Booking | undefined;
  /** Notices that are to be written with it. */
  readonly notices?: readonly SettlementNotice[] | undefined;
  /** Channels at whose budgets it may hold money. */
  readonly channels?: readonly string[] | undefined;
  /** The amount that the hold is settled at, the bound of an unknown cost too; null: all that was held. */
  readonly settledNano: Nano | null;
  readonly usage: Usage | null;
  readonly warnings: readonly Warning[];
  readonly pictures: readonly PictureRecord[];
  readonly attempts: readonly AttemptOutcome[];
  /** The model that really ran, in the client's words. */
  readonly servedModel: string | null;
  /** The moments of the request as JSON, with what was sent upstream; absent: nobody noted them. */
  readonly trace?: string | undefined;
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
export interface RequestRecord extends Omit<
  NewRequest,
  "personId" | "holdNano" | "holdLeaseUntil" | "payer" | "claims" | "channelHolds" | "newPrices"
> {
  readonly personId: string | null;
  /** `lost`: its node ended while it ran. */
  readonly state: "running" | "succeeded" | "partial" | "failed" | "lost";
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly errorParam: string | null;
  readonly answer: AnswerRecord | null;
  /** When it ended in an error that may have been billed. */
  readonly doubtfulAt: number | null;
  /** True where the pictures were deleted for the client. */
  readonly deletedAt: number | null;
  readonly leaseUntil: number;
  readonly costNano: Nano | null;
  readonly usage: Usage | null;
  readonly warnings: readonly Warning[];
  readonly pictures: readonly PictureRecord[];
  readonly attempts: readonly AttemptRecord[];
  /** JSON, handed out as text; null: nobody noted it. */
  readonly trace: string | null;
  readonly servedModel: string | null;
  readonly finishedAt: number | null;
  readonly hold: {
    readonly nano: Nano;
    readonly state: "held" | "settled" | "voided";
    /** The amount that it was settled at; null: it was not. */
    readonly settledNano: Nano | null;
  } | null;
}

/** The equal requests of a key that a client may be repeating. */
export interface RecentRequests {
  /** True where a client left without its answer, and no retry has taken the request. */
  readonly hasOrphan: boolean;
  /** The newest that ended in an error that may have been billed. */
  readonly doubtful: RequestRecord | null;
  /** Nodes that run equal requests without an idempotency key, or have answered one and were not seen since. */
  readonly owners: readonly RunningOwner[];
}

/** A page of a listing, newest first. `before` is the id of the last row of the page before. */
export interface Page {
  readonly limit: number;
  readonly before?: string | undefined;
}

/** A page of requests: of one key, of a scope, or of all. */
export interface RequestPage extends Page {
  readonly keyId?: string | undefined;
  readonly scope?: RequestScope | undefined;
}
