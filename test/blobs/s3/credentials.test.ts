import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createCredentials } from "../../../src/blobs/s3/credentials/source.ts";
import type { CredentialChain } from "../../../src/core/bucket.ts";
import { Secret } from "../../../src/core/secret.ts";
import { scratchDirectory, take, noisy, openBench } from "../../pictures/samples.ts";
import { testBucket } from "../../support/s3-server.ts";
import { startStrictS3 } from "../../support/strict-s3.ts";
import { putNew } from "../blob-store-suite.ts";
import { openFake, openStore, openWorld, start } from "./bench.ts";
import { credentialPorts, type Metadata, startMetadata } from "./metadata.ts";

const minute = 60_000;
const nothing: CredentialChain = {
  webIdentity: undefined,
  container: undefined,
  instance: undefined,
};

/** A file with a token in it. */
function tokenFile(text: string): string {
  const file = join(scratchDirectory(), "token");
  writeFileSync(file, `${text}\n`);
  return file;
}

const places: readonly [
  name: string,
  chain: (metadata: Metadata) => CredentialChain,
  asked: string[],
][] = [
  [
    "a web identity",
    ({ url }) => ({
      ...nothing,
      webIdentity: {
        roleArn: "arn:aws:iam::1:role/pin",
        tokenFile: tokenFile("a.b.c"),
        sessionName: "pinhole",
        endpoint: url,
      },
    }),
    ["POST /"],
  ],
  [
    "a pod's identity, by a token in a file",
    ({ url }) => ({
      ...nothing,
      container: {
        url: `${url}/v1/credentials`,
        token: undefined,
        tokenFile: tokenFile("pod-token"),
      },
    }),
    ["GET /v1/credentials"],
  ],
  [
    "a task's, by a token of the environment",
    ({ url }) => ({
      ...nothing,
      container: { url: `${url}/v1/x`, token: new Secret("pod-token"), tokenFile: undefined },
    }),
    ["GET /v1/x"],
  ],
  [
    "a machine's role",
    ({ url }) => ({ ...nothing, instance: { endpoint: url } }),
    [
      "PUT /latest/api/token",
      "GET /latest/meta-data/iam/security-credentials/",
      "GET /latest/meta-data/iam/security-credentials/web-role",
    ],
  ],
];

describe.each(places)("credentials of %s", (_name, chainOf, asked) => {
  test("are asked for once, whoever needs them, and again before they end", async () => {
    const metadata = await startMetadata();
    let now = start;
    metadata.next = { id: "A1", endsAt: start + 60 * minute };
    const source = createCredentials(
      { kind: "chain", chain: chainOf(metadata) },
      credentialPorts(() => now),
    );
    const all = await Promise.all(Array.from({ length: 20 }, () => source.current()));
    expect(new Set(all).size).toBe(1);
    expect(all[0]).toMatchObject({ accessKeyId: "A1", endsAt: start + 60 * minute });
    expect(all[0]?.secretAccessKey.reveal()).toBe("secret of A1");
    expect(all[0]?.sessionToken?.reveal()).toBe("token of A1");
    expect(metadata.asked).toEqual(asked);
    now = start + 54 * minute;
    expect(await source.current()).toBe(all[0]);
    expect(metadata.asked).toEqual(asked);
    metadata.next = { id: "A2", endsAt: start + 120 * minute };
    now = start + 56 * minute;
    // Still good, and nothing waits for the next.
    expect(await source.current()).toBe(all[0]);
    await expect.poll(async () => (await source.current()).accessKeyId).toBe("A2");
    expect(metadata.asked).toEqual([...asked, ...asked]);
  });

  test("that have ended are used no more", async () => {
    const metadata = await startMetadata();
    let now = start;
    metadata.next = { id: "A1", endsAt: start + 60 * minute };
    const source = createCredentials(
      { kind: "chain", chain: chainOf(metadata) },
      credentialPorts(() => now),
    );
    await source.current();
    now = start + 60 * minute;
    metadata.status = 500;
    await expect(source.current()).rejects.toThrow(/HTTP 500/);
    metadata.status = 200;
    metadata.next = { id: "A2", endsAt: start + 120 * minute };
    expect((await source.current()).accessKeyId).toBe("A2");
  });
});

test("what cannot be renewed yet is used on, and the log says so", async () => {
  const metadata = await startMetadata();
  let now = start;
  const ports = credentialPorts(() => now);
  const chain = { ...nothing, instance: { endpoint: metadata.url } };
  metadata.next = { id: "A1", endsAt: start + 60 * minute };
  const source = createCredentials({ kind: "chain", chain }, ports);
  await source.current();
  metadata.status = 503;
  now = start + 57 * minute;
  expect((await source.current()).accessKeyId).toBe("A1");
  await expect
    .poll(() => ports.lines)
    .toEqual(["the bucket's credentials could not be renewed yet"]);
});

