import fc from "fast-check";
import { expect, test } from "vitest";
import { dayOf, gap, layOut, linesBetween, ratioOf } from "../../web/gallery/rows.ts";

const picture = fc.record({
  id: fc.uuid(),
  width: fc.integer({ min: 64, max: 4096 }),
  height: fc.integer({ min: 64, max: 4096 }),
  at: fc.integer({ min: 0, max: 60 }),
});
const galleries = fc.array(picture, { maxLength: 60 }).map((all) =>
  all
    .toSorted((a, b) => b.at - a.at)
    .map(({ at, ...one }) => ({
      ...one,
      created_at: new Date(Date.UTC(2026, 10, 27, -at)).toISOString(),
    })),
);

test("rows have every picture once and in order, fill the width and never pass it, each day below its heading", () => {
  fc.assert(
    fc.property(galleries, fc.integer({ min: 200, max: 1600 }), (pictures, width) => {
      const lines = layOut(pictures, width, 220);
      const rows = lines.filter(({ kind }) => kind === "row");
      expect(rows.flatMap((row) => row.pictures)).toEqual(pictures);
      let bottom = 0;
      for (const line of lines) {
        expect(line.top).toBeGreaterThanOrEqual(bottom);
        bottom = line.top + line.height;
        expect(line.pictures.every(({ created_at }) => dayOf(created_at) === line.day)).toBe(true);
      }
      for (const { pictures: row, height } of rows) {
        const ratios = row.reduce((sum, one) => sum + ratioOf(one), 0);
        expect(height).toBeLessThanOrEqual(220);
        // The last of a day may be lower than it is wide.
        expect(Math.floor(ratios * height) + gap * (row.length - 1)).toBeLessThanOrEqual(width + 1);
      }
    }),
    { numRuns: 60 },
  );
});

test("of 10,000 pictures only the lines near the window are shown", () => {
  const pictures = Array.from({ length: 10_000 }, (_, at) => ({
    id: String(at),
    width: 1024 + ((at * 37) % 512),
    height: 1024,
    created_at: new Date(Date.UTC(2026, 10, 27) - at * 600_000).toISOString(),
  }));
  const lines = layOut(pictures, 1200, 220);
  const shown = linesBetween(lines, 50_000, 52_000);
  expect(shown.length).toBeGreaterThan(5);
  expect(shown.length).toBeLessThan(40);
  const hidden = lines.filter((line) => !shown.includes(line));
  expect(hidden.every(({ top, height }) => top + height < 50_000 || top > 52_000)).toBe(true);
});
