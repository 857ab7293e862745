import { statement } from "../query.ts";
import type { Steps } from "../query.ts";
import { type CounterPlace, placesFromJson, placesToJson } from "../money-records.ts";
import type { ChannelHold } from "../request-records.ts";
import { integer, record, text } from "../shape.ts";
import { type Movement, releases } from "./movements.ts";

const insert = statement<{
  readonly requestId: string;
  readonly channelId: string;
  readonly nano: number;
  readonly counters: string;
}>(
  `INSERT INTO channel_holds (request_id, channel_id, amount_nano, counters)
    VALUES (:requestId, :channelId, :nano, :counters)
    ON CONFLICT (request_id, channel_id)
      DO UPDATE SET amount_nano = channel_holds.amount_nano + excluded.amount_nano`,
);
const shrink = statement<{
  readonly requestId: string;
  readonly channelId: string;
  readonly nano: number;
}>(
  `UPDATE channel_holds SET amount_nano = amount_nano - :nano
    WHERE request_id = :requestId AND channel_id = :channelId AND amount_nano >= :nano
    RETURNING counters`,
);
const end = statement<{ readonly requestId: string }>(
  "DELETE FROM channel_holds WHERE request_id = :requestId RETURNING amount_nano, counters",
);
const countersRow = record({ counters: text });
const endedRow = record({ amount_nano: integer, counters: text });

/** Work on what requests hold at the budgets of channels: part of the transactions that write their attempts. */
export const channelHoldWrites = {
  /** Writes that a request holds so much more, which was taken at the counters. */
  *take(requestId: string, { channelId, nano, claims }: ChannelHold): Steps<void> {
    const places = claims.map((claim): CounterPlace => [claim.id, claim.periodStart]);
    yield insert({ requestId, channelId, nano, counters: placesToJson(places) });
  },
  /** Gives back a part. */
  *release(
    requestId: string,
    { channelId, nano }: Pick<ChannelHold, "channelId" | "nano">,
  ): Steps<Movement[]> {
    const { rows } = yield shrink({ requestId, channelId, nano });
    return rows.flatMap((row) => releases(placesFromJson(countersRow.parse(row).counters), nano));
  },
  /** Gives all of it back, once. */
  *end(requestId: string): Steps<Movement[]> {
    const { rows } = yield end({ requestId });
    return rows.flatMap((row) => {
      const { amount_nano, counters } = endedRow.parse(row);
      return releases(placesFromJson(counters), amount_nano);
    });
  },
};
