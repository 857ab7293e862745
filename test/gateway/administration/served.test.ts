import { beforeEach, describe, expect, test } from "vitest";
import type { KeyRecord } from "../../../src/core/key.ts";
import { type AdministrationParts, Served } from "../../../src/gateway/administration/served.ts";
import type { ServedRows } from "../../../src/store/served-rows.ts";
import { sampleKey } from "../../store/samples.ts";

const minuteMs = 60_000;
let uptime = 0;
let rows: ServedRows;
let isAway = false;
let kept: readonly KeyRecord[] = [];

const rowsOf = (version: number, disabled: boolean): ServedRows => ({
  version,
  keys: [{ ...sampleKey, id: "k", userId: null, teamId: null, disabled }],
  teams: [],
  users: [],
  resources: [],
});

function answer<T>(value: () => T): Promise<T> {
  return isAway ? Promise.reject(new Error("the database is away")) : Promise.resolve(value());
}

async function openServed(): Promise<Served> {
  // What following the database needs of the parts.
  const parts = {
    store: {
      served: { version: () => answer(() => rows.version), read: () => answer(() => rows) },
      people: { stoppedUsers: () => answer(() => []) },
    },
    cluster: { hear() {}, say() {} },
    keys: { replace: (all: readonly KeyRecord[]) => void (kept = all) },
    offered: { isCurrent: true, follow: () => Promise.resolve() },
    followBudgets: () => Promise.resolve(),
    uptime: () => uptime,
    log: { info() {}, warn() {}, error() {} },
  } as unknown as AdministrationParts;
  const served = new Served(parts, Buffer.alloc(32));
  await served.declare([], { users: [], teams: [] });
  return served;
}

beforeEach(() => {
  uptime = 0;
  isAway = false;
  rows = rowsOf(5, true);
});

describe("what a node serves", () => {
  test("is what the database has by now, and never what it had before", async () => {
    const served = await openServed();
    expect(kept[0]?.disabled).toBe(true);
    // A copy that took over and is behind: the key was revoked in version 5.
    rows = rowsOf(4, false);
    await served.catchUp();
    expect(kept[0]?.disabled).toBe(true);
    rows = rowsOf(6, false);
    await served.catchUp();
    expect(kept[0]?.disabled).toBe(false);
  });

  test("is refused after a minute in which it could not be read, and no longer than that", async () => {
    const served = await openServed();
    isAway = true;
    uptime = minuteMs - 1;
    await expect(served.catchUp()).rejects.toThrow("away");
    served.checkCurrent();
    uptime = minuteMs;
    expect(() => served.checkCurrent()).toThrow(
      "This gateway could not read its keys and limits for a minute; try again.",
    );
    isAway = false;
    await served.catchUp();
    served.checkCurrent();
  });
});
