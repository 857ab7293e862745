import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import fc from "fast-check";
import sharp from "sharp";
import { afterAll, describe, expect, test } from "vitest";
import { Picture, wholeBytes } from "../../src/core/picture.ts";
import { relaySink } from "../../src/net/upstream/relay-sink.ts";
import { upstreamImageLimits } from "../../src/pictures/limits.ts";
import { createSpools } from "../../src/pictures/spool.ts";
import { noise, noisy, png, pngChunk, pngHeader } from "../pictures/samples.ts";

const directory = mkdtempSync(join(tmpdir(), "pinhole-test-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const words = "a fox, steps: 20";

/** An RGBA picture whose data stands in several chunks, with others before, between and behind. */
function picture(before: readonly Buffer[], behind: readonly Buffer[] = []): Buffer {
  const [width, height] = [250, 200];
  const pixels = noise(width, height, 4);
  const rows = Buffer.alloc((width * 4 + 1) * height);
  for (let row = 0; row < height; row += 1) {
    pixels.copy(rows, row * (width * 4 + 1) + 1, row * width * 4, (row + 1) * width * 4);
  }
  const whole = png(pngHeader(width, height), rows, before, behind);
  const data = deflateSync(rows, { level: 1 });
  const parts: Buffer[] = [];
  for (let at = 0; at < data.length; at += 8192) {
    parts.push(pngChunk("IDAT", data.subarray(at, at + 8192)));
  }
  const header = whole.subarray(0, 33);
  const end = pngChunk("IEND", Buffer.alloc(0));
  return Buffer.concat([header, ...before, ...parts, ...behind, end]);
}

const plain = picture([]);
const text = pngChunk("tEXt", Buffer.from(`parameters\0${words.repeat(200)}`));
const short = pngChunk("tEXt", Buffer.from("a\0b"));

interface Relayed {
  /** Undefined: it was not relayed. */
  readonly body: string | undefined;
  readonly byteLength: number | undefined;
  readonly kept: Buffer;
}

/** Relays a body that comes in chunks of these lengths, the last of which repeats. */
async function relay(
  body: Buffer,
  lengths: readonly number[],
  {
    isSized = true,
    strip = true,
    facts = {},
  }: { isSized?: boolean; strip?: boolean; facts?: Readonly<Record<string, string>> } = {},
): Promise<Relayed> {
  const spools = createSpools({ directory, memoryBytesMax: 60_000, randomName: randomUUID });
  const spool = spools.open();
  const out: Buffer[] = [];
  let begun: { byteLength: number | undefined } | undefined;
  const headers = isSized ? { "content-length": String(body.length) } : {};
  const sink = relaySink(
    { status: 200, headers: { "content-type": "application/json", ...headers } },
    { lift: ["data.*.b64_json"], spool, limits: { ...upstreamImageLimits, strip } },
    {
      wants: () => true,
      facts: () => facts,
      begin: (byteLength) => (begun = { byteLength }),
      // Only what was found sound may go; the chunk is the tap's own.
      write: (chunk) => void out.push(Buffer.from(chunk)),
      congested: () => false,
    },
  );
  for (let at = 0, index = 0; at < body.length; index += 1) {
    const length = lengths[Math.min(index, lengths.length - 1)] ?? 1;
    const chunk = Buffer.alloc(Math.min(length, body.length - at));
    body.copy(chunk, 0, at);
    sink.write(chunk);
    at += length;
  }
  const answer = await sink.end();
  // What the server sent.
  const { data } = answer.json as { data: { b64_json: unknown }[] };
  const made = data[0]?.b64_json;
  if (!(made instanceof Picture)) throw new Error("no picture");
  const kept = await wholeBytes(made.bytes, 10_000_000);
  spool.dispose();
  const relayed = begun === undefined ? undefined : Buffer.concat(out).toString("latin1");
  return { body: relayed, byteLength: begun?.byteLength, kept };
}

function bodyOf(base64: string): Buffer {
  return Buffer.from(
    `{"created":1,"data":[{"b64_json": "${base64}"}],"usage":{"input_tokens":3}}\n`,
  );
}

const cuts = [[65_536], [70_000, 10], [65_537, 4096], [66_000, 1000, 3], [300_000]];

/** The body is JSON with a clean picture, as long as was said. */
function expectClean({ body = "", byteLength, kept }: Relayed, wanted: Buffer): void {
  expect(kept.equals(wanted)).toBe(true);
  if (byteLength !== undefined) expect(body.length).toBe(byteLength);
  expect(JSON.parse(body)).toEqual({
    created: 1,
    data: [{ b64_json: wanted.toString("base64") }],
    usage: { input_tokens: 3 },
  });
}

describe("a relayed body", () => {
  test.each(cuts)("without words passes byte for byte, in chunks of %j", async (...lengths) => {
    for (const bytes of [
      plain,
      await noisy(300, 300, 3).jpeg({ quality: 100 }).toBuffer(),
      await noisy(200, 200).webp({ lossless: true }).toBuffer(),
    ]) {
      const body = bodyOf(bytes.toString("base64"));
      const relayed = await relay(body, lengths);
      expect(relayed.body).toBe(body.toString("latin1"));
      expect(relayed.byteLength).toBe(body.length);
      expect(relayed.kept.equals(bytes)).toBe(true);
    }
  });

  test.each(cuts)(
    "with words before its pixels is cut and sent in pieces, in chunks of %j",
    async (...lengths) => {
      const relayed = await relay(bodyOf(picture([text]).toString("base64")), lengths);
      // What has come whole before it could begin is no relay.
      if (lengths[0] === 300_000) return;
      expect(relayed.byteLength).toBeUndefined();
      expectClean(relayed, plain);
      expect(relayed.body).not.toContain("  ");
    },
  );

  test.each(cuts)(
    "with words behind its pixels keeps its length, in chunks of %j",
    async (...lengths) => {
      for (const behind of [[text], [short], [text, short, text]]) {
        const body = bodyOf(picture([], behind).toString("base64"));
        const relayed = await relay(body, lengths);
        if (relayed.body === undefined) continue;
        expect([undefined, body.length]).toContain(relayed.byteLength);
        expectClean(relayed, plain);
      }
    },
  );

  test("whatever stands behind the picture's end is left out too", async () => {
    for (const tail of ["x", "xy", "xyz", "x".repeat(5000)]) {
      const body = bodyOf(Buffer.concat([plain, Buffer.from(tail)]).toString("base64"));
      const relayed = await relay(body, [65_536, 4096]);
      expect(relayed.byteLength).toBe(body.length);
      expectClean(relayed, plain);
    }
  });

  test.each(cuts)(
    "whose length nobody said is cut as well, in chunks of %j",
    async (...lengths) => {
      for (const bytes of [plain, picture([text]), picture([], [text])]) {
        const relayed = await relay(bodyOf(bytes.toString("base64")), lengths, { isSized: false });
        if (relayed.body === undefined) continue;
        expect(relayed.byteLength).toBeUndefined();
        expectClean(relayed, plain);
      }
    },
  );

  test.each<[string, (base64: string) => string]>([
    ["lines", (base64) => base64.replaceAll(/.{76}/g, "$&\\n")],
    ["escaped slashes", (base64) => base64.replaceAll("/", "\\/")],
    ["URL-safe letters", (base64) => base64.replaceAll("+", "-").replaceAll("/", "_")],
    ["a line feed at its end", (base64) => `${base64}\\n`],
    [
      "a line break in its middle",
      (base64) => `${base64.slice(0, 150_000)}\\n${base64.slice(150_000)}`,
    ],
  ])("whose base64 has %s is written anew", async (_name, spell) => {
    let count = 0;
    for (const lengths of cuts) {
      for (const isSized of [true, false]) {
        const relayed = await relay(bodyOf(spell(plain.toString("base64"))), lengths, { isSized });
        if (relayed.body === undefined) continue;
        expectClean(relayed, plain);
        count += 1;
      }
    }
    expect(count).toBeGreaterThan(4);
  });

  test("without padding it gets some, unless a length was told already", async () => {
    const bytes = picture([pngChunk("pHYs", Buffer.alloc(9))]);
    const padded = [0, 1, 2].map((more) => picture([pngChunk("gAMA", Buffer.alloc(4 + more))]));
    for (const one of [bytes, ...padded]) {
      const body = bodyOf(one.toString("base64").replace(/=+$/, ""));
      for (const isSized of [true, false]) {
        const { body: relayed = "", byteLength, kept } = await relay(body, [65_536], { isSized });
        expect(kept.equals(one)).toBe(true);
        if (byteLength !== undefined) expect(relayed.length).toBe(byteLength);
        // What the body says.
        const { data } = JSON.parse(relayed) as { data: { b64_json: string }[] };
        expect(Buffer.from(data[0]?.b64_json ?? "", "base64").equals(one)).toBe(true);
        if (!isSized) expect(data[0]?.b64_json).toBe(one.toString("base64"));
      }
    }
  });

  test("keeps its words where that is wanted", async () => {
    const bytes = picture([text], [text]);
    const body = bodyOf(bytes.toString("base64"));
    const relayed = await relay(body, [65_536], { strip: false });
    expect(relayed.body).toBe(body.toString("latin1"));
    expect(relayed.kept.equals(bytes)).toBe(true);
  });

  test("is not relayed where its picture's head must be written over in the end", async () => {
    const bytes = await noisy(200, 200)
      .webp({ lossless: true })
      .withExifMerge({ IFD0: { ImageDescription: words } })
      .toBuffer();
    const { body, kept } = await relay(bodyOf(bytes.toString("base64")), [65_536]);
    expect(body).toBeUndefined();
    expect(kept.includes("fox")).toBe(false);
    expect((await sharp(kept).metadata()).exif).toBeUndefined();
  });

  test("with a comment between a JPEG's scans loses it on its way", async () => {
    const base = await noisy(300, 300, 3).jpeg({ progressive: true, quality: 100 }).toBuffer();
    const scan = base.lastIndexOf(Buffer.from([0xff, 0xda]));
    const comment = Buffer.concat([
      Buffer.from([0xff, 0xfe, 0, words.length + 2]),
      Buffer.from(words),
    ]);
    const full = Buffer.concat([base.subarray(0, scan), comment, base.subarray(scan)]);
    for (const lengths of cuts) {
      const relayed = await relay(bodyOf(full.toString("base64")), lengths);
      expect(relayed.kept.equals(base)).toBe(true);
      if (relayed.body !== undefined) expectClean(relayed, base);
    }
  });
});

describe("facts that a body does not say", () => {
  const facts = { size: "250x200", quality: "low" };
  const base64 = plain.toString("base64");
  const worded = picture([text]).toString("base64");
  const bodies: readonly (readonly [string, string, object])[] = [
    ["none of them", `{"created":1,"data":[{"b64_json":"${base64}"}]}`, facts],
    [
      "with white space behind it",
      `{"created":1,"data":[{"b64_json":"${base64}"}] } \n\r\n `,
      facts,
    ],
    [
      "one before the picture",
      `{"size":"1x1","data":[{"b64_json":"${base64}"}]}`,
      { ...facts, size: "1x1" },
    ],
    [
      "one behind it",
      `{"data":[{"b64_json":"${base64}"}],"quality":"high"}`,
      { ...facts, quality: "high" },
    ],
    [
      "all",
      `{"quality":null,"data":[{"b64_json":"${base64}"}],"size":"a\\"}b"}`,
      { quality: null, size: 'a"}b' },
    ],
    [
      "those inside an entry count nothing",
      `{"data":[{"b64_json":"${base64}","size":"1x1"}]}`,
      facts,
    ],
    ["words in its picture besides", `{"data":[{"b64_json":"${worded}"}], "usage":{}}\n`, facts],
  ];

  test.each(bodies)("are written in at its end: %s", async (_name, body, wanted) => {
    const bytes = Buffer.from(body);
    const tail = [...Array.from({ length: 12 }, () => 1), 65_536];
    for (const isSized of [true, false]) {
      for (const lengths of [...cuts, [bytes.length - 30, ...tail], [bytes.length - 5, ...tail]]) {
        const { body: relayed = "", byteLength } = await relay(bytes, lengths, { isSized, facts });
        if (relayed === "") continue;
        expect(JSON.parse(relayed)).toMatchObject(wanted);
        // No name stands twice.
        for (const name of Object.keys(facts))
          expect(relayed.split(`"${name}":`).length - 1).toBe(
            body.includes(`,"size":"1x1"}]`) && name === "size" ? 2 : 1,
          );
        if (byteLength !== undefined) expect(relayed.length).toBe(byteLength);
        if (!isSized && !body.includes(worded))
          expect(relayed.length).toBeLessThan(body.length + 40);
      }
    }
  });
});

test("a body that comes byte by byte is the same as one that comes at once", async () => {
  for (const bytes of [picture([text]), picture([], [short, text]), picture([text], [text])]) {
    const body = bodyOf(bytes.toString("base64"));
    for (const lengths of [[1], [65_536], [body.length]]) {
      const relayed = await relay(body, lengths);
      expect(relayed.kept.equals(plain)).toBe(true);
      if (relayed.body !== undefined) expectClean(relayed, plain);
    }
  }
});

test("wherever words stand and however the body is cut, what is relayed is whole and clean", async () => {
  const filler = pngChunk("tEXt", Buffer.from(`k\0${words}`));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 12 }),
      fc.nat({ max: 20 }),
      fc.boolean(),
      async (lengths, place, isSized) => {
        // Between two of the chunks that hold the pixels.
        const at = 33 + place * (8192 + 12);
        const full = Buffer.concat([plain.subarray(0, at), filler, plain.subarray(at)]);
        const relayed = await relay(bodyOf(full.toString("base64")), lengths, { isSized });
        if (relayed.body === undefined) expect(relayed.kept.equals(plain)).toBe(true);
        else expectClean(relayed, plain);
      },
    ),
    { numRuns: 60 },
  );
});
