import { createHash } from "node:crypto";
import type { CountedEntry, Statement } from "./query.ts";
import { statement } from "./query.ts";
import type { slices } from "./money-tables.ts";

/** A row of the totals, or what is added to it. */
export interface Total extends Omit<CountedEntry, "labels"> {
  readonly slice: (typeof slices)[number];
  readonly id: string;
  readonly label: string;
}

/** Sums the entries by the rows of the totals that have them, in the order in which rows are locked. */
export function totalsOf(entries: readonly CountedEntry[]): Total[] {
  const sums = new Map<string, CountedEntry>();
  // Before their rows are worked out: in a group most are alike.
  for (const entry of entries) {
    const { nano: _nano, entries: _entries, images: _images, unknown: _unknown, ...own } = entry;
    put(sums, JSON.stringify(own), entry);
  }
  const rows = new Map<string, Total>();
  for (const entry of sums.values())
    for (const row of rowsOf(entry)) put(rows, `${row.slice} ${row.day} ${row.id}`, row);
  return [...rows].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

function put<T extends Pick<CountedEntry, "nano" | "entries" | "images" | "unknown">>(
  sums: Map<string, T>,
  name: string,
  added: T,
): void {
  const sum = sums.get(name);
  sums.set(
    name,
    sum === undefined
      ? added
      : {
          ...sum,
          nano: sum.nano + added.nano,
          entries: sum.entries + added.entries,
          images: sum.images + added.images,
          unknown: sum.unknown + added.unknown,
        },
  );
}

function rowsOf({ labels, ...entry }: CountedEntry): Total[] {
  const whole = labels.length === 0 ? "bare" : "labelled";
  return [
    { ...entry, slice: whole, label: "", id: idOf(entry, "") },
    ...labels.map((label): Total => ({ ...entry, slice: "label", label, id: idOf(entry, label) })),
  ];
}

/** 132 bits: nobody finds two rows with the same one. */
const idLength = 22;

function idOf(entry: Omit<CountedEntry, "labels">, label: string): string {
  const { book, keyId, keyName, userId, userName, teamId, teamName, channelId, model } = entry;
  const own = [book, label, keyId, keyName, userId, userName, teamId, teamName, channelId, model];
  return createHash("sha256").update(JSON.stringify(own)).digest("base64url").slice(0, idLength);
}

const add = statement<Omit<Total, "nano"> & { readonly nano: string }>(
  `INSERT INTO totals (
      slice, day, id, book, label, key_id, key_name, user_id, user_name, team_id, team_name,
      channel_id, model, nano, entries, images, unknown
    ) VALUES (
      :slice, :day, :id, :book, :label, :keyId, :keyName, :userId, :userName, :teamId, :teamName,
      :channelId, :model, CAST(:nano AS bigint), :entries, :images, :unknown
    ) ON CONFLICT (slice, day, id) DO UPDATE SET
      nano = totals.nano + excluded.nano, entries = totals.entries + excluded.entries,
      images = totals.images + excluded.images, unknown = totals.unknown + excluded.unknown`,
);

/**
 * The statements that add entries to the totals, one a row, for the end of the transaction that books them: however
 * many settlements a group has, those of one key and model are one addition, and its row is locked for no longer than the commit takes.
 */
export function additionsOf(entries: readonly CountedEntry[]): Statement[] {
  if (entries.length === 0) return [];
  return totalsOf(entries).map((row) => add({ ...row, nano: String(row.nano) }));
}
