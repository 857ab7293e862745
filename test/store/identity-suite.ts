import { expect, test } from "vitest";
import type {
  AdminTokenChange,
  AdminTokenRecord,
  AuditStamp,
  Invitation,
  Joining,
  NewPerson,
  PersonChange,
  PersonLink,
  Person,
  PersonRefusal,
  SessionRecord,
} from "../../src/store/identity-records.ts";
import type { SavedFate } from "../../src/store/gallery-records.ts";
import type { Store } from "../../src/store/store.ts";
import type { OpenEmpty } from "./samples.ts";

const hour = 3_600_000;

let stamps = 0;
export function stamp(): AuditStamp {
  stamps += 1;
  return { id: `audit_${stamps}`, at: 1, who: "admin", address: null, requestId: null };
}

const expiring: SavedFate = { become: "expire", endsAt: 9000 };

/** A store whose changes of people and tokens all have a stamp. */
export type Stamped = ReturnType<typeof stamped>;

export function stamped(store: Store) {
  const { people, invitations, links, tokens, sessions } = store;
  return {
    ...store,
    people: {
      ...people,
      add: (wanted: NewPerson, invitation: Invitation | undefined) =>
        people.add(wanted, invitation, stamp()),
      change: (id: string, version: number, change: PersonChange) =>
        people.change(id, version, change, stamp()),
      /** Undefined: they were removed. */
      async remove(id: string, version: number, fate: SavedFate = expiring) {
        const result = await people.remove(id, version, fate, stamp());
        return typeof result === "number" ? undefined : result;
      },
      changePassword: (id: string, from: string | null, to: string, keep: string) =>
        people.changePassword({ id, from, to, keep }, stamp()),
    },
    sessions: {
      ...sessions,
      begin: (begun: SessionRecord) => sessions.begin(begun, stamp()),
      end: (digest: string) => sessions.end(digest, stamp()),
    },
    invitations: {
      ...invitations,
      make: (id: string, invitation: Invitation) => invitations.make(id, invitation, stamp()),
      take: (digest: string, now: number, joining: Joining) =>
        invitations.take(digest, now, joining, stamp()),
    },
    links: {
      ...links,
      add: (link: PersonLink) => links.add(link, stamp()),
      addPerson: (wanted: NewPerson, link: PersonLink) => links.addPerson(wanted, link, stamp()),
    },
    tokens: {
      ...tokens,
      add: (token: AdminTokenRecord) => tokens.add(token, stamp()),
      change: (id: string, version: number, change: AdminTokenChange) =>
        tokens.change(id, version, change, stamp()),
      remove: (id: string, version: number) => tokens.remove(id, version, stamp()),
    },
  };
}

export const person = (id: string, change: Partial<NewPerson> = {}): NewPerson => ({
  id,
  login: `${id}@example.com`,
  name: id,
  role: "operator",
  userId: null,
  teamId: null,
  createdAt: 1000,
  ...change,
});

export const session = (
  id: string,
  personId: string,
  change: Partial<SessionRecord> = {},
): SessionRecord => ({
  digest: id,
  personId,
  method: "password",
  createdAt: 2000,
  seenAt: 2000,
  until: 2000 + 10 * hour,
  ...change,
});

/** Adds a person who has come in. */
export async function joined(
  store: Stamped,
  id: string,
  change: Partial<NewPerson> = {},
): Promise<Person> {
  await store.people.add(person(id, change), { digest: `inv-${id}`, until: 9000 });
  const taken = await store.invitations.take(`inv-${id}`, 1500, {
    password: "p",
    login: null,
    name: null,
  });
  if (taken === undefined || taken === "login_taken") throw new Error(`${id} could not join`);
  return taken;
}

/** What the store knows of people, their ways in and tokens. */
export function identitySuite(open: OpenEmpty): void {
  invitationSuite(open);
  ownerSuite(open);
  changeSuite(open);
  sessionSuite(open);
  endSuite(open);
  trySuite(open);
  tokenSuite(open);
  waysInSuite(open);
  auditSuite(open);
}

