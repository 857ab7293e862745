import type { Nano } from "../../core/money.ts";
import type { Booking } from "../request-records.ts";
import { statement } from "../query.ts";
import type { Steps } from "../query.ts";

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
}>(
  `INSERT INTO ledger (
      id, book, kind, request_id, held_at, booked_at, nano, price, mark, key_id, key_name, user_id,
      user_name, team_id, team_name, channel_id, model, images
    ) VALUES (
      :id, 'customer', 'settlement', :requestId, :heldAt, :bookedAt, :nano, :price, :mark, :keyId,
      :keyName, :userId, :userName, :teamId, :teamName, :channelId, :model, :images
    )`,
);

/** Work on the ledger: part of the transaction that settles. */
export const ledgerWrites = {
  /** Books what a request costs its payer. Its id is the request's, so that nothing is booked twice. */
  *settlement({ payer, isKnown, isOverrun, ...entry }: Settlement): Steps<void> {
    yield insertSettlement({
      ...payer,
      ...entry,
      id: `${entry.requestId} customer`,
      price: isKnown ? "priced" : "unknown",
      mark: isOverrun ? "overrun" : isKnown ? null : "bound",
    });
  },
};
