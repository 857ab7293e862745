import { expect, test } from "vitest";
import {
  drawEnclosed,
  drawLine,
  drawRectangle,
  emptySelection,
  invert,
  pack,
  type Selection,
  shareOf,
  unpack,
} from "../../../web/mask/selection.ts";

/** A selection as rows of text. */
function rows({ width, height, cells }: Selection): string[] {
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_column, x) => (cells[y * width + x] === 0 ? "." : "#")).join(
      "",
    ),
  );
}

test("a line covers exactly the pixels whose middles are at most half its breadth away", () => {
  const [from, to, breadth] = [{ x: 6.3, y: 5.1 }, { x: 31.7, y: 17.4 }, 7.5];
  const selection = emptySelection({ width: 40, height: 24 });
  drawLine(selection, from, to, breadth, true);
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  for (let y = 0; y < 24; y += 1)
    for (let x = 0; x < 40; x += 1) {
      const [px, py] = [x + 0.5 - from.x, y + 0.5 - from.y];
      const along = (px * (to.x - from.x) + py * (to.y - from.y)) / length;
      const at = Math.max(0, Math.min(length, along)) / length;
      const away = Math.hypot(px - at * (to.x - from.x), py - at * (to.y - from.y));
      expect([x, y, selection.cells[y * 40 + x]]).toEqual([x, y, away <= breadth / 2 ? 255 : 0]);
    }
});

test("a brush of one pixel paints the pixel under it, and an eraser takes it away again", () => {
  const selection = emptySelection({ width: 5, height: 3 });
  drawLine(selection, { x: 2.1, y: 1.9 }, { x: 2.1, y: 1.9 }, 1, true);
  expect(rows(selection)).toEqual([".....", "..#..", "....."]);
  drawLine(selection, { x: 2.9, y: 1.1 }, { x: 2.9, y: 1.1 }, 1, false);
  expect(shareOf(selection)).toBe(0);
});

test("a stroke that leaves the picture and comes back marks nothing on the other side", () => {
  const selection = emptySelection({ width: 8, height: 4 });
  drawLine(selection, { x: 7, y: 1.5 }, { x: 12, y: 1.5 }, 1, true);
  drawLine(selection, { x: 12, y: 1.5 }, { x: 12, y: -9 }, 1, true);
  drawLine(selection, { x: 12, y: -9 }, { x: -5, y: 3.5 }, 1, true);
  expect(rows(selection)[0]?.startsWith(".")).toBe(true);
  expect(rows(selection)[1]).toMatch(/^\.{3,6}#*$/);
});

test("a rectangle is cut at the picture's border; a lasso fills all that it encloses, also where it crosses itself", () => {
  const rectangle = emptySelection({ width: 6, height: 4 });
  drawRectangle(rectangle, { x: 4, y: -2, width: 9, height: 4 }, true);
  expect(rows(rectangle)).toEqual(["....##", "....##", "......", "......"]);
  const lasso = emptySelection({ width: 10, height: 10 });
  // A five-pointed star, whose middle is enclosed twice.
  drawEnclosed(lasso, [5, 0, 8, 10, 0, 4, 10, 4, 2, 10], true);
  expect(rows(lasso)[5]?.slice(3, 7)).toBe("####");
  expect(rows(lasso)[0]?.slice(0, 4)).toBe("....");
});

test("inverting twice and packing change nothing", () => {
  const selection = emptySelection({ width: 13, height: 7 });
  drawLine(selection, { x: 3, y: 3 }, { x: 9, y: 4 }, 3, true);
  const before = rows(selection);
  expect(rows(unpack({ width: 13, height: 7 }, pack(selection)))).toEqual(before);
  invert(selection);
  expect(rows(selection).join("")).not.toBe(before.join(""));
  invert(selection);
  expect(rows(selection)).toEqual(before);
});
