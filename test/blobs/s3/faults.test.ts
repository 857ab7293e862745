import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { asPinholeError } from "../../../src/core/errors.ts";
import type { S3Http } from "../../../src/blobs/s3/http.ts";
import { createPlainHttp } from "../../../src/net/egress.ts";
import { noisy, openBench, take } from "../../pictures/samples.ts";
import { s3Program, startS3, testBucket } from "../../support/s3-server.ts";
import { requireForTest } from "../../support/require.ts";
import type { S3Fault, SeenRequest, StrictS3 } from "../../support/strict-s3.ts";
import { type Fault, startFaultProxy } from "../../support/fault-proxy.ts";
import { blobBytes, placed, putNew } from "../blob-store-suite.ts";
import { keysIn, openFake, openStore, openWorld, start } from "./bench.ts";

const minute = 60_000;

/** The same HTTP with a part of the patience, so that a test need not wait for a hang as the gateway does. */
function impatient(http: S3Http, part: number): S3Http {
  return {
    open: (request) =>
      http.open({ ...request, headMs: request.headMs / part, wholeMs: request.wholeMs / part }),
  };
}

/** All of the patience but for what never answers: on a busy machine an answer takes its time. */
function patienceOf({ kind }: S3Fault): number {
  return kind === "hang" ? 5 : 1;
}

async function setUp(part = 1) {
  const fake = await openFake();
  const plain = createPlainHttp({ now: () => Date.now(), userAgent: "pinhole" });
  const clock = { ahead: 0 };
  const uptime = (): number => performance.now() + clock.ahead;
  const world = openWorld({ http: impatient(plain, part), uptime });
  const bucket = testBucket(fake.endpoint);
  const store = openStore(bucket, world.ports);
  const bytes = await noisy(200, 200).png().toBuffer();
  const picture = take(openBench().spool, bytes);
  return { fake, bucket, store, picture, bytes, clock, ...world };
}

const faults: readonly [string, S3Fault][] = [
  ["500", { kind: "answer", status: 500, code: "InternalError" }],
  ["503 SlowDown", { kind: "answer", status: 503, code: "SlowDown" }],
  ["an error under 200", { kind: "error under 200" }],
  ["a reset", { kind: "reset" }],
  ["a hang", { kind: "hang" }],
];

/** The code of the error that something ends in; undefined where it ends well. */
function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  return work.then(
    () => undefined,
    (thrown: unknown) => asPinholeError(thrown).code,
  );
}

/** A fault at the first so many requests of a method. */
function first(fake: StrictS3, count: number, method: string, fault: S3Fault): void {
  let left = count;
  fake.fault = (seen: SeenRequest) => {
    if (seen.method !== method || left === 0) return undefined;
    left -= 1;
    return fault;
  };
}

describe.each(faults)("%s", (_name, fault) => {
  test("once is met by another try, of whatever was asked", async () => {
    const { fake, store, picture, bytes } = await setUp(patienceOf(fault));
    first(fake, 1, "PUT", fault);
    const id = await putNew(store, 1, picture, start + minute);
    first(fake, 1, "GET", fault);
    const blob = await store.open(id);
    first(fake, 1, "GET", fault);
    expect((await blobBytes(blob)).equals(bytes)).toBe(true);
    first(fake, 1, "DELETE", fault);
    await store.remove(id);
    expect(fake.objects.size).toBe(0);
  });

  test("always ends after a few tries, says so once, and leaves nothing behind", async () => {
    const { fake, store, picture, lines, clock } = await setUp(patienceOf(fault));
    fake.fault = () => fault;
    await expect(putNew(store, 1, picture, start + minute)).rejects.toMatchObject({
      code: "storage_unavailable",
    });
    const { length } = fake.seen;
    await expect(store.ensureRoom(1, true)).rejects.toMatchObject({ code: "storage_unavailable" });
    clock.ahead += 10_000;
    expect(length).toBeGreaterThan(1);
    expect(length).toBeLessThanOrEqual(3);
    // Known to be away: nobody waits for what cannot be.
    await expect(putNew(store, 2, picture, start + minute)).rejects.toMatchObject({
      code: "storage_unavailable",
    });
    expect(fake.seen).toHaveLength(length);
    await store.ensureRoom(1, false);
    expect(lines.filter((line) => line.includes("is away"))).toHaveLength(1);
    expect(fake.objects.size).toBe(0);
  });

  test("that ends is noticed by asking, and is one line", async () => {
    const { fake, store, picture, lines } = await setUp(patienceOf(fault));
    fake.fault = () => fault;
    await expect(putNew(store, 1, picture, start + minute)).rejects.toThrow("cannot be reached");
    fake.fault = () => undefined;
    await expect
      .poll(
        () =>
          store.look().then(
            () => "back",
            () => "away",
          ),
        { timeout: 60_000 },
      )
      .toBe("back");
    const id = await putNew(store, 2, picture, start + minute);
    expect(await store.open(id)).toBeDefined();
    expect(lines.filter((line) => line.includes("answers again"))).toHaveLength(1);
  });
});

