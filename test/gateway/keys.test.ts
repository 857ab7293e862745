import { expect, test } from "vitest";
import { keyDigest } from "../../src/core/keys.ts";
import { createKeyRing } from "../../src/gateway/keys/key-ring.ts";
import type { KeyRecord } from "../../src/core/key.ts";

const pepper = Buffer.alloc(32, 1);
const token = "an-imported-key-of-ours";
const older = "the-key-that-it-had-before";
const digestOf = (key: string): string => keyDigest(pepper, key);
const here = { ip: "127.0.0.1" };
const record: KeyRecord = {
  id: "key_1",
  name: "one",
  digest: digestOf(token),
  models: ["*"],
  operations: null,
  strict: false,
  disabled: false,
  expiresAt: 1000,
  limits: { rpm: null, ipm: null, ipd: null, concurrency: null },
};

test("a key that was good is refused once it has expired, was disabled or is gone", () => {
  let time = 0;
  const ring = createKeyRing(pepper, () => time);
  const present = (header = `Bearer ${token}`) => ring.authenticate(header, here).id;
  ring.replace([record]);
  expect(present()).toBe("key_1");
  expect(present()).toBe("key_1");
  expect(present(`bearer  ${token}`)).toBe("key_1");
  expect(() => present(`Bearer ${token}x`)).toThrow("not valid");
  time = 1000;
  expect(() => present()).toThrow("not valid");
  time = 0;
  ring.replace([{ ...record, disabled: true }]);
  expect(() => present()).toThrow("not valid");
  ring.replace([{ ...record, id: "key_2" }]);
  expect(present()).toBe("key_2");
  ring.replace([]);
  expect(() => present()).toThrow("not valid");
});

test("a clock that is set back brings an expired key back, and one that is set on ends it", () => {
  let time = 5000;
  const ring = createKeyRing(pepper, () => time);
  ring.replace([record]);
  const present = () => ring.authenticate(`Bearer ${token}`, here).id;
  expect(present).toThrow("not valid");
  time = 999;
  expect(present()).toBe("key_1");
  time = 1000;
  expect(present).toThrow("not valid");
});

test("after a rotation both secrets open the key until the overlap ends, and the older one's last use is known", () => {
  let time = 10;
  const ring = createKeyRing(pepper, () => time);
  const rotated = { ...record, previous: { digest: digestOf(older), until: 500 } };
  ring.replace([rotated]);
  const present = (key: string) => ring.authenticate(`Bearer ${key}`, here).id;
  expect(present(token)).toBe("key_1");
  expect(ring.previousUses()).toEqual([]);
  expect(present(older)).toBe("key_1");
  time = 499;
  expect(present(older)).toBe("key_1");
  const uses = ring.previousUses();
  expect(uses).toEqual([{ keyId: "key_1", digest: digestOf(older), at: 499 }]);
  // What is not told yet is not lost where the keys are read again meanwhile.
  ring.replace([rotated]);
  expect(ring.previousUses()).toEqual(uses);
  present(older);
  ring.told(uses);
  expect(ring.previousUses()).toHaveLength(1);
  ring.told(ring.previousUses());
  expect(ring.previousUses()).toEqual([]);
  time = 500;
  expect(() => present(older)).toThrow("not valid");
  expect(ring.previousUses()).toEqual([]);
  expect(present(token)).toBe("key_1");
});

test("a secret of before never opens a disabled or expired key, nor one whose own secret is of today's", () => {
  let time = 10;
  const ring = createKeyRing(pepper, () => time);
  const previous = { digest: digestOf(older), until: 5000 };
  const present = () => ring.authenticate(`Bearer ${older}`, here).id;
  ring.replace([{ ...record, previous, disabled: true }]);
  expect(present).toThrow("not valid");
  ring.replace([{ ...record, previous }]);
  time = 1000;
  expect(present).toThrow("not valid");
  time = 10;
  const own = { ...record, id: "key_2", digest: digestOf(older) };
  ring.replace([own, { ...record, previous }]);
  expect(present()).toBe("key_2");
  expect(ring.previousUses()).toEqual([]);
});

test("a key for some addresses is refused from others, after everything else that is wrong with it", () => {
  const ring = createKeyRing(pepper, () => 0);
  ring.replace([{ ...record, ipAllow: ["10.0.0.0/8", "2001:db8::/32"] }]);
  const from = (ip: string, key = token) => ring.authenticate(`Bearer ${key}`, { ip }).id;
  for (const ip of ["10.1.2.3", "::ffff:10.1.2.3", "2001:DB8::1"]) expect(from(ip)).toBe("key_1");
  for (const ip of ["11.1.2.3", "::ffff:11.1.2.3", "2001:db9::1", "", "10.1.2", "::1"])
    expect(() => from(ip)).toThrow(expect.objectContaining({ code: "ip_not_allowed" }));
  expect(() => from("11.1.2.3", `${token}x`)).toThrow(
    expect.objectContaining({ code: "invalid_api_key" }),
  );
  ring.replace([{ ...record, ipAllow: ["10.0.0.0/8"], disabled: true }]);
  expect(() => from("11.1.2.3")).toThrow(expect.objectContaining({ code: "invalid_api_key" }));
});

test("a connection that is gone has no address, and no leave", () => {
  const ring = createKeyRing(pepper, () => 0);
  ring.replace([{ ...record, ipAllow: ["0.0.0.0/0", "::/0"] }]);
  // A socket that has closed has none, whatever Fastify's types say.
  const gone = { ip: undefined } as unknown as { ip: string };
  expect(() => ring.authenticate(`Bearer ${token}`, gone)).toThrow(
    expect.objectContaining({ code: "ip_not_allowed" }),
  );
});

test("a key is known as it is now, and one that is gone as it was", () => {
  const ring = createKeyRing(pepper, () => 0);
  const changed = { ...record, name: "two" };
  ring.replace([changed]);
  expect(ring.current(record)).toBe(changed);
  ring.replace([]);
  expect(ring.current(record)).toBe(record);
});

test("secrets by the pepper of before open their keys, and are told once with the digest of today", () => {
  const previousPepper = Buffer.alloc(32, 2);
  const before = keyDigest(previousPepper, token);
  const olderBefore = keyDigest(previousPepper, older);
  const told: unknown[] = [];
  const earlier = { previousPepper, onUse: (...use: unknown[]) => void told.push(use) };
  const ring = createKeyRing(pepper, () => 10, earlier);
  ring.replace([{ ...record, digest: before, previous: { digest: olderBefore, until: 500 } }]);
  const present = (key: string) => ring.authenticate(`Bearer ${key}`, here).id;
  expect([present(token), present(token), present(older)]).toEqual(["key_1", "key_1", "key_1"]);
  expect(told).toEqual([
    ["key_1", before, digestOf(token)],
    ["key_1", olderBefore, digestOf(older)],
  ]);
  // The use of a secret that a rotation replaced is noted under the digest that it has now.
  expect(ring.previousUses().map(({ digest }) => digest)).toEqual([digestOf(older)]);
  expect(() => present(`${token}x`)).toThrow("not valid");
  const alone = createKeyRing(pepper, () => 10);
  alone.replace([{ ...record, digest: before }]);
  expect(() => alone.authenticate(`Bearer ${token}`, here)).toThrow("not valid");
});
