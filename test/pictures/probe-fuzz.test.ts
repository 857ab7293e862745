import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PinholeError } from "../../src/core/errors.ts";
import type { PictureFacts } from "../../src/core/picture.ts";
import { createProbe } from "../../src/pictures/probe.ts";
import { animation, apng, noisy, sidewaysWithPlace } from "./samples.ts";

/** Facts, or the message of a refusal; any other failure is one of the probe. */
function outcome(bytes: Uint8Array, chunkBytes: number): PictureFacts | string {
  try {
    const probe = createProbe();
    for (let at = 0; at < bytes.length; at += chunkBytes)
      probe.write(bytes.subarray(at, at + chunkBytes));
    return probe.end();
  } catch (thrown) {
    if (thrown instanceof PinholeError && thrown.code === "invalid_image") return thrown.message;
    throw thrown;
  }
}

function sane(found: PictureFacts | string): boolean {
  if (typeof found === "string") return /send .*\.$/.test(found);
  const { width, height, frames, orientation } = found;
  return width > 0 && height > 0 && frames >= 1 && orientation >= 1 && orientation <= 8;
}

function factsOnly(found: PictureFacts | string): PictureFacts | undefined {
  return typeof found === "string" ? undefined : found;
}

const seeds: readonly (readonly [string, () => Promise<Buffer>])[] = [
  ["png", () => sidewaysWithPlace("png")],
  ["apng", () => Promise.resolve(apng(3))],
  ["jpeg", () => sidewaysWithPlace("jpeg")],
  ["webp", () => sidewaysWithPlace("webp")],
  ["animated webp", () => animation("webp")],
  ["gif", () => animation("gif")],
  ["svg", () => Promise.resolve(Buffer.from('<svg viewBox="0 0 4 4"><g/></svg>'))],
  ["lossy webp", () => noisy(12, 12).webp().toBuffer()],
];

const changes = fc.array(
  fc.record({ at: fc.double({ min: 0, max: 0.999, noNaN: true }), value: fc.nat(255) }),
  { maxLength: 8 },
);

describe("whatever arrives, the probe answers with facts or a refusal, in any chunks", () => {
  test.each(seeds)("changed %s", async (_name, make) => {
    const seed = await make();
    fc.assert(
      fc.property(
        changes,
        fc.nat(40),
        fc.integer({ min: 1, max: 99 }),
        (edits, cut, chunkBytes) => {
          const bytes = Buffer.from(seed.subarray(0, seed.length - cut));
          // Headers are where a change matters, so half of the edits go to the first 64 bytes.
          for (const [index, { at, value }] of edits.entries())
            bytes[Math.floor(at * (index % 2 === 0 ? Math.min(64, bytes.length) : bytes.length))] =
              value;
          const found = outcome(bytes, chunkBytes);
          expect(found).toSatisfy(sane);
          // How much had come when it broke differs by chunk; what the picture is does not.
          expect(factsOnly(outcome(bytes, bytes.length + 1))).toEqual(factsOnly(found));
        },
      ),
      { numRuns: 400, seed: 7 },
    );
  });

  test("arbitrary bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(outcome(bytes, 17)).toSatisfy(sane);
      }),
      { numRuns: 500, seed: 7 },
    );
  });
});
