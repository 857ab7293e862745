import { statfs } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { readRange } from "../../src/blobs/hosting/byte-range.ts";
import { openDiskBlobs } from "../../src/blobs/disk/disk.ts";
import { hostedAnswer, type HostedAnswer } from "../../src/blobs/hosting/hosted.ts";
import { createSigner } from "../../src/blobs/hosting/sign.ts";
import { noisy, openBench, scratchDirectory, take } from "../pictures/samples.ts";
import { blobId } from "./blob-store-suite.ts";

const start = 1_800_000_000_000;
const hour = 3_600_000;
const id = blobId(0xfeed);

/** A hosted picture and how to ask for it. */
async function host(bytes: Buffer) {
  let time = start;
  const now = () => time;
  const blobs = await openDiskBlobs({
    directory: scratchDirectory(),
    quotaBytes: undefined,
    now,
    statfs,
  });
  const signer = createSigner({
    keys: [{ kid: "a", secret: Buffer.alloc(32, 7) }],
    now,
    toleranceSeconds: 60,
  });
  const picture = take(openBench().spool, bytes);
  await blobs.put(id, picture, start + hour);
  const url = new URL(
    signer.path({ id, format: picture.format }, start + hour),
    "http://localhost",
  );
  const ask = (headers: Record<string, string> = {}, method = "GET", path = url.pathname) => {
    const query = Object.fromEntries(url.searchParams);
    const thumbnail = () => Promise.resolve(undefined);
    return hostedAnswer({
      signer,
      blobs,
      now,
      thumbnail,
      request: { method, path, query, headers },
    });
  };
  return { ask, blobs, setNow: (at: number) => (time = at) };
}

async function bodyOf({ body }: HostedAnswer): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body ?? []) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const png = () => noisy(200, 200).png().toBuffer();

test("GET answers the whole picture with the promised headers and no others", async () => {
  const bytes = await png();
  const answer = await (await host(bytes)).ask();
  expect(answer.status).toBe(200);
  expect(answer.headers).toEqual({
    "content-type": "image/png",
    "content-length": String(bytes.length),
    "content-disposition": `inline; filename="${id}.png"`,
    etag: `"${id}"`,
    "accept-ranges": "bytes",
    "cache-control": "private, max-age=3600",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "cross-origin",
    "referrer-policy": "no-referrer",
    "access-control-allow-origin": "*",
  });
  expect((await bodyOf(answer)).equals(bytes)).toBe(true);
});

test("HEAD answers the same headers without a body, whatever range it names", async () => {
  const { ask } = await host(await png());
  const head = await ask({ range: "bytes=0-9" }, "HEAD");
  expect(head).toEqual({ status: 200, headers: (await ask()).headers });
});

test.each([
  ["jpeg", () => noisy(20, 20, 3).jpeg().toBuffer(), "image/jpeg", `inline; filename="${id}.jpg"`],
  ["webp", () => noisy(20, 20, 3).webp().toBuffer(), "image/webp", `inline; filename="${id}.webp"`],
  [
    "svg",
    () => Promise.resolve(Buffer.from('<svg width="4" height="4"></svg>')),
    "image/svg+xml",
    `attachment; filename="${id}.svg"`,
  ],
])("%s is served as what it is", async (_name, make, type, disposition) => {
  const { headers } = await (await host(await make())).ask();
  expect(headers).toMatchObject({ "content-type": type, "content-disposition": disposition });
});

test.each([
  ["bytes=0-0", 0, 1],
  ["bytes=100-199", 100, 200],
  ["bytes=100-", 100, Infinity],
  ["bytes=-50", -50, Infinity],
  ["BYTES=5-999999999", 5, Infinity],
])("range %s", async (range, from, to) => {
  const bytes = await png();
  const { ask } = await host(bytes);
  const answer = await ask({ range });
  const wanted = bytes.subarray(from, to === Infinity ? undefined : to);
  const first = from < 0 ? bytes.length + from : from;
  expect(answer.status).toBe(206);
  expect(answer.headers).toMatchObject({
    "content-length": String(wanted.length),
    "content-range": `bytes ${first}-${first + wanted.length - 1}/${bytes.length}`,
  });
  expect((await bodyOf(answer)).equals(wanted)).toBe(true);
});

