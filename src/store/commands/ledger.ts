import type { Payer } from "../../core/budget.ts";
import type { Nano } from "../../core/money.ts";
import { insertion, statement } from "../query.ts";
import type { Correction } from "../../core/correction.ts";
import type { CountedEntry, Steps } from "../query.ts";
import type { Account, AttemptCharge, Booking } from "../request-records.ts";
import { rowSchemas, type Tables } from "../tables.ts";

/** An entry of a book. Nothing that is written is ever changed: what turns out otherwise is an entry of its own. */
interface Entry {
  readonly id: string;
  readonly book: Tables["ledger"]["book"];
  readonly kind: Tables["ledger"]["kind"];
  readonly requestId: string | null;
  readonly attemptId: string | null;
  readonly payer: Payer;
  /** The period of its budgets is that of this moment. */
  readonly heldAt: number;
  readonly bookedAt: number;
  /** Null: unknown, and nothing bounds it. */
  readonly nano: Nano | null;
  readonly isKnown: boolean;
  /** `overrun`: more than was held; `bound`: the most that it can be; `swept`: so too, after its process ended; `late`: what came out beyond that. */
  readonly mark: "overrun" | "bound" | "swept" | "late" | null;
  /** Of the provider's book. */
  readonly evidence: string | null;
  readonly channelId: string | null;
  readonly model: string | null;
  readonly images: number;
  readonly reason: string | null;
  readonly actor: string | null;
}

const insert = insertion<
  Omit<Entry, "payer" | "isKnown"> &
    Omit<Payer, "labels"> & {
      readonly price: Tables["ledger"]["price"];
      /** JSON. */
      readonly labels: string | null;
    }
>(
  `INSERT INTO ledger (
      id, book, kind, request_id, attempt_id, held_at, booked_at, nano, price, mark, evidence, key_id, key_name,
      user_id, user_name, team_id, team_name, channel_id, model, images, reason, actor, labels
    ) VALUES (
      :id, :book, :kind, :requestId, :attemptId, :heldAt, :bookedAt, :nano, :price, :mark, :evidence, :keyId, :keyName,
      :userId, :userName, :teamId, :teamName, :channelId, :model, :images, :reason, :actor,
      :labels
    )`,
);
const byId = statement<{ readonly id: string }>("SELECT * FROM ledger WHERE id = :id");

/** Writes an entry, which the totals count too. */
function* book({ payer, isKnown, ...entry }: Entry): Steps<void> {
  const { labels = [] } = payer;
  const inserted = insert({
    ...payer,
    ...entry,
    price: isKnown ? "priced" : "unknown",
    labels: labels.length === 0 ? null : JSON.stringify(labels),
  });
  yield { ...inserted, entries: [countedEntry({ ...entry, payer, isKnown })] };
}

/**
 * An entry of the ledger as the totals count it. What an earlier version held or left in the journal has no day: it is
 * that of UTC.
 */
function countedEntry({
  payer,
  ...entry
}: Pick<
  Entry,
  "payer" | "book" | "heldAt" | "channelId" | "model" | "nano" | "images" | "isKnown"
>): CountedEntry {
  const { keyId, keyName, userId, userName, teamId, teamName, labels = [] } = payer;
  return {
    book: entry.book,
    day: payer.day ?? new Date(entry.heldAt).toISOString().slice(0, "2027-02-28".length),
    keyId,
    keyName,
    userId,
    userName,
    teamId,
    teamName,
    channelId: entry.channelId,
    model: entry.model,
    labels,
    nano: BigInt(entry.nano ?? 0),
    entries: 1,
    images: entry.images,
    unknown: entry.isKnown ? 0 : 1,
  };
}

/** A settlement of a request. */
export interface Settlement extends Booking {
  readonly requestId: string;
  readonly nano: Nano | null;
  readonly isKnown: boolean;
  readonly mark: Entry["mark"];
  readonly bookedAt: number;
}

