import { expect, test } from "vitest";
import { keyDigest } from "../../src/core/keys.ts";
import { deriveKey } from "../../src/core/derive.ts";
import { openStore } from "../../src/store/open.ts";
import { keyEntry, sampleKey } from "../store/samples.ts";
import { runCommand, temporaryFolder } from "./run-command.ts";

const now = "first-secret-0123456789-0123456789-abc";
const before = "second-secret-0123456789-0123456789-ab";
const pepperOf = (secret: string): Buffer => deriveKey(Buffer.from(secret), "api key digests");

test("pinhole secret status says what needs the secret of before, and what dropping it would end", async () => {
  using disposable = temporaryFolder();
  const url = `sqlite:${disposable.path}/pinhole.db`;
  const store = await openStore({ url, now: () => 1000 });
  for (const [id, secret] of [
    ["new", now],
    ["old", before],
    ["lost", "nobody's"],
  ] as const)
    await store.keys.add(
      { ...sampleKey, id, name: `the ${id} one`, digest: keyDigest(pepperOf(secret), id) },
      keyEntry(),
    );
  await store.close();
  const status = async (previous?: string): Promise<readonly [number, string]> => {
    const env = { DATABASE_URL: url, PINHOLE_SECRET: now, PINHOLE_SECRET_PREVIOUS: previous ?? "" };
    const { code, out } = await runCommand(["secret", "status"], { env, cwd: disposable.path });
    return [code, out];
  };
  const [code, out] = await status(before);
  expect(code).toBe(0);
  expect(out).toMatch(/^secret: [0-9a-f]{16}\nsecret of before: [0-9a-f]{16}\n/);
  expect(out).toContain(
    "keys: 1 with this secret; 1 (the old one) with the one of before; 1 (the lost one) with one that is not here, so they open nothing\n",
  );
  expect(out).toContain(
    "dropping PINHOLE_SECRET_PREVIOUS now would end: keys (1); each is taken over when it is next used\n",
  );
  const [, alone] = await status();
  expect(alone).toContain("2 (the lost one, the old one) with one that is not here");
  expect(alone).toContain("no change of secrets is under way\n");
  for (const secret of [now, before]) expect(out + alone).not.toContain(secret);
});

test("another word than status is refused", async () => {
  using disposable = temporaryFolder();
  const { code } = await runCommand(["secret", "show"], { env: {}, cwd: disposable.path });
  expect(code).not.toBe(0);
});
