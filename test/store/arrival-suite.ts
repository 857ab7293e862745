import { expect, test } from "vitest";
import type { Passkey } from "../../src/store/passkey-records.ts";
import { joined, session, stamp, stamped } from "./identity-suite.ts";
import type { OpenEmpty } from "./samples.ts";

const sample: Passkey = {
  id: "credential-1",
  personId: "ada",
  name: "laptop",
  publicKey: "public",
  counter: 3,
  device: "several",
  backedUp: false,
  transports: ["internal", "hybrid"],
  createdAt: 5,
  usedAt: null,
};

/** Passkeys, and what is written down of those who come in and go, in every database. */
export function arrivalsSuite(open: OpenEmpty): void {
  passkeySuite(open);
  arrivalSuite(open);
}

function passkeySuite(open: OpenEmpty): void {
  test("a passkey is its person's alone, is found with them, and goes on counting", async () => {
    const store = stamped(await open());
    const { version } = await joined(store, "ada");
    await joined(store, "bob");
    const { passkeys } = store;
    expect(await passkeys.add(sample, 2, stamp())).toBe(true);
    expect(await passkeys.add({ ...sample, personId: "bob" }, 2, stamp())).toBe(false);
    expect(await passkeys.add({ ...sample, id: "c2", createdAt: 6 }, 2, stamp())).toBe(true);
    expect(await passkeys.add({ ...sample, id: "c3" }, 2, stamp())).toBe(false);
    expect(await passkeys.add({ ...sample, id: "c4", personId: "nobody" }, 2, stamp())).toBe(false);
    expect((await passkeys.of("ada")).map(({ id }) => id)).toEqual(["credential-1", "c2"]);
    expect(await passkeys.find("credential-1")).toMatchObject({
      passkey: sample,
      person: { id: "ada" },
    });
    const use = { id: "credential-1", backedUp: true, at: 9 };
    const uses = [4, 4, 4, 3, 0].map((counter) => passkeys.use({ ...use, counter }));
    expect((await Promise.all(uses)).filter(Boolean)).toHaveLength(1);
    expect((await passkeys.find("credential-1"))?.passkey).toEqual({
      ...sample,
      counter: 4,
      backedUp: true,
      usedAt: 9,
    });
    expect(await passkeys.rename("bob", "credential-1", "mine", stamp())).toBe(false);
    expect(await passkeys.rename("ada", "credential-1", "key", stamp())).toBe(true);
    expect(await passkeys.remove("bob", "credential-1", stamp())).toBe(false);
    expect(await passkeys.remove("ada", "credential-1", stamp())).toBe(true);
    expect(await passkeys.remove("ada", "credential-1", stamp())).toBe(false);
    const told = await store.audit.list({
      limit: 9,
      resource: "passkey",
      resourceId: "credential-1",
    });
    expect(told.map(({ action }) => action).toSorted()).toEqual(["change", "create", "delete"]);
    expect(JSON.stringify(told)).not.toContain("public");
    await store.people.change("ada", version, { disabled: true });
    expect(await passkeys.find("c2")).toBeUndefined();
  });

  test("one that counts nothing may say so each time; a new link and a removal take passkeys away", async () => {
    const store = stamped(await open());
    await joined(store, "ada");
    const { version } = await joined(store, "bob");
    const { passkeys } = store;
    for (const [id, personId] of [
      ["a", "ada"],
      ["b", "bob"],
    ] as const)
      await passkeys.add({ ...sample, id, personId, counter: 0 }, 9, stamp());
    for (let times = 0; times < 3; times += 1)
      expect(await passkeys.use({ id: "a", counter: 0, backedUp: false, at: times })).toBe(true);
    await store.invitations.make("ada", { digest: "again", until: 9000 });
    expect(await passkeys.of("ada")).toHaveLength(1);
    await store.invitations.take("again", 1, { password: "p", login: null, name: null });
    expect(await passkeys.of("ada")).toEqual([]);
    await store.people.remove("bob", version);
    expect(await passkeys.find("b")).toBeUndefined();
  });
}

function arrivalSuite(open: OpenEmpty): void {
  test("coming in and going are written down once, by the person, without digests", async () => {
    const store = stamped(await open());
    const { id } = await joined(store, "comer");
    await store.invitations.take("inv-comer", 1500, { password: "p", login: null, name: null });
    await store.sessions.begin(session("digest-1", id));
    await store.sessions.begin(session("digest-2", "nobody"));
    await store.people.changePassword(id, "p", "digest-3", "digest-1");
    await store.people.changePassword(id, "p", "digest-4", "digest-1");
    await store.links.add({ issuer: "https://idp", subject: "sub", personId: id, createdAt: 1 });
    await store.links.add({ issuer: "https://idp", subject: "sub", personId: id, createdAt: 1 });
    await store.sessions.end("digest-1");
    await store.sessions.end("digest-1");
    const entries = (await store.audit.list({ limit: 50, resourceId: id })).toReversed();
    expect(entries.map(({ action, who, resource }) => [action, who, resource])).toEqual([
      ["create", "admin", "person"],
      ["join", `person ${id}`, "person"],
      ["sign_in", `person ${id}`, "session"],
      ["change_password", "admin", "person"],
      ["link", "admin", "person"],
      ["sign_out", `person ${id}`, "session"],
    ]);
    expect(entries.map(({ after }) => after)).toContain('{"method":"password"}');
    expect(JSON.stringify(entries)).not.toMatch(/digest-|inv-comer|"sub"/);
  });

  test("refused sign-ins are written down as far as they drown nothing", async () => {
    const store = await open();
    const bound = { until: 1000, max: 3 };
    const address = { name: "address 1.2.3.4", max: 2 };
    const refuse = (personId: string | null, at = 1): Promise<void> =>
      store.sessions.refuse(
        { personId, method: "password", written: { name: "told", ...bound }, address },
        { ...stamp(), at },
      );
    const told = async (): Promise<string[]> =>
      (await store.audit.list({ limit: 50, resource: "session" })).map(
        ({ action, resourceId }) => `${action} ${resourceId}`,
      );
    const tried = () => store.tries.count([{ ...address, until: 1000 }], 1);
    // Of strangers nothing is written but that an address has used up its tries.
    await tried();
    await refuse(null);
    expect(await told()).toEqual([]);
    await tried();
    await refuse(null);
    expect(await told()).toEqual(["refuse_sign_in unknown"]);
    await tried();
    await refuse(null);
    expect(await told()).toHaveLength(1);
    for (let times = 0; times < 9; times += 1) await refuse("ada");
    expect(await told()).toEqual([
      ...Array.from({ length: 2 }, () => "refuse_sign_in ada"),
      "refuse_sign_in unknown",
    ]);
    await refuse("ada", 1000);
    expect(await told()).toHaveLength(4);
  });
}
