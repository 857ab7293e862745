import { expect, test } from "vitest";
import type { RequestScope, TeamScope } from "../../src/store/scopes.ts";
import type { Store } from "../../src/store/store.ts";
import { keyEntry, type OpenEmpty, request, sampleKey } from "./samples.ts";
import { auditEntry, sampleTeam, sampleUser } from "./people-suite.ts";

/** Keys by the user and the team that they name. Users: `ann` is in art, `bob` in web, `eve` in none; the file moved `kim` from art to web. */
const keys: readonly (readonly [id: string, userId: string | null, teamId: string | null])[] = [
  ["ann's", "ann", null],
  ["ann's, of web once", "ann", "web"],
  ["art's", null, "art"],
  ["bob's", "bob", "art"],
  ["eve's in art", "eve", "art"],
  ["eve's", "eve", null],
  ["file's", "lee", null],
  ["gone's", "gone", "art"],
  ["kim's", "kim", "art"],
  ["nobody's", null, null],
  ["web's", null, "web"],
];
const fileUsers = [
  { id: "kim", teamId: "web" },
  { id: "lee", teamId: "art" },
  { id: "loner", teamId: null },
];
const art: TeamScope = { teamId: "art", fileUsers };
const ofArt = ["ann's", "ann's, of web once", "art's", "eve's in art", "file's", "gone's"];

async function fill(store: Store): Promise<void> {
  for (const [id, teamId] of Object.entries({ ann: "art", bob: "web", eve: null, kim: "art" }))
    await store.users.add({ ...sampleUser, id, teamId }, auditEntry(id));
  for (const [at, [id, userId, teamId]] of keys.entries())
    await store.keys.add({ ...sampleKey, id, digest: `digest ${at}`, userId, teamId }, keyEntry());
}

/** A person who makes pictures in the console. */
async function addPerson(
  store: Store,
  id: string,
  userId: string | null,
  teamId: string | null,
): Promise<void> {
  const role = teamId === null ? "key_holder" : "team_admin";
  const person = { id, login: id, name: id, role, userId, teamId, createdAt: 1 } as const;
  const { id: stamp, at, who, address, requestId } = auditEntry(id);
  await store.people.add(person, undefined, { id: stamp, at, who, address, requestId });
}

/** Questions that are confined to one team or one person, in every database. */
export function scopeSuite(open: OpenEmpty): void {
  makerSuite(open);
  test("a team's keys are those of its users and its own, whoever's file says so", async () => {
    const store = await open();
    await fill(store);
    const asked = { after: "", limit: 50, removed: false, userId: null, teamId: null };
    const ids = async (scope: TeamScope, change: object = {}): Promise<string[]> =>
      (await store.keys.page({ ...asked, ...change }, scope)).map(({ id }) => id);
    expect(await ids(art)).toEqual(ofArt);
    expect(await ids(art, { after: "ann's", limit: 2 })).toEqual(["ann's, of web once", "art's"]);
    expect(await ids(art, { userId: "ann" })).toEqual(["ann's", "ann's, of web once"]);
    expect(await ids(art, { userId: "bob" })).toEqual([]);
    expect(await ids({ teamId: "", fileUsers })).toEqual([]);
    // What the file does not know of: lee is nobody, and kim is where the database has them.
    expect(await ids({ teamId: "art", fileUsers: [] })).toEqual(
      [...ofArt.filter((id) => id !== "file's"), "kim's"].toSorted(),
    );
    for (const [id] of keys)
      expect((await store.keys.get(id, art))?.id).toBe(ofArt.includes(id) ? id : undefined);
    expect(await store.keys.get("none", art)).toBeUndefined();
  });

  test("a team's users and the team itself are the ones that are found for it", async () => {
    const store = await open();
    await fill(store);
    for (const id of ["art", "web"]) await store.teams.add({ ...sampleTeam, id }, auditEntry(id));
    expect((await store.users.all("art")).map(({ id }) => id)).toEqual(["ann", "kim"]);
    expect((await store.users.all("")).map(({ id }) => id)).toEqual([]);
    expect(await store.users.all()).toHaveLength(4);
    expect((await store.users.get("ann", "art"))?.id).toBe("ann");
    expect(await store.users.get("bob", "art")).toBeUndefined();
    expect((await store.teams.all("web")).map(({ id }) => id)).toEqual(["web"]);
    expect(await store.teams.get("art", "web")).toBeUndefined();
  });

  test("requests are a team's or a person's by their keys, and by who made them in the console", async () => {
    const store = await open();
    await fill(store);
    await addPerson(store, "p1", "ann", null);
    await addPerson(store, "p2", null, "art");
    await addPerson(store, "p3", "bob", null);
    const console_ = ["p1", "p2", "p3", "p4"].map((id) => `console:${id}`);
    const made = [...keys.map(([id]) => id), ...console_, "file:a", "file:b"];
    for (const [at, keyId] of made.entries())
      await store.requests.begin(request(`of ${keyId}`, { keyId, createdAt: 1000 + at }), []);
    const team: RequestScope = { of: "team", ...art, fileKeys: ["file:b"] };
    const teams = [...ofArt, "console:p1", "console:p2", "file:b"].map((id) => `of ${id}`);
    const all = await store.requests.list({ limit: 50, scope: team });
    expect(all.map(({ id }) => id)).toEqual(teams.toReversed());
    const pages: string[] = [];
    for (let before: string | undefined; ; before = pages.at(-1)) {
      const page = await store.requests.list({ limit: 4, before, scope: team });
      pages.push(...page.map(({ id }) => id));
      if (page.length < 4) break;
    }
    expect(pages).toEqual(teams.toReversed());
    expect((await store.requests.get("of file:b", team))?.id).toBe("of file:b");
    expect(await store.requests.get("of file:a", team)).toBeUndefined();
    expect(await store.requests.get("of bob's", team)).toBeUndefined();
    const person = (personId: string, userId: string | null, fileKeys: string[] = []) =>
      store.requests.list({ limit: 50, scope: { of: "person", personId, userId, fileKeys } });
    expect((await person("p3", "bob", ["file:a"])).map(({ id }) => id)).toEqual([
      "of file:a",
      "of console:p3",
      "of bob's",
    ]);
    expect((await person("p4", null)).map(({ id }) => id)).toEqual(["of console:p4"]);
    expect(await person("p5", null)).toEqual([]);
  });
}

function makerSuite(open: OpenEmpty): void {
  test("what a person made in the console with another key stays theirs, whose ever that key is by now", async () => {
    const store = await open();
    await fill(store);
    const by = [
      ["chosen", { keyId: "eve's", personId: "p1" }],
      ["by console", { keyId: "console:p1" }],
      ["by a program", { keyId: "eve's" }],
    ] as const;
    for (const [at, [id, change]] of by.entries())
      await store.requests.begin(request(id, { ...change, createdAt: 1000 + at }), []);
    const scope: RequestScope = { of: "person", personId: "p1", userId: null, fileKeys: [] };
    const seen = await store.requests.list({ limit: 50, scope });
    expect(seen.map(({ id }) => id)).toEqual(["by console", "chosen"]);
    const makers = by.map(async ([id]) => (await store.requests.get(id))?.personId);
    expect(await Promise.all(makers)).toEqual(["p1", "p1", null]);
  });
}
