import { expect, test } from "vitest";
import { keyDigest } from "../../src/core/keys.ts";
import { createKeyRing } from "../../src/gateway/keys/key-ring.ts";
import type { KeyRecord } from "../../src/core/key.ts";

const pepper = Buffer.alloc(32, 1);
const token = "an-imported-key-of-ours";
const record: KeyRecord = {
  id: "key_1",
  name: "one",
  digest: keyDigest(pepper, token),
  hint: "ours",
  models: ["*"],
  operations: null,
  strict: false,
  disabled: false,
  expiresAt: 1000,
  limits: { rpm: null, ipm: null, ipd: null, concurrency: null },
  createdAt: 0,
};

test("a key that was good is refused once it has expired, was disabled or is gone", () => {
  let time = 0;
  const ring = createKeyRing(pepper, () => time);
  const present = (header = `Bearer ${token}`) => ring.authenticate(header).id;
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