test("an answer that is cut off is gone on with where it stopped", async () => {
  const { fake, store, picture, bytes } = await setUp();
  const id = await putNew(store, 1, picture, start + minute);
  const blob = await store.open(id);
  first(fake, 2, "GET", { kind: "cut" });
  expect((await blobBytes(blob)).equals(bytes)).toBe(true);
  const ranges = fake.seen.map(({ headers }) => headers.range).filter((one) => one !== undefined);
  expect(ranges).toHaveLength(3);
  first(fake, 1, "GET", { kind: "cut" });
  expect((await blobBytes(blob, 100, 50_000)).equals(bytes.subarray(100, 50_000))).toBe(true);
});

test("an answer that is cut off again and again is an error, not a short picture", async () => {
  const { fake, store, picture } = await setUp();
  const blob = await store.open(await putNew(store, 1, picture, start + minute));
  fake.fault = () => ({ kind: "cut" });
  await expect(blobBytes(blob)).rejects.toMatchObject({ code: "storage_unavailable" });
});

test("who needs the bucket asks it only where nobody has heard of it for a while, and all ask at once", async () => {
  const { fake, store, picture } = await setUp();
  await Promise.all(Array.from({ length: 50 }, () => store.ensureRoom(1, true)));
  expect(fake.seen.map(({ method }) => method)).toEqual(["GET"]);
  await putNew(store, 1, picture, start + minute);
  await store.ensureRoom(1, true);
  expect(fake.seen).toHaveLength(2);
});

test("many pictures at once are sent a part at a time, and all arrive", async () => {
  const { fake, store, picture, bytes } = await setUp();
  let open = 0;
  let most = 0;
  fake.fault = () => {
    open += 1;
    most = Math.max(most, open);
    setImmediate(() => (open -= 1));
    return undefined;
  };
  const ids = await Promise.all(
    Array.from({ length: 200 }, (_value, index) => putNew(store, index, picture, start + minute)),
  );
  expect(new Set(ids).size).toBe(200);
  expect([...fake.objects.values()].every(({ body }) => body.equals(bytes))).toBe(true);
  expect(most).toBeLessThanOrEqual(16);
});

test("a picture that goes on being sent may take longer than an answer to it", async () => {
  const { fake, bytes } = await setUp();
  const http = createPlainHttp({ now: () => Date.now(), userAgent: "pinhole" });
  onTestFinished(() => http.close());
  const chunkBytes = Math.ceil(bytes.length / 20);
  async function* slowly(): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      await sleep(150);
      yield bytes.subarray(at, at + chunkBytes);
    }
  }
  const answer = await http.open({
    method: "PUT",
    url: new URL(`${fake.endpoint}/images/slow`),
    headers: {},
    body: { byteLength: bytes.length, chunks: slowly },
    connectMs: minute,
    headMs: 2_000,
    wholeMs: minute,
  });
  expect(answer.status).toBeGreaterThanOrEqual(200);
});

test("pictures that wait for a bucket which goes for a moment are put when it is back", async () => {
  const { fake, store, picture, bytes } = await setUp();
  const fault: S3Fault = { kind: "reset" };
  fake.fault = () => fault;
  await expect(putNew(store, 1, picture, start + minute)).rejects.toThrow("cannot be reached");
  const putting = Array.from({ length: 40 }, (_value, index) =>
    putNew(store, index + 2, picture, start + minute),
  );
  const { length } = fake.seen;
  // One of them asks for all.
  await expect.poll(() => fake.seen.length).toBeGreaterThan(length);
  fake.fault = () => undefined;
  expect(new Set(await Promise.all(putting)).size).toBe(40);
  expect([...fake.objects.values()].every(({ body }) => body.equals(bytes))).toBe(true);
});

test("one picture that is not taken, among others that are, does not make the bucket away", async () => {
  const { fake, store, picture, lines } = await setUp();
  const bad = placed(store, 9, picture, start + minute);
  fake.fault = ({ key }) =>
    key === bad ? { kind: "answer", status: 503, code: "SlowDown" } : undefined;
  const putting = codeOf(store.put(bad, picture, start + minute));
  await expect.poll(() => fake.seen.length).toBeGreaterThan(0);
  await putNew(store, 1, picture, start + minute);
  expect(await putting).toBe("storage_unavailable");
  await store.ensureRoom(1, true);
  await putNew(store, 2, picture, start + minute);
  expect(lines).toEqual([]);
});

