import fc from "fast-check";
import sharp from "sharp";
import { expect, test } from "vitest";
import { grow, soften } from "../../../web/mask/distance.ts";
import { maskPng } from "../../../web/mask/png.ts";
import type { Selection } from "../../../web/mask/selection.ts";

const selections = fc
  .tuple(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 1, max: 24 }), fc.integer())
  .chain(([width, height]) =>
    fc
      .array(fc.boolean(), { minLength: width * height, maxLength: width * height })
      .map((picked): Selection => {
        const cells = Uint8Array.from(picked, (one) => (one ? 255 : 0));
        return { width, height, cells };
      }),
  );

/** The distance to the next pixel of a kind, by looking at all of them. */
function distances({ width, cells }: Selection, isLooked: (cell: number) => boolean): number[] {
  return [...cells.keys()].map((at) => {
    let least = Infinity;
    for (const [other, cell] of cells.entries()) {
      if (!isLooked(cell)) continue;
      const dx = (at % width) - (other % width);
      const dy = Math.floor(at / width) - Math.floor(other / width);
      least = Math.min(least, Math.hypot(dx, dy));
    }
    return least;
  });
}

test("growing and shrinking go as far on all sides as they say", () => {
  fc.assert(
    fc.property(selections, fc.integer({ min: 1, max: 9 }), (selection, pixels) => {
      const to = distances(selection, (cell) => cell !== 0).map((far) => (far <= pixels ? 255 : 0));
      expect([...grow(selection, pixels).cells]).toEqual(to);
      const rest = distances(selection, (cell) => cell === 0);
      expect([...grow(selection, -pixels).cells]).toEqual(
        rest.map((far) => (far > pixels ? 255 : 0)),
      );
    }),
    { numRuns: 60 },
  );
});

test("a soft edge fades within the selection: nothing outside gets any, and deep inside it is whole", () => {
  fc.assert(
    fc.property(selections, fc.integer({ min: 1, max: 9 }), (selection, pixels) => {
      const soft = soften(selection, pixels).cells;
      const depth = distances(selection, (cell) => cell === 0);
      for (const [at, strength] of soft.entries()) {
        if (selection.cells[at] === 0) expect(strength).toBe(0);
        else expect(strength).toBeGreaterThan(0);
        if ((depth[at] ?? 0) >= pixels + 1) expect(strength).toBe(255);
      }
    }),
    { numRuns: 60 },
  );
});

test("nothing and everything have no edge", () => {
  for (const value of [0, 255]) {
    const cells = new Uint8Array(20).fill(value);
    const selection = { width: 5, height: 4, cells };
    for (const made of [grow(selection, 7), grow(selection, -7), soften(selection, 7)])
      expect([...made.cells]).toEqual([...cells]);
  }
});

test("the mask's PNG is transparent where the picture may change, in the picture's pixels", async () => {
  const cells = Uint8Array.from([0, 255, 100, 1, 254, 0]);
  const blob = await maskPng({ width: 3, height: 2, cells });
  const { data, info } = await sharp(Buffer.from(await blob.arrayBuffer()))
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect([info.width, info.height, info.channels]).toEqual([3, 2, 4]);
  expect([...data].filter((_, at) => at % 4 === 3)).toEqual([255, 0, 155, 254, 1, 255]);
});