function invitationSuite(open: OpenEmpty): void {
  test("a person is added once, invited, and comes in by the link, which opens once", async () => {
    const store = stamped(await open());
    expect(await store.people.none()).toBe(true);
    const added = await store.people.add(person("ada"), { digest: "i1", until: 9000 });
    expect(added).toEqual({
      ...person("ada"),
      disabled: false,
      hasPassword: false,
      joinedAt: null,
      signedInAt: null,
      version: 1,
    });
    expect(await store.people.none()).toBe(false);
    expect(await store.invitations.find("i1", 8999)).toEqual(added);
    expect(await store.invitations.find("i1", 9000)).toBeUndefined();
    expect(await store.invitations.find("i2", 1)).toBeUndefined();
    const joining = { password: "digest", login: "countess", name: "Ada" };
    const takes = await Promise.all(
      Array.from({ length: 8 }, () => store.invitations.take("i1", 5000, joining)),
    );
    const taken = takes.filter((one) => one !== undefined);
    expect(taken).toHaveLength(1);
    const now = await store.people.byLogin("countess");
    expect(now?.password).toBe("digest");
    expect(now?.person).toEqual(taken[0]);
    expect(now?.person).toMatchObject({
      name: "Ada",
      hasPassword: true,
      joinedAt: 5000,
      version: 2,
    });
  });

  test("a new link takes the place of the last; none for the unknown, the disabled, or a login that is taken", async () => {
    const store = stamped(await open());
    const joining = { password: "x", login: null, name: null };
    expect(await store.invitations.make("nobody", { digest: "i0", until: 9000 })).toBe(false);
    await store.people.add(person("ada"), { digest: "i1", until: 9000 });
    await store.people.add(person("bob"), undefined);
    expect(await store.invitations.make("ada", { digest: "i2", until: 9000 })).toBe(true);
    expect(await store.invitations.take("i1", 5000, joining)).toBeUndefined();
    const login = "bob@example.com";
    expect(await store.invitations.take("i2", 5000, { ...joining, login })).toBe("login_taken");
    await store.people.change("ada", 1, { disabled: true });
    expect(await store.invitations.take("i2", 5000, joining)).toBeUndefined();
    await store.people.change("ada", 2, { disabled: false });
    expect(await store.invitations.take("i2", 5000, joining)).toMatchObject({ id: "ada" });
  });

  test("two people share neither login nor user, whichever way they come to it", async () => {
    const store = stamped(await open());
    await store.people.add(person("ada", { userId: "u1" }), undefined);
    const twin = { login: "ada@example.com" };
    expect(await store.people.add(person("bob", twin), undefined)).toBe("login_taken");
    expect(await store.people.add(person("bob", { userId: "u1" }), undefined)).toBe("user_taken");
    await store.people.add(person("bob"), undefined);
    expect(await store.people.change("bob", 1, twin)).toBe("login_taken");
    expect(await store.people.change("bob", 1, { userId: "u1" })).toBe("user_taken");
    expect(await store.people.get("bob")).toMatchObject({ userId: null, version: 1 });
    expect((await store.people.all()).map(({ id }) => id)).toEqual(["ada", "bob"]);
  });
}

function ownerSuite(open: OpenEmpty): void {
  const owner = { role: "owner" } as const;

  test("the last owner who has come in stays: not removed, not disabled, not made less", async () => {
    const store = stamped(await open());
    const { version } = await joined(store, "ada", owner);
    // Invited, and not here yet.
    await store.people.add(person("bob", owner), undefined);
    const disabled = await joined(store, "eve", owner);
    await store.people.change("eve", disabled.version, { disabled: true });
    expect(await store.people.change("ada", version, { role: "admin" })).toBe("last_owner");
    expect(await store.people.change("ada", version, { disabled: true })).toBe("last_owner");
    expect(await store.people.remove("ada", version)).toBe("last_owner");
    expect(await store.people.get("ada")).toMatchObject({
      role: "owner",
      disabled: false,
      version,
    });
    expect(await store.people.change("ada", version, { name: "A." })).toMatchObject({ name: "A." });
    // One who never came in may go.
    expect(await store.people.remove("bob", 1)).toBeUndefined();
    await store.people.change("eve", disabled.version + 1, { disabled: false });
    expect(await store.people.remove("ada", version + 1)).toBeUndefined();
  });

  test("of owners who all leave at once, one stays", async () => {
    const store = stamped(await open());
    const ids = Array.from({ length: 8 }, (_, at) => `o${at}`);
    const owners = await Promise.all(ids.map((id) => joined(store, id, owner)));
    const results = await Promise.all(
      owners.map(({ id, version }, at): Promise<Person | PersonRefusal | undefined> =>
        at % 2 === 0
          ? store.people.remove(id, version)
          : store.people.change(id, version, { role: "viewer" }),
      ),
    );
    expect(results.filter((result) => result === "last_owner")).toHaveLength(1);
    expect((await store.people.all()).filter(({ role }) => role === "owner")).toHaveLength(1);
  });
}