test("a bucket that answers but takes no picture is offered no more of them for a while", async () => {
  const { fake, store, picture, lines } = await setUp(5);
  await store.ensureRoom(1, true);
  fake.fault = ({ method }) => (method === "PUT" ? { kind: "hang" } : undefined);
  const putting = codeOf(putNew(store, 1, picture, start + minute));
  await expect.poll(() => fake.seen.filter(({ method }) => method === "PUT").length).toBe(1);
  await store.sweep(start);
  expect(await putting).toBe("storage_unavailable");
  await expect(store.ensureRoom(1, true)).rejects.toMatchObject({ code: "storage_unavailable" });
  await store.ensureRoom(1, false);
  expect(lines).toEqual(["the bucket refuses images: answers are base64 only until it takes them"]);
});

describe("objects without a record", () => {
  const day = 24 * 60 * minute;

  test("are found when they are a day old, wherever they stand, and nothing else is", async () => {
    const { fake, store, picture } = await setUp();
    fake.pageSize = 5;
    const ids: string[] = [];
    for (let index = 0; index < 23; index += 1)
      ids.push(await putNew(store, index, picture, start + index * minute));
    fake.objects.set("somebody/elses", {
      body: Buffer.alloc(1),
      contentType: "a/b",
      modifiedAt: 0,
    });
    for (const [index, id] of ids.entries()) {
      const object = fake.objects.get(id);
      if (object !== undefined && index % 2 === 0) object.modifiedAt = Date.now() - day - minute;
    }
    const spans: [number, number][] = [];
    const known = new Set(ids.filter((_id, index) => index % 4 === 0));
    const removed = await store.removeStrays((from, until) => {
      spans.push([from, until]);
      return Promise.resolve(known);
    });
    // Every second is old, and half of those has a record.
    expect(removed).toBe(6);
    const left = [...fake.objects.keys()];
    expect(left).toHaveLength(24 - 6);
    expect(left).toEqual(expect.arrayContaining(["somebody/elses", ...known]));
    expect(spans[0]).toEqual([start, start + 4 * minute]);
    expect(await store.removeStrays(() => Promise.resolve(known))).toBe(0);
  });

  test("are kept where the records cannot be asked", async () => {
    const { fake, store, picture } = await setUp();
    const id = await putNew(store, 1, picture, start + minute);
    const object = fake.objects.get(id);
    if (object !== undefined) object.modifiedAt = 0;
    await expect(store.removeStrays(() => Promise.reject(new Error("away")))).rejects.toThrow(
      "away",
    );
    expect(fake.objects.size).toBe(1);
  });
});

/** A connection that does for one picture, or two, and breaks in the next. */
const short: readonly Fault[] = [{ kind: "reset", side: "request", after: 420_000 }];
/** The faults that connections suffer in turn. */
const network: readonly (readonly Fault[])[] = [
  [{ kind: "reset", side: "request", after: 20_000 }],
  short,
  [{ kind: "close", side: "answer", after: 0 }],
  short,
  [{ kind: "reset", side: "answer", after: 0 }],
  short,
  [{ kind: "blackhole", side: "answer", after: 0 }],
  short,
  [{ kind: "close", side: "answer", after: 60_000 }],
  short,
  [{ kind: "delay", ms: 40 }, ...short],
  [{ kind: "drip", side: "request", bytes: 20_000, everyMs: 10 }, ...short],
];

test("a real server behind a network that cuts and stalls loses and leaves nothing", async (context) => {
  const what = "weed (.ci/requirements-s3.txt, named by PINHOLE_TEST_S3)";
  const server = await startS3("weed", requireForTest(context, what, s3Program("weed")));
  onTestFinished(() => server.stop());
  const proxy = await startFaultProxy(
    Number(new URL(server.endpoint).port),
    (connection) => network[connection % network.length] ?? [],
  );
  onTestFinished(() => proxy.close());
  const { ports } = openWorld();
  const cut = { ...ports, http: impatient(ports.http, 3) };
  const bytes = await noisy(200, 200).png().toBuffer();
  const picture = take(openBench().spool, bytes);
  const store = openStore(testBucket(`http://127.0.0.1:${proxy.port}`), cut);
  const ids: string[] = [];
  for (let index = 0; index < 40; index += 1) {
    try {
      ids.push(await putNew(store, index, picture, start + minute));
    } catch (thrown) {
      expect(thrown).toMatchObject({ code: "storage_unavailable" });
      // As the gateway's upkeep does; what keeps it away is told where it stays so.
      const look = () =>
        store.look().then(
          () => "back",
          (away: unknown) => asPinholeError(away).detail,
        );
      await expect.poll(look, { timeout: 60_000 }).toBe("back");
    }
  }
  expect(ids.length).toBeGreaterThan(30);
  for (const id of ids) expect((await blobBytes(await store.open(id))).equals(bytes)).toBe(true);
  expect(proxy.taken()).toBeGreaterThan(20);
  // Also what was put although nobody heard so goes by its own expiry.
  const bucket = testBucket(server.endpoint);
  const swept = await openStore(bucket, ports).sweep(start + minute + 1);
  expect(swept).toBeGreaterThanOrEqual(ids.length);
  expect(await keysIn(bucket, ports)).toEqual([]);
}, 240_000);
