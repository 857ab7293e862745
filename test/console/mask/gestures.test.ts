import { expect, test } from "vitest";
import { createGestures, type Gesture, type Pointer } from "../../../web/mask/gestures.ts";
import { fitView, placeAt, zoomView } from "../../../web/mask/view.ts";

const pointer = (id: number, at: number, more: Partial<Pointer> = {}): Pointer => ({
  id,
  kind: "touch",
  x: 0,
  y: 0,
  at,
  moves: false,
  ...more,
});
const kinds = (...heard: readonly (readonly Gesture[])[]): string[] =>
  heard.flat().map((one) => (one.kind === "end" ? `end ${one.keeps}` : one.kind));

test("one finger paints; a second one within a moment takes back what was begun and moves and zooms", () => {
  const gestures = createGestures();
  const heard = kinds(
    gestures.down(pointer(1, 0)),
    gestures.move(pointer(1, 20, { x: 5 })),
    gestures.down(pointer(2, 90, { x: 105 })),
  );
  expect(heard).toEqual(["begin", "extend", "end false"]);
  expect(gestures.move(pointer(2, 120, { x: 205 }))).toEqual([
    { kind: "move", dx: 50, dy: 0, factor: 2, x: 105, y: 0 },
  ]);
  // One lifted finger leaves one that does not paint.
  expect(gestures.up(pointer(2, 130))).toEqual([]);
  expect(kinds(gestures.move(pointer(1, 140, { x: 9 })))).toEqual(["move"]);
  gestures.up(pointer(1, 150));
  expect(kinds(gestures.down(pointer(3, 700)))).toEqual(["begin"]);
});

test("a second finger long after keeps what the first one painted", () => {
  const gestures = createGestures();
  gestures.down(pointer(1, 0));
  expect(kinds(gestures.down(pointer(2, 900)))).toEqual(["end true"]);
});

test("a palm beside a pen does nothing, whether it comes before, with or shortly after it", () => {
  const gestures = createGestures();
  const pen = (at: number): Pointer => pointer(9, at, { kind: "pen" });
  expect(kinds(gestures.down(pointer(1, 0)), gestures.down(pen(60)))).toEqual([
    "begin",
    "end false",
    "begin",
  ]);
  expect(gestures.move(pointer(1, 70, { x: 30 }))).toEqual([]);
  expect(gestures.down(pointer(2, 80))).toEqual([]);
  expect(gestures.move(pointer(2, 85, { x: 44 }))).toEqual([]);
  expect(kinds(gestures.move(pen(90)), gestures.up(pen(100)))).toEqual(["extend", "end true"]);
  expect(gestures.down(pointer(3, 300))).toEqual([]);
  expect(kinds(gestures.down(pointer(4, 900)))).toEqual(["begin"]);
});

test("the middle button or the space bar moves the picture and paints nothing", () => {
  const gestures = createGestures();
  const mouse = (at: number, x: number): Pointer =>
    pointer(1, at, { kind: "mouse", moves: true, x });
  expect(gestures.down(mouse(0, 10))).toEqual([]);
  expect(gestures.move(mouse(5, 25))).toEqual([
    { kind: "move", dx: 15, dy: 0, factor: 1, x: 25, y: 0 },
  ]);
});

test("a picture fits into its canvas; zooming leaves the place under the pointer where it is", () => {
  const view = fitView({ width: 390, height: 500 }, { width: 1536, height: 1024 });
  expect(view.scale * 1536).toBeLessThan(390);
  const before = placeAt(view, 200, 210);
  const after = placeAt(zoomView(view, 3.7, 200, 210), 200, 210);
  expect([Math.round(after.x), Math.round(after.y)]).toEqual([
    Math.round(before.x),
    Math.round(before.y),
  ]);
});