function changeSuite(open: OpenEmpty): void {
  test("a change needs the version that is there, and of many at once one is done", async () => {
    const store = stamped(await open());
    await store.people.add(person("ada"), undefined);
    expect(await store.people.change("bob", 1, { name: "B" })).toBe("absent");
    expect(await store.people.remove("bob", 1)).toBe("absent");
    expect(await store.people.change("ada", 2, { name: "B" })).toBe("stale");
    expect(await store.people.remove("ada", 2)).toBe("stale");
    const names = Array.from({ length: 8 }, (_, at) => `n${at}`);
    const results = await Promise.all(names.map((name) => store.people.change("ada", 1, { name })));
    const done = results.filter((result) => typeof result !== "string");
    expect(done).toHaveLength(1);
    expect(results.filter((result) => result === "stale")).toHaveLength(7);
    expect(await store.people.get("ada")).toEqual(done[0]);
  });

  test("users of disabled and removed people are stopped, until they are enabled or another is that user", async () => {
    const store = stamped(await open());
    await store.people.add(person("ada", { userId: "u1" }), undefined);
    await store.people.add(person("bob", { userId: "u2" }), undefined);
    expect(await store.people.stoppedUsers()).toEqual([]);
    const versions = [await store.served.version()];
    const noted = async (): Promise<boolean> => {
      versions.push(await store.served.version());
      return versions.at(-1) !== versions.at(-2);
    };
    await store.people.change("ada", 1, { disabled: true });
    expect([await store.people.stoppedUsers(), await noted()]).toEqual([["u1"], true]);
    await store.people.change("ada", 2, { name: "A" });
    expect(await noted()).toBe(false);
    await store.people.change("ada", 3, { disabled: false });
    expect([await store.people.stoppedUsers(), await noted()]).toEqual([[], true]);
    await store.people.change("ada", 4, { disabled: true });
    await store.people.remove("ada", 5);
    await store.people.remove("bob", 1);
    expect([(await store.people.stoppedUsers()).toSorted(), await noted()]).toEqual([
      ["u1", "u2"],
      true,
    ]);
    await store.people.add(person("eve", { userId: "u1" }), undefined);
    await store.people.add(person("fay"), undefined);
    await store.people.change("fay", 1, { userId: "u2" });
    expect([await store.people.stoppedUsers(), await noted()]).toEqual([[], true]);
  });
}

function sessionSuite(open: OpenEmpty): void {
  test("a session is found until it ends, by time, by silence or by hand", async () => {
    const store = stamped(await open());
    const { id } = await joined(store, "ada");
    expect(await store.sessions.begin(session("s1", id))).toBe(true);
    expect(await store.sessions.begin(session("s2", "nobody"))).toBe(false);
    const found = await store.sessions.find("s1", 3000, 1999);
    expect(found?.session).toEqual(session("s1", id));
    expect(found?.person).toMatchObject({ id, signedInAt: 2000, joinedAt: 1500 });
    expect(await store.sessions.find("s9", 3000, 0)).toBeUndefined();
    expect(await store.sessions.find("s1", 2000 + 10 * hour, 0)).toBeUndefined();
    expect(await store.sessions.find("s1", 3000, 2000)).toBeUndefined();
    await store.sessions.seen("s1", 4000);
    await store.sessions.seen("s1", 3500);
    expect((await store.sessions.find("s1", 5000, 3999))?.session.seenAt).toBe(4000);
    await store.sessions.end("s1");
    await store.sessions.end("s1");
    expect(await store.sessions.find("s1", 5000, 0)).toBeUndefined();
  });

  test("disabling ends the sessions, and enabling brings none back; another password ends all but one", async () => {
    const store = stamped(await open());
    const { id, version } = await joined(store, "ada");
    const begin = (name: string): Promise<boolean> => store.sessions.begin(session(name, id));
    const standing = async (...names: string[]): Promise<string[]> => {
      const found = await Promise.all(names.map((name) => store.sessions.find(name, 3000, 0)));
      return found.flatMap((one) => (one === undefined ? [] : [one.session.digest]));
    };
    await begin("s1");
    await store.people.change(id, version, { disabled: true });
    expect(await begin("s2")).toBe(false);
    await store.people.change(id, version + 1, { disabled: false });
    expect(await standing("s1", "s2")).toEqual([]);
    await Promise.all(["s3", "s4", "s5"].map(begin));
    expect(await store.people.changePassword(id, "other", "q", "s4")).toBe(false);
    expect(await standing("s3", "s4", "s5")).toHaveLength(3);
    expect(await store.people.changePassword(id, "p", "q", "s4")).toBe(true);
    expect(await standing("s3", "s4", "s5")).toEqual(["s4"]);
    await store.people.upgradePassword(id, "p", "r");
    expect((await store.people.byLogin("ada@example.com"))?.password).toBe("q");
    await store.people.upgradePassword(id, "q", "r");
    expect((await store.people.byLogin("ada@example.com"))?.password).toBe("r");
    await store.people.remove(id, version + 2);
    expect(await standing("s4")).toEqual([]);
  });
}

