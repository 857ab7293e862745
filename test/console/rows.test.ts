import assert from "node:assert";
import fc from "fast-check";
import { expect, test } from "vitest";
import { dayOf } from "../../web/gallery/days.ts";
import { between, gap, layOut, ratioOf, stepFrom } from "../../web/gallery/rows.ts";

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

/** The height that no row passes: one is no further above the wanted height than it would be below it with a picture more, or as far as a day's last rows may stray. */
function highestOf(width: number, wanted: number): number {
  // Together the two rows, of proportions `least` and `least + 3`, are as wide as the square of what is wanted.
  const least = Math.max(0.4, (Math.sqrt(9 + 4 * (width / wanted) ** 2) - 3) / 2);
  // Gaps make what is left for pictures narrower.
  return Math.max((1.05 * width) / least, wanted + 1.6 * (wanted ** 2 / width));
}

test("rows have every picture once and in order, fill the width and never pass it, each day below its heading", () => {
  fc.assert(
    fc.property(galleries, fc.integer({ min: 200, max: 1600 }), (pictures, width) => {
      const days = layOut(pictures, { width, wanted: 220 });
      const rows = days.flatMap((day) => day.rows);
      expect(rows.flatMap((row) => row.pictures)).toEqual(pictures);
      let bottom = 0;
      for (const { day, pictures: ofDay, rows: own, top, height } of days) {
        expect(top).toBe(bottom);
        bottom = top + height;
        expect(own.flatMap((row) => row.pictures)).toEqual(ofDay);
        expect(ofDay.every(({ created_at }) => dayOf(created_at) === day)).toBe(true);
        for (const [at, row] of own.entries()) {
          const before = own[at - 1];
          expect(row.top).toBeGreaterThanOrEqual(before ? before.top + before.height : top + 44);
          expect(row.top + row.height).toBeLessThanOrEqual(bottom);
        }
      }
      for (const { pictures: row, height } of rows) {
        const ratios = row.reduce((sum, one) => sum + ratioOf(one), 0);
        expect(height).toBeLessThanOrEqual(Math.max(330, highestOf(width, 220)));
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
  const rows = layOut(pictures, { width: 1200, wanted: 220 }).flatMap((day) => day.rows);
  const shown = between(rows, 50_000, 52_000);
  expect(shown.length).toBeGreaterThan(5);
  expect(shown.length).toBeLessThan(40);
  const hidden = rows.filter((row) => !shown.includes(row));
  expect(hidden.every(({ top, height }) => top + height < 50_000 || top > 52_000)).toBe(true);
});

/** Pictures one after the other in time, so many a day. */
const shelfOf = (count: number, aDay: number) =>
  Array.from({ length: count }, (_, at) => ({
    id: String(at),
    width: 1024 + ((at * 37) % 512),
    height: 1024,
    created_at: new Date(2026, 10, 27 - Math.floor(at / aDay), 12).toISOString(),
  }));

test("a day of two rows or more has no hole at its end and rows of about the same height, however many pictures it has", () => {
  const width = 1200;
  for (let count = 9; count < 60; count += 1) {
    const [day] = layOut(shelfOf(count, count), { width, wanted: 220 });
    for (const { pictures: row, height } of day?.rows ?? []) {
      const ratios = row.reduce((sum, one) => sum + ratioOf(one), 0);
      const filled = ratios * height + gap * (row.length - 1);
      expect([count, filled > width - ratios - 1], `${filled} of ${width}`).toEqual([count, true]);
      expect([count, height > 220 / 1.3 && height < 220 * 1.3], `${height}`).toEqual([count, true]);
    }
  }
});

test("a page that comes lays out only the days that it changes, and a picture that changes only those from its own on", () => {
  const all = shelfOf(10_000, 90);
  const measures = { width: 1200, wanted: 220, isWhole: false };
  let days = layOut(all.slice(0, 200), measures);
  for (let shown = 400; shown <= all.length; shown += 200) {
    const next = layOut(all.slice(0, shown), measures, days);
    const kept = next.filter((day) => days.includes(day));
    expect(next.length - kept.length).toBeLessThan(6);
    expect(next.flatMap((day) => day.pictures)).toEqual(all.slice(0, shown));
    days = next;
  }
  expect(days).toEqual(layOut(all, measures));
  const changed = all.with(5000, { ...(all[5000] ?? assert.fail()) });
  const after = layOut(changed, measures, days);
  expect(after.filter((day) => days.includes(day))).toHaveLength(Math.floor(5000 / 90));
  const without = layOut(all.toSpliced(5000, 1), measures, days);
  expect(without).toEqual(layOut(all.toSpliced(5000, 1), measures));
});

test("keys go through every picture in both directions, across days; up and down lead to the nearest of the next row", () => {
  const pictures = Array.from({ length: 40 }, (_, at) => ({
    id: String(at),
    width: at % 3 === 0 ? 1536 : 1024,
    height: 1024,
    created_at: new Date(Date.UTC(2026, 10, 27) - at * 10_000_000).toISOString(),
  }));
  const days = layOut(pictures, { width: 900, wanted: 220 });
  expect(days.length).toBeGreaterThan(3);
  const walk = (from: string, step: "next" | "previous" | "down"): string[] => {
    const ids = [from];
    for (let now = from; ;) {
      const next = stepFrom(days, now, step);
      if (next === undefined) return ids;
      ids.push((now = next.id));
    }
  };
  const ids = pictures.map(({ id }) => id);
  expect(walk("0", "next")).toEqual(ids);
  expect(walk("39", "previous")).toEqual(ids.toReversed());
  const rows = days.flatMap((day) => day.rows);
  const down = walk("0", "down");
  expect(
    down.map((id) => rows.findIndex((row) => row.pictures.some((one) => one.id === id))),
  ).toEqual(rows.map((_, at) => at));
  expect(stepFrom(days, "0", "up")).toBeUndefined();
  expect(stepFrom(days, "gone", "next")).toBeUndefined();
});
