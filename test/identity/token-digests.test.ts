import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { earlierDigests, keyDigest, makeKey } from "../../src/core/keys.ts";
import type { IdentityPorts } from "../../src/identity/ports.ts";
import { createAdminTokens } from "../../src/identity/tokens.ts";
import type { AdminTokenRecord } from "../../src/store/identity-records.ts";

const pepper = Buffer.alloc(32, 1);
const previousPepper = Buffer.alloc(32, 2);
const token = makeKey(randomBytes);

/** Tokens in a store that holds one, under this digest. */
function setUp(digest: string, before: Buffer | undefined) {
  let kept = digest;
  const record = {
    id: "token_1",
    name: "ci",
    role: "admin",
    teamId: null,
    expiresAt: null,
  } as unknown as AdminTokenRecord;
  const tokens = {
    byDigest: async (asked: string) => (asked === kept ? { ...record, digest: kept } : undefined),
    redigest: async (_id: string, from: string, to: string) => {
      if (from === kept) kept = to;
    },
  };
  // What reading a token needs.
  const ports = { store: { tokens }, now: () => 0, pepper, previousPepper: before };
  const { callerOf } = createAdminTokens(ports as unknown as IdentityPorts);
  return { callerOf, kept: () => kept };
}

test.each([
  ["with the secret of before", keyDigest(previousPepper, token)],
  [
    "with the secret of before, without an id",
    earlierDigests({ pepper: previousPepper }, token)[0],
  ],
  ["without an id", earlierDigests({ pepper }, token)[0]],
  ["with today's", keyDigest(pepper, token)],
])("a token kept %s opens, and is kept with today's from then on", async (_how, digest = "") => {
  const { callerOf, kept } = setUp(digest, previousPepper);
  expect(await callerOf(token)).toMatchObject({ kind: "token", id: "token_1" });
  expect(kept()).toBe(keyDigest(pepper, token));
  expect(await callerOf(token)).toMatchObject({ kind: "token", id: "token_1" });
  expect(await callerOf(makeKey(randomBytes))).toBeUndefined();
});

test("a token of another secret than these two opens nothing", async () => {
  const { callerOf } = setUp(keyDigest(previousPepper, token), undefined);
  expect(await callerOf(token)).toBeUndefined();
});
