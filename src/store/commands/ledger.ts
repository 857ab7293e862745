import type { Nano } from "../../core/money.ts";
import type { Booking } from "../request-records.ts";
import { statement } from "../query.ts";
import type { CountedEntry, Steps } from "../query.ts";

/** An entry of the customer's book. */
export interface Settlement extends Booking {
  readonly requestId: string;
  /** Null: unknown, and nothing bounds it. */
  readonly nano: Nano | null;
  readonly isKnown: boolean;
  /** True where it is more than was held. */
  readonly isOverrun: boolean;
  readonly bookedAt: number;
}

const insertSettlement = statement<{
  readonly id: string;
  readonly requestId: string;
  readonly heldAt: number;
  readonly bookedAt: number;
  readonly nano: Nano | null;
  readonly price: string;
  readonly mark: string | null;
  readonly keyId: string;
  readonly keyName: string;
  readonly userId: string | null;
  readonly userName: string | null;
  readonly teamId: string | null;
  readonly teamName: string | null;
  readonly channelId: string;
  readonly model: string;
  readonly images: number;
  /** JSON. */
  readonly labels: string | null;
}>(
  `INSERT INTO ledger (
      id, book, kind, request_id, held_at, booked_at, nano, price, mark, key_id, key_name, user_id,
      user_name, team_id, team_name, channel_id, model, images, labels
    ) VALUES (
      :id, 'customer', 'settlement', :requestId, :heldAt, :bookedAt, :nano, :price, :mark, :keyId,
      :keyName, :userId, :userName, :teamId, :teamName, :channelId, :model, :images, :labels
    )`,
);

/**
 * An entry of the ledger as the totals count it; whoever books one writes it with the statement. What an earlier
 * version held or left in the journal has no day: it is that of UTC.
 */
export function countedEntry({
  payer,
  ...entry
}: Booking & {
  readonly book: "customer" | "provider";
  readonly nano: Nano | null;
  readonly isKnown: boolean;
}): CountedEntry {
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

/** Work on the ledger: part of the transaction that settles. */
export const ledgerWrites = {
  /** Books what a request costs its payer. Its id is the request's, so that nothing is booked twice. */
  *settlement(settlement: Settlement): Steps<void> {
    const { payer, isKnown, isOverrun, ...entry } = settlement;
    const { labels = [] } = payer;
    const insert = insertSettlement({
      ...payer,
      ...entry,
      id: `${entry.requestId} customer`,
      price: isKnown ? "priced" : "unknown",
      mark: isOverrun ? "overrun" : isKnown ? null : "bound",
      labels: labels.length === 0 ? null : JSON.stringify(labels),
    });
    yield { ...insert, entries: [countedEntry({ ...settlement, book: "customer" })] };
  },
};