test.each(["bytes=0-1,5-6", "bytes=9-5", "bytes=-", "items=0-5", "bytes=a-b", "bytes"])(
  "range %j gives everything",
  async (range) => {
    const bytes = await png();
    const answer = await (await host(bytes)).ask({ range });
    expect(answer.status).toBe(200);
    expect(answer.headers).not.toHaveProperty("content-range");
    expect(answer.headers["content-length"]).toBe(String(bytes.length));
  },
);

test.each(["bytes=99999999-", "bytes=-0"])(
  "range %j is a 416 that says the length",
  async (range) => {
    const bytes = await png();
    const answer = await (await host(bytes)).ask({ range });
    expect(answer.status).toBe(416);
    expect(answer.headers["content-range"]).toBe(`bytes */${bytes.length}`);
    expect(answer.body).toBeUndefined();
  },
);

describe("conditions", () => {
  test.each([
    [{ "if-none-match": `"${id}"` }, 304],
    [{ "if-none-match": `"other", W/"${id}"` }, 304],
    [{ "if-none-match": "*" }, 304],
    [{ "if-none-match": '"other"' }, 200],
    [{ "if-none-match": `"${id}"`, range: "bytes=0-5" }, 304],
    [{ "if-match": `"${id}"` }, 200],
    [{ "if-match": "*" }, 200],
    [{ "if-match": '"other"' }, 412],
    [{ "if-match": `W/"${id}"` }, 412],
    [{ "if-range": `"${id}"`, range: "bytes=0-5" }, 206],
    [{ "if-range": '"other"', range: "bytes=0-5" }, 200],
    [{ "if-range": `W/"${id}"`, range: "bytes=0-5" }, 200],
    [{ "if-range": "Fri, 01 Jan 2027 00:00:00 GMT", range: "bytes=0-5" }, 200],
  ])("%j is a %i", async (headers, status) => {
    const answer = await (await host(await png())).ask(headers);
    expect(answer.status).toBe(status);
    expect(answer.headers["etag"]).toBe(`"${id}"`);
    expect(answer.body === undefined).toBe(status === 304 || status === 412);
  });
});

describe("gone", () => {
  test("what nobody signed is a 404, all alike, whether there is such a picture or not", async () => {
    const { ask } = await host(await png());
    const answers = [
      await ask({}, "GET", `/i/${blobId(1)}.png`),
      await ask({}, "GET", `/i/${id}.jpg`),
      await ask({}, "GET", "/i/../../etc/passwd"),
      await ask({}, "DELETE"),
    ];
    for (const answer of answers) {
      expect(answer).toEqual(answers[0]);
      expect(answer.status).toBe(404);
      expect(answer.body).toBeUndefined();
    }
  });

  test("what was signed and has expired or been deleted is a 410", async () => {
    const deleted = await host(await png());
    await deleted.blobs.remove(id);
    expect((await deleted.ask()).status).toBe(410);
    const expired = await host(await png());
    expired.setNow(start + hour);
    expect((await expired.ask()).status).toBe(410);
    expired.setNow(start + 2 * hour);
    const answer = await expired.ask();
    expect(answer.status).toBe(410);
    expect(answer.headers["cache-control"]).toBe("no-store");
  });

  test("may be cached only for the rest of its time", async () => {
    const { ask, setNow } = await host(await png());
    setNow(start + hour - 10_500);
    expect((await ask()).headers["cache-control"]).toBe("private, max-age=10");
  });
});

test("ranges over nothing", () => {
  expect(readRange("bytes=0-0", 0)).toBe("unsatisfiable");
  expect(readRange(undefined, 0)).toBe("whole");
});