function endSuite(open: OpenEmpty): void {
  test("sessions that begin while their person is being disabled do not outlive it", async () => {
    const store = stamped(await open());
    const { id, version } = await joined(store, "ada");
    const names = Array.from({ length: 12 }, (_, at) => `s${at}`);
    await Promise.all([
      ...names.slice(0, 6).map((name) => store.sessions.begin(session(name, id))),
      store.people.change(id, version, { disabled: true }),
      ...names.slice(6).map((name) => store.sessions.begin(session(name, id))),
    ]);
    await store.people.change(id, version + 1, { disabled: false });
    for (const name of names) expect(await store.sessions.find(name, 3000, 0)).toBeUndefined();
  });

  test("a sweep forgets what has ended and nothing else", async () => {
    const store = stamped(await open());
    const { id } = await joined(store, "ada");
    await store.people.add(person("bob"), { digest: "i1", until: 5000 });
    await store.people.add(person("eve"), { digest: "i2", until: 5001 });
    await store.sessions.begin(session("old", id, { until: 5000 }));
    await store.sessions.begin(session("idle", id, { seenAt: 2500 }));
    await store.sessions.begin(session("good", id, { seenAt: 2501 }));
    await store.sessions.sweep(5000, 2500);
    const left = ["old", "idle", "good"].map((name) => store.sessions.find(name, 0, 0));
    expect((await Promise.all(left)).map((one) => one?.session.digest)).toEqual([
      undefined,
      undefined,
      "good",
    ]);
    expect(await store.invitations.find("i1", 0)).toBeUndefined();
    expect(await store.invitations.find("i2", 0)).toMatchObject({ id: "eve" });
  });
}

function trySuite(open: OpenEmpty): void {
  const limit = (name: string, max: number, until = 9000) => ({ name, max, until });

  test("tries are counted up to their limit, begin again after their time, and are forgiven", async () => {
    const store = stamped(await open());
    const count = (at: number, until = 9000) =>
      store.tries.count([limit("address", 9), limit("account", 2, until)], at);
    expect([await count(1), await count(2)]).toEqual([undefined, undefined]);
    expect(await count(3, 99_000)).toEqual({ name: "account", count: 3, until: 9000 });
    expect(await count(9000, 99_000)).toBeUndefined();
    await count(9001);
    expect(await count(9002)).toEqual({ name: "account", count: 3, until: 99_000 });
    await store.tries.forgive("account", ["address"]);
    expect(await count(9003)).toBeUndefined();
  });

  test("of many tries at once no more pass than may, and an account is left alone by an address that has none left", async () => {
    const store = stamped(await open());
    const tries = Array.from({ length: 40 }, () =>
      store.tries.count([limit("address", 25), limit("account", 30)], 1),
    );
    const over = (await Promise.all(tries)).filter((one) => one !== undefined);
    expect(over).toHaveLength(15);
    expect(new Set(over.map(({ name }) => name))).toEqual(new Set(["address"]));
    const passed = await Promise.all(
      Array.from({ length: 6 }, () => store.tries.count([limit("account", 30)], 1)),
    );
    expect(passed.filter((one) => one === undefined)).toHaveLength(5);
  });
}

function tokenSuite(open: OpenEmpty): void {
  const token = {
    id: "token_1",
    name: "ci",
    digest: "d1",
    hint: "wxyz",
    role: "operator",
    teamId: null,
    expiresAt: 5000,
    createdAt: 1000,
    version: 1,
  } as const;

  test("a token is kept, found by its digest, changed under its version and removed once", async () => {
    const store = stamped(await open());
    await store.tokens.add(token);
    expect(await store.tokens.byDigest("d1")).toEqual(token);
    expect(await store.tokens.byDigest("d2")).toBeUndefined();
    await store.tokens.redigest("token_1", "d2", "d3");
    await store.tokens.redigest("token_1", "d1", "d4");
    expect(await store.tokens.byDigest("d4")).toEqual({ ...token, digest: "d4" });
    await store.tokens.redigest("token_1", "d4", "d1");
    expect(await store.tokens.change("token_9", 1, { name: "x" })).toBe("absent");
    expect(await store.tokens.change("token_1", 2, { name: "x" })).toBe("stale");
    const change = { role: "team_admin", teamId: "t", expiresAt: null } as const;
    const changed = await store.tokens.change("token_1", 1, change);
    expect(changed).toEqual({ ...token, ...change, version: 2 });
    expect(await store.tokens.all()).toEqual([changed]);
    expect(await store.tokens.get("token_1")).toEqual(changed);
    expect(await store.tokens.remove("token_1", 1)).toBe("stale");
    expect(await store.tokens.remove("token_1", 2)).toBeUndefined();
    expect(await store.tokens.remove("token_1", 2)).toBe("absent");
  });
}

