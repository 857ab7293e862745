import type { DaySpan, KeySums, LedgerSpan } from "../money-records.ts";
import { statement } from "../query.ts";
import type { CountedEntry, Steps } from "../query.ts";
import { integer, listOf, nullable, record, text } from "../shape.ts";
import { rowSchemas } from "../tables.ts";
import { type Total, totalsOf } from "../totals.ts";

const names = `key_id, key_name, user_id, user_name, team_id, team_name, channel_id, model`;

const span = statement<object>(
  `SELECT (SELECT held_at FROM ledger ORDER BY held_at LIMIT 1) AS first,
    (SELECT held_at FROM ledger ORDER BY held_at DESC LIMIT 1) AS last`,
);
const spanRow = record({ first: nullable(integer), last: nullable(integer) });

/** The ledger's own sums of a day, by all that the totals tell apart. */
const booked = statement<LedgerSpan>(
  `SELECT book, ${names}, labels, CAST(coalesce(SUM(nano), 0) AS text) AS nano, COUNT(*) AS entries,
      SUM(images) AS images, SUM(CASE price WHEN 'unknown' THEN 1 ELSE 0 END) AS unknown
    FROM ledger WHERE held_at >= :from AND held_at < :to
    GROUP BY book, ${names}, labels`,
);
const { slice: _slice, id: _id, label: _label, day: _day, ...sumFields } = rowSchemas.totals.fields;
const bookedRow = record({ ...sumFields, labels: nullable(text) });
const labelsSchema = listOf(text);

const ofDay = statement<{ readonly day: string }>(
  `SELECT slice, day, id, book, label, ${names}, CAST(nano AS text) AS nano, entries, images, unknown
    FROM totals WHERE slice IN ('bare', 'labelled', 'label') AND day = :day`,
);
const dropDay = statement<{ readonly day: string }>(
  "DELETE FROM totals WHERE slice IN ('bare', 'labelled', 'label') AND day = :day",
);
const dropOthers = statement<{ readonly first: string; readonly last: string }>(
  "DELETE FROM totals WHERE day < :first OR day > :last",
);

const ofKey = statement<{ readonly keyId: string; readonly first: string; readonly last: string }>(
  `SELECT day, model, CAST(SUM(nano) AS text) AS nano, SUM(images) AS images FROM totals
    WHERE key_id = :keyId AND day >= :first AND day <= :last
      AND slice IN ('bare', 'labelled') AND book = 'customer'
    GROUP BY day, model ORDER BY day, model`,
);
const ofKeyRow = record({ day: text, model: nullable(text), nano: text, images: integer });

/** The spending of a key from a day to a day, by day and model. */
export function* spentByKey(
  keyId: string,
  first: string,
  last: string,
): Steps<KeySums["sums"][number][]> {
  const { rows } = yield ofKey({ keyId, first, last });
  return rows.map((row) => {
    const { model, ...sum } = ofKeyRow.parse(row);
    return { ...sum, model: model ?? "" };
  });
}

/** Work on totals by themselves: what settles adds to them in its own transaction. */
export const totalsCommands = {
  /** The moments of the ledger's first and last request; null where it has none. */
  *totalsSpan(): Steps<LedgerSpan | null> {
    const { first, last } = spanRow.parse((yield span({})).rows[0]);
    return first === null || last === null ? null : { from: first, to: last };
  },
  /** The number of rows of a day, and of those that are not the ledger's sums or are missing. */
  *totalsVerify(day: DaySpan): Steps<{ readonly rows: number; readonly differing: number }> {
    const due = totalsOf(yield* entriesOf(day)).map(textOf);
    const stand = (yield ofDay({ day: day.day })).rows.map((row) => textOf(totalFromRow(row)));
    const [wanted, found] = [new Set(due), new Set(stand)];
    const missing = due.filter((row) => !found.has(row)).length;
    const wrong = stand.filter((row) => !wanted.has(row)).length;
    return { rows: due.length, differing: Math.max(missing, wrong) };
  },
  /** Counts a day's totals again from the ledger. */
  *totalsCount(day: DaySpan): Steps<void> {
    const entries = yield* entriesOf(day);
    yield { ...dropDay({ day: day.day }), entries };
  },
  /** Drops the totals of days that the ledger has no entries of. */
  *totalsTrim(first: string, last: string): Steps<void> {
    yield dropOthers({ first, last });
  },
};

function* entriesOf({ day, from, to }: DaySpan): Steps<CountedEntry[]> {
  const { rows } = yield booked({ from, to });
  return rows.map((value) => {
    const { labels, ...row } = bookedRow.parse(value);
    return {
      ...namesOf(row),
      day,
      labels: labels === null ? [] : labelsSchema.parse(JSON.parse(labels)),
    };
  });
}

function totalFromRow(value: unknown): Total {
  const row = rowSchemas.totals.parse(value);
  const { slice, day, id, label } = row;
  return { ...namesOf(row), slice, day, id, label };
}

function namesOf(
  row: Omit<ReturnType<typeof rowSchemas.totals.parse>, "slice" | "day" | "id" | "label">,
): Omit<CountedEntry, "day" | "labels"> {
  return {
    book: row.book,
    keyId: row.key_id,
    keyName: row.key_name,
    userId: row.user_id,
    userName: row.user_name,
    teamId: row.team_id,
    teamName: row.team_name,
    channelId: row.channel_id,
    model: row.model,
    nano: BigInt(row.nano),
    entries: row.entries,
    images: row.images,
    unknown: row.unknown,
  };
}

/** A row as a text that is the same for equal rows. */
function textOf({ slice, day, id, nano, entries, images, unknown }: Total): string {
  return JSON.stringify([slice, day, id, String(nano), entries, images, unknown]);
}
