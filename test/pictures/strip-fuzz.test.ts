import fc from "fast-check";
import sharp, { type Sharp } from "sharp";
import { describe, expect, test } from "vitest";
import { PinholeError } from "../../src/core/errors.ts";
import { upstreamImageLimits } from "../../src/pictures/limits.ts";
import {
  animation,
  apng,
  bytesOf,
  openBench,
  plainRows,
  png,
  pngChunk,
  pngHeader,
  redAndBlue,
  take,
} from "./samples.ts";

const limits = { ...upstreamImageLimits, strip: true };
const words = "a fox, steps: 20, seed: 42";
const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF>${words}</rdf:RDF></x:xmpmeta>`;

/** What is kept of a picture that comes in chunks of these lengths, the last of which repeats; undefined: it was refused. */
async function stripped(bytes: Buffer, lengths: readonly number[]): Promise<Buffer | undefined> {
  const writer = openBench().spool.begin(limits);
  try {
    for (let at = 0, index = 0; at < bytes.length; index += 1) {
      const length = lengths[Math.min(index, lengths.length - 1)] ?? 1;
      writer.write(bytes.subarray(at, at + length));
      at += length;
    }
    return await bytesOf(writer.end());
  } catch (thrown) {
    if (thrown instanceof PinholeError && thrown.code === "upstream_bad_answer") return undefined;
    throw thrown;
  }
}

const turned = (): Sharp =>
  redAndBlue()
    .withMetadata({ orientation: 6 })
    .withExifMerge({ IFD0: { ImageDescription: words } })
    .withXmp(xmp);
const text = pngChunk("tEXt", Buffer.from(`parameters\0${words}`));

const seeds: readonly (readonly [string, () => Promise<Buffer>])[] = [
  ["png", () => turned().png().toBuffer()],
  [
    "png with words around its pixels",
    () => Promise.resolve(png(pngHeader(4, 4), plainRows(4, 4), [text, text], [text])),
  ],
  ["apng", () => Promise.resolve(apng(3))],
  ["jpeg", () => turned().jpeg().toBuffer()],
  ["progressive jpeg", () => turned().jpeg({ progressive: true }).toBuffer()],
  ["webp", () => turned().webp().toBuffer()],
  ["gif", () => animation("gif")],
];

describe("a picture comes out the same, however it is cut up", () => {
  test.each(seeds)("%s, cut in two at every byte", async (_name, make) => {
    const bytes = await make();
    const wanted = await stripped(bytes, [bytes.length]);
    expect(wanted).toBeDefined();
    for (let at = 1; at < bytes.length; at += 1) {
      const kept = await stripped(bytes, [at, bytes.length]);
      if (wanted === undefined || kept?.equals(wanted) !== true) throw new Error(`cut at ${at}`);
    }
  });

  test.each(seeds)("%s, damaged anywhere", async (_name, make) => {
    const seed = await make();
    const change = fc.record({ at: fc.nat(seed.length - 1), value: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { maxLength: 6 }),
        fc.nat(60),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 }),
        async (edits, cut, lengths) => {
          const bytes = Buffer.from(seed.subarray(0, seed.length - cut));
          for (const { at, value } of edits) if (at < bytes.length) bytes[at] = value;
          const kept = await stripped(bytes, [bytes.length]);
          expect((await stripped(bytes, lengths))?.toString("hex")).toBe(kept?.toString("hex"));
          // There is nothing left to cut, and what is left is as whole as it was.
          if (kept !== undefined) expect((await stripped(kept, lengths))?.equals(kept)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("words beyond all measure", () => {
  test("a chunk that says to be longer than the file is refused", async () => {
    const whole = png(pngHeader(4, 4), plainRows(4, 4));
    const head = Buffer.from([0x7f, 0xff, 0xff, 0xff, ...Buffer.from("tEXt")]);
    for (const at of [33, whole.length - 12]) {
      const full = Buffer.concat([whole.subarray(0, at), head, whole.subarray(at)]);
      expect(await stripped(full, [7])).toBeUndefined();
    }
  });

  test("a hundred thousand chunks go like one", async () => {
    const whole = png(pngHeader(4, 4), plainRows(4, 4));
    const many = Array.from({ length: 100_000 }, () => pngChunk("tEXt", Buffer.alloc(0)));
    const full = Buffer.concat([whole.subarray(0, 33), ...many, whole.subarray(33)]);
    expect((await stripped(full, [4_000]))?.equals(whole)).toBe(true);
  });

  test("are never held: 64 MB of them take no memory", () => {
    const { spool, spools } = openBench();
    const writer = spool.begin(limits);
    const whole = png(pngHeader(4, 4), plainRows(4, 4));
    writer.write(whole.subarray(0, 33));
    const head = Buffer.from([4, 0, 0, 0, ...Buffer.from("iTXt")]);
    writer.write(head);
    const part = Buffer.alloc(65_536, "x");
    for (let count = 0; count < 1024; count += 1) {
      writer.write(part);
      expect(spools.memoryInUse()).toBeLessThanOrEqual(65_536);
    }
    writer.write(Buffer.alloc(4));
    writer.write(whole.subarray(33));
    expect(writer.end().bytes.byteLength).toBe(whole.length);
  });
});

test("the workflow of ComfyUI and the parameters of A1111 go, and every pixel stays", async () => {
  const plain = await sharp(Buffer.alloc(64 * 64 * 3, 90), {
    raw: { width: 64, height: 64, channels: 3 },
  })
    .png()
    .toBuffer();
  const node = { class_type: "KSampler", inputs: { seed: 42, steps: 20, text: words } };
  const workflow = JSON.stringify({ nodes: Array.from({ length: 800 }, () => node) });
  expect(workflow.length).toBeGreaterThan(60_000);
  const carried = [
    ["prompt", JSON.stringify({ 3: node })],
    ["workflow", workflow],
    ["parameters", `${words}\nNegative prompt: dogs\nSteps: 20, Model: secret`],
  ].map(([key, value]) => pngChunk("tEXt", Buffer.from(`${key}\0${value}`)));
  const full = Buffer.concat([plain.subarray(0, 33), ...carried, plain.subarray(33)]);
  const kept = await bytesOf(take(openBench().spool, full, limits, 1000));
  expect(kept.equals(plain)).toBe(true);
  const pixels = (bytes: Buffer): Promise<Buffer> => sharp(bytes).raw().toBuffer();
  expect((await pixels(kept)).equals(await pixels(full))).toBe(true);
});