function waysInSuite(open: OpenEmpty): void {
  const account = { issuer: "https://login.example", subject: "s1" };

  test("an account at an identity provider is one person's, however many sign in with it first at once", async () => {
    const store = stamped(await open());
    const link = (personId: string) => ({ ...account, personId, createdAt: 1 });
    expect(await store.links.person(account.issuer, account.subject)).toBeUndefined();
    const ids = Array.from({ length: 6 }, (_, at) => `p${at}`);
    const made = await Promise.all(ids.map((id) => store.links.addPerson(person(id), link(id))));
    const [first] = made;
    expect(new Set(made.map((one) => (typeof one === "string" ? one : one.id))).size).toBe(1);
    expect(await store.people.all()).toEqual([first]);
    expect(await store.links.person(account.issuer, account.subject)).toEqual(first);
    await store.people.add(person("bob"), undefined);
    expect(await store.links.add(link("bob"))).toBe(false);
    expect(await store.links.add({ ...link("bob"), subject: "s2" })).toBe(true);
    expect(await store.links.add({ ...link("bob"), subject: "s3" })).toBe(false);
    const taken = await store.links.addPerson(person("eve", { login: "bob@example.com" }), {
      ...link("eve"),
      subject: "s4",
    });
    expect(taken).toBe("login_taken");
    expect(await store.links.person(account.issuer, "s4")).toBeUndefined();
    await store.people.remove("bob", 1);
    expect(await store.links.person(account.issuer, "s2")).toBeUndefined();
  });

  test("a sign-in that is under way is taken once, and not after its time", async () => {
    const store = stamped(await open());
    await store.flows.begin({ digest: "f1", value: "{}", until: 1000 });
    await store.flows.begin({ digest: "f2", value: "{}", until: 1000 });
    const takes = await Promise.all(Array.from({ length: 5 }, () => store.flows.take("f1", 999)));
    expect(takes.filter((one) => one !== undefined)).toEqual(["{}"]);
    expect(await store.flows.take("f2", 1000)).toBeUndefined();
    expect(await store.flows.take("f3", 1)).toBeUndefined();
  });
}

function auditSuite(open: OpenEmpty): void {
  test("each change of people and tokens is written down with it, without secrets, and what was refused is not", async () => {
    const store = stamped(await open());
    await store.people.add(person("audited"), { digest: "i1", until: 9000 });
    await store.people.change("audited", 1, { role: "viewer" });
    await store.people.change("audited", 1, { role: "admin" });
    await store.people.add(person("bob", { login: "audited@example.com" }), undefined);
    await store.invitations.make("audited", { digest: "i2", until: 9000 });
    await store.people.remove("audited", 2);
    const entries = (
      await store.audit.list({ limit: 50, resource: "person", resourceId: "audited" })
    ).toReversed();
    expect(entries.map(({ action, resourceId }) => [action, resourceId])).toEqual([
      ["create", "audited"],
      ["change", "audited"],
      ["invite", "audited"],
      ["delete", "audited"],
    ]);
    expect(JSON.parse(entries[1]?.before ?? "")).toMatchObject({ role: "operator" });
    expect(JSON.parse(entries[1]?.after ?? "")).toMatchObject({ role: "viewer" });
    expect(entries[3]?.after).toBeNull();
    const token = {
      id: "t_audited",
      name: "ci",
      digest: "secret",
      hint: "wxyz",
      role: "viewer",
    } as const;
    await store.tokens.add({ ...token, teamId: null, expiresAt: null, createdAt: 1, version: 1 });
    await store.tokens.change("t_audited", 2, { name: "x" });
    await store.tokens.remove("t_audited", 1);
    const told = await store.audit.list({ limit: 50, resource: "token", resourceId: "t_audited" });
    expect(told.map(({ action }) => action).toSorted()).toEqual(["create", "delete"]);
    expect(JSON.stringify(told)).not.toContain("secret");
  });
}