/** The charge of a provider for an attempt. */
interface Charge extends AttemptCharge {
  readonly account: Account;
  readonly requestId: string;
  readonly attemptId: string;
  readonly bookedAt: number;
  /** True where its process ended before it was known. */
  readonly isSwept?: boolean;
}

/** The truth about what was booked before it was known. */
interface Amendment {
  readonly payer: Payer;
  readonly nano: Nano | null;
  readonly isKnown: boolean;
  readonly images: number;
  readonly bookedAt: number;
}

/** The id of a request's entry in the customer's book: the request's, so that nothing is booked twice. */
export const settlementId = (requestId: string): string => `${requestId} customer`;
/** The id of an attempt's entry in the provider's book. */
export const chargeId = (attemptId: string): string => `${attemptId} provider`;
/** The id of the entry of an operator's correction. */
export const correctionId = (id: string): string => `${id} correction`;

const beyondRequests = { attemptId: null, evidence: null, reason: null, actor: null };

/** Work on the ledger: part of the transaction that settles. */
export const ledgerWrites = {
  /** Books what a request costs its payer. */
  *settlement(settlement: Settlement): Steps<void> {
    const { requestId } = settlement;
    yield* book({
      ...beyondRequests,
      ...settlement,
      id: settlementId(requestId),
      book: "customer",
      kind: "settlement",
    });
  },
  /** Books what a provider may have charged for an attempt. */
  *charge({ account, isOverrun, isSwept = false, evidence, ...charge }: Charge): Steps<void> {
    const isKnown = evidence === "known";
    yield* book({
      ...account,
      ...charge,
      id: chargeId(charge.attemptId),
      book: "provider",
      kind: "attempt",
      isKnown,
      mark: isSwept ? "swept" : isOverrun ? "overrun" : isKnown ? null : "bound",
      evidence,
      reason: null,
      actor: null,
    });
  },
  /** Books what an operator writes; returns the entry that has its id already. */
  *correction({ id, at, ...correction }: Correction): Steps<Tables["ledger"] | undefined> {
    const entryId = correctionId(id);
    const known = (yield byId({ id: entryId })).rows.at(0);
    if (known !== undefined) return rowSchemas.ledger.parse(known);
    yield* book({
      ...correction,
      id: entryId,
      book: "customer",
      kind: "correction",
      requestId: null,
      attemptId: null,
      heldAt: at,
      bookedAt: at,
      isKnown: true,
      mark: null,
      evidence: null,
      channelId: null,
      images: 0,
    });
    return undefined;
  },
  /**
   * Books the difference between an entry and what came out after all; returns it, or undefined where there is no
   * such entry.
   */
  *amend(
    id: string,
    { payer, nano, isKnown, images, bookedAt }: Amendment,
  ): Steps<{ readonly nano: number; readonly channelId: string | null } | undefined> {
    const row = (yield byId({ id })).rows.map((one) => rowSchemas.ledger.parse(one)).at(0);
    if (row === undefined) return undefined;
    const difference = (nano ?? 0) - (row.nano ?? 0);
    const changedImages = images - row.images;
    if (difference !== 0 || changedImages !== 0)
      yield* book({
        ...entryOf(row, payer),
        id: `${id} late`,
        nano: difference,
        isKnown,
        images: changedImages,
        mark: "late",
        bookedAt,
      });
    return { nano: difference, channelId: row.channel_id };
  },
};

function entryOf(row: Tables["ledger"], payer: Payer): Entry {
  return {
    id: row.id,
    book: row.book,
    kind: row.kind,
    requestId: row.request_id,
    attemptId: row.attempt_id,
    payer,
    heldAt: row.held_at,
    bookedAt: row.booked_at,
    nano: row.nano,
    isKnown: row.price === "priced",
    mark: null,
    evidence: row.evidence,
    channelId: row.channel_id,
    model: row.model,
    images: row.images,
    reason: row.reason,
    actor: row.actor,
  };
}
