import { expect, test } from "vitest";
import type { KeyRecord } from "../../src/core/key.ts";
import type { NewNotice, Notice } from "../../src/core/notice.ts";
import { noticeId } from "../../src/core/notice.ts";
import { type ReviewParts, reviewNotices } from "../../src/gateway/ledger/review-notices.ts";
import type { NodeRecord } from "../../src/store/request-records.ts";
import { createCalendar } from "../../src/money/calendar.ts";

const day = Date.parse("2026-11-27T10:00:00Z");

/** A node over notices that all nodes share. */
function bench() {
  const rows = new Map<string, Notice>();
  const ended: string[] = [];
  const state = {
    wrongMs: 0,
    at: day,
    spentNano: "0",
    nodes: [] as readonly NodeRecord[],
    faulty: [] as readonly { readonly name: string; readonly fault: string }[] | undefined,
  };
  const notices = {
    open: () => Promise.resolve([...rows.values()].filter(({ endedAt }) => endedAt === null)),
    raise(due: readonly NewNotice[]) {
      for (const { at, ...notice } of due) {
        const id = noticeId(notice, "raised");
        const kept = { id, state: "raised", recovers: null, spentNano: null } as const;
        const times = { createdAt: at, endedAt: null, acknowledgedAt: null };
        if (!rows.has(id)) rows.set(id, { ...notice, ...kept, ...times });
      }
      return Promise.resolve();
    },
    end(id: string, at: number) {
      const known = rows.get(id);
      if (known !== undefined) rows.set(id, { ...known, endedAt: at });
      ended.push(known?.object ?? "");
      return Promise.resolve(true);
    },
  };
  const budgets = {
    states: (counters: readonly object[]) =>
      Promise.resolve(counters.map((counter) => ({ ...counter, spentNano: state.spentNano }))),
  };
  const node = (host: string): ReviewParts => ({
    // What a review uses of the store.
    store: { notices, budgets } as unknown as ReviewParts["store"],
    calendar: createCalendar("UTC", "monday"),
    now: () => state.at,
    host,
    clockWrongMs: () => state.wrongMs,
    atWork: () => state.nodes,
    faultyEntries: () => state.faulty,
  });
  return { rows, ended, state, node };
}

// What a review looks at of a key.
const key = {
  id: "k",
  name: "k",
  budgets: [
    { nano: 1000, period: "day", models: null, hard: true, raise: null, notifyAt: ["0.5"] },
  ],
} as unknown as KeyRecord;

const budgeted = (...keys: KeyRecord[]) => ({ keys, channels: [] });

test("a wrong clock is told by its machine, once while it is wrong, and over only by it", async () => {
  const { rows, ended, state, node } = bench();
  await reviewNotices(node("a"), budgeted());
  expect(rows.size).toBe(0);
  state.wrongMs = -240_000;
  await reviewNotices(node("a"), budgeted());
  expect([...rows.values()]).toMatchObject([
    { kind: "clock_off", object: "a", facts: { seconds: "240", side: "behind" } },
  ]);
  // A day later it is the same matter; another machine's right clock says nothing of it.
  state.at += 86_400_000;
  await reviewNotices(node("a"), budgeted());
  state.wrongMs = 30_000;
  await reviewNotices(node("b"), budgeted());
  expect([rows.size, ended]).toEqual([1, []]);
  await reviewNotices(node("a"), budgeted());
  expect(ended).toEqual(["a"]);
  state.wrongMs = 30_001;
  await reviewNotices(node("a"), budgeted());
  expect(rows.size).toBe(2);
});

test("a new period is the end of what was spent in the last", async () => {
  const { rows, ended, state, node } = bench();
  state.spentNano = "500";
  await reviewNotices(node("a"), budgeted(key, key));
  expect(rows.size).toBe(1);
  await reviewNotices(node("b"), budgeted(key));
  expect([rows.size, ended]).toEqual([1, []]);
  state.at += 86_400_000;
  state.spentNano = "0";
  await reviewNotices(node("b"), budgeted(key));
  expect(ended).toEqual(["key k day"]);
  state.spentNano = "999";
  await reviewNotices(node("a"), budgeted(key));
  expect(rows.size).toBe(2);
});

/** A gateway's row: its machine, its files (null: an earlier version, which says none), and since when it goes by them. */
function nodeOf(host: string, fileHash: string | null, fileSince: number): NodeRecord {
  const program = { version: "1", schemaStep: "0001" };
  return { id: `node_${host}`, startedAt: 1, seenAt: day, ...program, host, fileHash, fileSince };
}

test("files that differ are told after a minute, once, and are over when all gateways have the same", async () => {
  const { rows, ended, state, node } = bench();
  const review = () => reviewNotices(node("a"), budgeted());
  const [old, changed] = ["0123456789abcdef", "fedcba9876543210"];
  state.nodes = [nodeOf("a", old, 1), nodeOf("b", old, 2), nodeOf("c", null, 3)];
  await review();
  state.nodes = [nodeOf("a", old, 1), nodeOf("b", changed, day), nodeOf("c", null, 3)];
  state.at = day + 59_999;
  await review();
  expect(rows.size).toBe(0);
  state.at = day + 60_000;
  await review();
  await reviewNotices(node("b"), budgeted());
  const files = "0123456789ab on a; fedcba987654 on b";
  expect([...rows.values()]).toMatchObject([{ kind: "files_differ", facts: { files } }]);
  // Another change begins the minute anew for a notice, and does not end the one that is open.
  state.nodes = [nodeOf("a", "third", state.at), nodeOf("b", changed, day)];
  state.at += 86_400_000;
  state.nodes = [nodeOf("a", "third", state.at), nodeOf("b", changed, day)];
  await review();
  expect([rows.size, ended]).toEqual([1, []]);
  state.nodes = [nodeOf("a", "third", state.at), nodeOf("b", "third", state.at)];
  await review();
  expect(ended).toEqual(["gateways"]);
});

test("of three gateways the pair that has differed longest counts", async () => {
  const { rows, state, node } = bench();
  state.at = day + 60_000;
  state.nodes = [nodeOf("a", "x", 1), nodeOf("b", "y", day), nodeOf("c", "z", state.at)];
  await reviewNotices(node("a"), budgeted());
  expect(rows.size).toBe(1);
});

test("an entry at fault is told once by whichever machine cannot read it, and over only by that one", async () => {
  const { rows, ended, state, node } = bench();
  state.nodes = [nodeOf("a", null, 1), nodeOf("b", null, 1)];
  state.faulty = [{ name: "channel main", fault: "`api_key` cannot be read." }];
  await reviewNotices(node("a"), budgeted());
  await reviewNotices(node("a"), budgeted());
  expect([...rows.values()]).toMatchObject([
    { kind: "entry_faulty", object: "channel main", period: "2026-11-27", facts: { host: "a" } },
  ]);
  // What cannot be read just now is not mended, nor is what another machine can read.
  state.faulty = undefined;
  await reviewNotices(node("a"), budgeted());
  state.faulty = [];
  await reviewNotices(node("b"), budgeted());
  expect(ended).toEqual([]);
  // The machine is there no more.
  state.nodes = [nodeOf("b", null, 1)];
  await reviewNotices(node("b"), budgeted());
  expect(ended).toEqual(["channel main"]);
});
