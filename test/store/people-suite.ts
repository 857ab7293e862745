import { expect, test } from "vitest";
import type { AuditEntry } from "../../src/core/audit.ts";
import type { TeamRecord, UserRecord } from "../../src/core/people.ts";
import type { Store } from "../../src/store/store.ts";
import { type OpenEmpty, keyEntry, sampleKey } from "./samples.ts";

const owner = {
  id: "art",
  name: "Art department",
  models: ["flux-*"],
  rpm: 20,
  ipm: null,
  ipd: 400,
  budgets: [
    {
      nano: 9_000_000_000_000_000,
      period: "month",
      models: null,
      hard: true,
      raise: { nano: 1, until: null },
    },
    { nano: 0, period: "day", models: ["flux-*"], hard: false, raise: null },
  ],
  labels: ["print"],
  disabled: false,
  version: 1,
  createdAt: 1000,
  changedAt: 2000,
} as const;
const team: TeamRecord = { ...owner, markup: { times: 1.5, per_image_usd: "0.01" } };
export { team as sampleTeam };
export const sampleUser: UserRecord = {
  ...owner,
  id: "ann",
  name: null,
  budgets: [],
  teamId: "art",
};

let entries = 0;
export function auditEntry(resourceId: string, change: Partial<AuditEntry> = {}): AuditEntry {
  entries += 1;
  return {
    id: `audit_${String(entries).padStart(4, "0")}`,
    at: Date.now(),
    who: "admin",
    address: "127.0.0.1",
    requestId: null,
    action: "change",
    resource: "team",
    resourceId,
    before: null,
    after: '{"id":"art"}',
    ...change,
  };
}

/** What teams, users and the audit of their changes must do in every database. */
export function peopleSuite(open: OpenEmpty): void {
  test("teams and users come back as they were added, and an id is given once", async () => {
    const store = await open();
    expect(await store.teams.add(team, auditEntry("art"))).toBe(true);
    expect(await store.users.add(sampleUser, auditEntry("ann", { resource: "user" }))).toBe(true);
    const written = await store.served.version();
    expect(await store.teams.add({ ...team, name: "another" }, auditEntry("art"))).toBe(false);
    expect(await store.teams.get("art")).toEqual(team);
    expect(await store.users.get("ann")).toEqual(sampleUser);
    expect(await store.users.get("art")).toBeUndefined();
    expect(await store.served.version()).toBe(written);
    expect(await store.audit.list({ limit: 10 })).toHaveLength(2);
  });

  test("of changes that were made from one version one is done, however many come at once", async () => {
    const store = await open();
    await store.teams.add(team, auditEntry("art"));
    const before = await store.served.version();
    const names = Array.from({ length: 20 }, (_, at) => `name ${at}`);
    const done = await Promise.all(
      names.map((name) => store.teams.change({ ...team, name }, auditEntry("art"))),
    );
    expect(done.filter(Boolean)).toHaveLength(1);
    const won = names[done.indexOf(true)] ?? "";
    expect(await store.teams.get("art")).toEqual({ ...team, name: won, version: 2 });
    expect(await store.served.version()).toBe(before + 1);
    expect(await store.audit.list({ limit: 50 })).toHaveLength(2);
    expect(await store.teams.change({ ...team, id: "none" }, auditEntry("none"))).toBe(false);
  });

  test("everything that is served is read with its version", async () => {
    const store = await open();
    await store.keys.add(sampleKey, keyEntry());
    await store.teams.add(team, auditEntry("art"));
    await store.users.add(sampleUser, auditEntry("ann"));
    const version = await store.served.version();
    expect(await store.served.read()).toMatchObject({
      version,
      keys: [{ id: sampleKey.id }],
      teams: [team],
      users: [sampleUser],
    });
  });

  test("what is read together was so at one moment, while it changes", async () => {
    const store = await open();
    await store.teams.add({ ...team, rpm: 1 }, auditEntry("art"));
    await store.users.add({ ...sampleUser, rpm: 1 }, auditEntry("ann"));
    const step = async (rpm: number): Promise<void> => {
      const version = rpm - 1;
      await store.users.change({ ...sampleUser, rpm, version }, auditEntry("ann"));
      await store.teams.change({ ...team, rpm, version }, auditEntry("art"));
    };
    let isOver = false;
    const changing = (async () => {
      for (let rpm = 2; rpm < 30; rpm += 1) await step(rpm);
      isOver = true;
    })();
    while (!isOver) {
      const found = await store.served.read();
      // Users are changed first, so a team that is ahead was read later.
      const [ahead, behind] = [found?.users[0]?.rpm ?? 0, found?.teams[0]?.rpm ?? 0];
      if (found !== undefined) expect([0, 1]).toContain(ahead - behind);
    }
    await changing;
    expect(await store.served.read()).toMatchObject({ users: [{ rpm: 29 }], teams: [{ rpm: 29 }] });
  });

  auditSuite(open);
}

function auditSuite(open: OpenEmpty): void {
  const written = async (store: Store): Promise<readonly AuditEntry[]> => {
    const all = [
      auditEntry("art", { action: "create" }),
      auditEntry("ann", { resource: "user", action: "create", address: null, requestId: "req_1" }),
      auditEntry("art", { before: "{}" }),
    ] as const;
    await store.teams.add(team, all[0]);
    await store.users.add(sampleUser, all[1]);
    await store.teams.change(team, all[2]);
    return all;
  };

  test("the audit is listed by pages, of everything or of one", async () => {
    const store = await open();
    const [first, second, third] = await written(store);
    expect(await store.audit.list({ limit: 2 })).toEqual([third, second]);
    expect(await store.audit.list({ limit: 2, before: second?.id })).toEqual([first]);
    const art = { limit: 9, resource: "team", resourceId: "art" };
    expect(await store.audit.list(art)).toEqual([third, first]);
    expect(await store.audit.list({ limit: 9, resource: "user" })).toEqual([second]);
  });

  test("where the audit cannot be written nothing is changed", async () => {
    const store = await open();
    const [first] = await written(store);
    const before = await store.served.version();
    const again = { ...team, name: "unaudited", version: 2 };
    await expect(
      store.teams.change(again, auditEntry("art", { id: first?.id ?? "" })),
    ).rejects.toThrow("The gateway");
    expect(await store.teams.get("art")).toMatchObject({ name: team.name, version: 2 });
    expect(await store.served.version()).toBe(before);
  });
}