test.each<[string, CredentialChain, RegExp]>([
  ["nothing", nothing, /set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY/],
  [
    "an address that is neither near nor safe",
    { ...nothing, container: { url: "http://10.0.0.1/x", token: undefined, tokenFile: undefined } },
    /must be an https URL, or one of this machine/,
  ],
  [
    "an address that is none",
    { ...nothing, container: { url: "::", token: undefined, tokenFile: undefined } },
    /must be an https URL/,
  ],
  [
    "a token that is not there",
    {
      ...nothing,
      webIdentity: {
        roleArn: "r",
        tokenFile: "/nowhere/token",
        sessionName: "s",
        endpoint: "http://127.0.0.1:9",
      },
    },
    /the token in \/nowhere\/token cannot be read/,
  ],
  [
    "a metadata service that is not there",
    { ...nothing, instance: { endpoint: "http://127.0.0.1:9" } },
    /metadata service at 127.0.0.1:9 could not be reached/,
  ],
])("an environment that has %s is a fault of one sentence", async (_name, chain, words) => {
  const source = createCredentials(
    { kind: "chain", chain },
    credentialPorts(() => start),
  );
  await expect(source.current()).rejects.toThrow(words);
});

test("a token service that refuses is quoted, without the token", async () => {
  const metadata = await startMetadata();
  const webIdentity = {
    roleArn: "arn:aws:iam::1:role/other",
    tokenFile: tokenFile("a.b.c"),
    sessionName: "pinhole",
    endpoint: metadata.url,
  };
  const chain = { ...nothing, webIdentity };
  const source = createCredentials(
    { kind: "chain", chain },
    credentialPorts(() => start),
  );
  const said = await source.current().then(String, String);
  expect(said).toMatch(/answered HTTP 403 AccessDenied: Not authorized/);
  expect(said).not.toContain("a.b.c");
});

describe("credentials that a bucket refuses before they said that they end", () => {
  const setUp = async () => {
    const fake = await openFake();
    const metadata = await startMetadata();
    const { ports } = openWorld();
    const endsAt = Date.now() + 60 * minute;
    const chain = { ...nothing, instance: { endpoint: metadata.url } };
    const credentials = createCredentials({ kind: "chain", chain }, ports);
    const store = openStore(testBucket(fake.endpoint), ports, { credentials });
    const allow = (id: string): void => {
      fake.signers.keys.clear();
      fake.signers.keys.set(id, { secret: `secret of ${id}`, token: `token of ${id}` });
      metadata.next = { id, endsAt: endsAt + fake.seen.length };
    };
    allow("A1");
    const picture = take(openBench().spool, await noisy(20, 20).png().toBuffer());
    return { fake, metadata, store, allow, picture };
  };

  test("are asked for anew, and the same is sent again, once", async () => {
    const { fake, store, allow, picture } = await setUp();
    await putNew(store, 1, picture, start + minute);
    allow("A2");
    const id = await putNew(store, 2, picture, start + minute);
    expect(await store.open(id)).toBeDefined();
    const puts = fake.seen.filter(({ method }) => method === "PUT");
    expect(puts.map(({ accessKeyId }) => accessKeyId)).toEqual(["A1", "A1", "A2"]);
  });

  test("and the next ones too are a refusal", async () => {
    const { fake, metadata, store, allow, picture } = await setUp();
    await putNew(store, 1, picture, start + minute);
    allow("A2");
    metadata.next = { id: "A3", endsAt: metadata.next.endsAt };
    await expect(putNew(store, 2, picture, start + minute)).rejects.toMatchObject({
      code: "storage_unavailable",
    });
    const puts = fake.seen.filter(({ method }) => method === "PUT");
    expect(puts.map(({ accessKeyId }) => accessKeyId)).toEqual(["A1", "A1", "A3"]);
  });
});

test("a URL that leads to the bucket is good no longer than the credentials that signed it", async () => {
  const fake = await startStrictS3();
  const { ports } = openWorld();
  const own = {
    accessKeyId: "A1",
    secretAccessKey: new Secret("s"),
    sessionToken: new Secret("t"),
    endsAt: ports.now() + 30_500,
  };
  const credentials = { current: () => Promise.resolve(own), renew: () => Promise.resolve(false) };
  const store = openStore(testBucket(fake.endpoint), ports, { credentials });
  const url = new URL(await store.presign("x", 900));
  expect(Number(url.searchParams.get("X-Amz-Expires"))).toBeLessThanOrEqual(30);
  expect(Number(url.searchParams.get("X-Amz-Expires"))).toBeGreaterThan(25);
  expect(url.searchParams.get("X-Amz-Security-Token")).toBe("t");
  await fake.stop();
});
