import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { createDiskRoom } from "../../../src/blobs/disk/disk-room.ts";
import type { CredentialSource, S3Ports } from "../../../src/blobs/s3/ports.ts";
import { type OpenedBucket, openS3Blobs } from "../../../src/blobs/s3/store.ts";
import type { Bucket } from "../../../src/core/bucket.ts";
import { createPlainHttp } from "../../../src/net/egress.ts";
import { s3Credentials, s3Keys, testBucket } from "../../support/s3-server.ts";
import { startStrictS3, type StrictS3 } from "../../support/strict-s3.ts";
import type { StoreUnderTest } from "../blob-store-suite.ts";
import { readS3Page } from "../../../src/blobs/s3/answers.ts";
import { createS3Client } from "../../../src/blobs/s3/client.ts";
import { createStanding } from "../../../src/blobs/s3/standing.ts";

export const start = 1_800_000_000_000;

/** Credentials that stay. */
export const staying: CredentialSource = {
  current: () => Promise.resolve(s3Credentials),
  renew: () => Promise.resolve(false),
};

/** The world of a store of a test, and what it logged. */
export interface World {
  readonly ports: S3Ports;
  readonly lines: string[];
}

export function openWorld(more: Partial<S3Ports> = {}): World {
  const lines: string[] = [];
  const note = (_fields: object, message: string): void => void lines.push(message);
  const http = createPlainHttp({ now: () => Date.now(), userAgent: "pinhole" });
  onTestFinished(() => http.close());
  const ports: S3Ports = {
    http,
    now: () => Date.now(),
    uptime: () => performance.now(),
    wait: (ms) => setTimeout(ms),
    random: () => 0,
    log: { info: note, warn: note, error: note },
    ...more,
  };
  return { ports, lines };
}

/** A store over a bucket, whose clock stands at `start`. */
export function openStore(
  bucket: Bucket,
  ports: S3Ports,
  { credentials = staying, now = () => start }: Partial<Opening> = {},
): OpenedBucket {
  const room = createDiskRoom({
    directories: ["/"],
    freeBytesMin: 0,
    freeRatioMin: 0,
    now: () => Date.now(),
    statfs: () =>
      Promise.resolve({ bsize: 4_096, blocks: 1e9, bavail: 1e9, files: 1e9, ffree: 1e9 }),
  });
  return openS3Blobs({ bucket, credentials, ports, room, now });
}

interface Opening {
  readonly credentials: CredentialSource;
  readonly now: () => number;
}

/** The store as the suite wants it, below a prefix of its own in a bucket. */
export async function underTest(endpoint: string): Promise<StoreUnderTest> {
  let time = start;
  const bucket = testBucket(endpoint, { prefix: `${randomUUID()}/` });
  const { ports } = openWorld();
  const reopen = () => Promise.resolve(openStore(bucket, ports, { now: () => time }));
  return {
    store: await reopen(),
    reopen,
    setNow: (at) => (time = at),
    count: async () => (await keysIn(bucket, ports)).length,
  };
}

/** The keys of all objects below a bucket's prefix, by a listing of its own. */
export async function keysIn(bucket: Bucket, ports: S3Ports): Promise<string[]> {
  const parts = { bucket, credentials: staying, ports, standing: createStanding(ports) };
  const client = createS3Client(parts);
  const keys: string[] = [];
  for (let token = ""; ;) {
    const more: Record<string, string> = token === "" ? {} : { "continuation-token": token };
    const query = { ...more, "list-type": "2", prefix: bucket.prefix };
    const page = readS3Page((await client.ask({ method: "GET", key: "", query })).text);
    keys.push(...(page?.objects ?? []).map(({ key }) => key));
    if (page?.next === undefined) return keys;
    token = page.next;
  }
}

/** A strict fake of a test's own, which knows the keys of tests. */
export async function openFake(): Promise<StrictS3> {
  const fake = await startStrictS3();
  fake.signers.keys.set(s3Keys.accessKeyId, { secret: s3Keys.secretAccessKey });
  onTestFinished(() => fake.stop());
  return fake;
}
