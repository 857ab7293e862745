import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { settled, settleLeft } from "../../src/gateway/ledger/settle.ts";
import type { RequestOutcome } from "../../src/store/request-records.ts";
import { createSettlementJournal } from "../../src/store/settlement-journal.ts";
import { outcome } from "../store/samples.ts";
import { waitFor } from "../support/wait-for.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pinhole-journal-"));
  vi.useFakeTimers();
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(folder, { recursive: true, force: true });
});

const log = { info() {}, warn() {}, error() {} };
const place = () => join(folder, "settlements");
const parts = () => ({ journal: createSettlementJournal(place()), log });

test("a settlement that is committed in time leaves nothing in the journal", async () => {
  await settled(parts(), outcome("r1"), Promise.resolve(true));
  await expect(readdir(place())).rejects.toThrow("ENOENT");
});

test("one that takes longer is in the journal before its answer goes, and leaves it with its commit", async () => {
  const written = Promise.withResolvers<boolean>();
  let isSafe = false;
  const safe = settled(parts(), outcome("r1"), written.promise).then(() => (isSafe = true));
  await vi.advanceTimersByTimeAsync(4999);
  expect(isSafe).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  await safe;
  expect(await readdir(place())).toEqual(["r1.json"]);
  written.resolve(true);
  await waitFor(async () => expect(await readdir(place())).toEqual([]));
});

test("one that is given up stays in the journal, and the next process settles it", async () => {
  await settled(parts(), outcome("r1"), Promise.resolve(false));
  await settled(parts(), outcome("r2"), Promise.resolve(false));
  expect(await readdir(place())).toEqual(["r1.json", "r2.json"]);
  const finished: RequestOutcome[] = [];
  const finish = async (one: RequestOutcome): Promise<boolean> => {
    if (one.id === "r2") throw new Error("the database is away");
    finished.push(one);
    return true;
  };
  expect(await settleLeft(parts(), { finish })).toBe(2);
  expect(finished).toEqual([outcome("r1")]);
  expect(await readdir(place())).toEqual(["r2.json"]);
});

test("where the journal cannot be written either, the answer goes all the same", async () => {
  const journal = {
    add: () => Promise.reject(new Error("the disk is full")),
    remove: () => Promise.resolve(),
    rewrite: () => Promise.resolve(),
    left: () => Promise.resolve([]),
  };
  await expect(settled({ journal, log }, outcome("r1"), Promise.resolve(false))).resolves.toBe(
    undefined,
  );
});
