import { expect, test } from "vitest";
import {
  applyStep,
  bytesOf,
  emptyHistory,
  type History,
  selectionOf,
  type Step,
  undoMax,
  withInForce,
  withStep,
} from "../../../web/mask/history.ts";
import { emptySelection, type Selection } from "../../../web/mask/selection.ts";

const size = { width: 64, height: 48 };

/** One step of each kind in turn. */
function stepAt(at: number): Step {
  const points = [at % 64, (at * 7) % 48, (at * 13) % 64, (at * 3) % 48, (at * 5) % 64, at % 48];
  switch (at % 6) {
    case 0:
      return { kind: "invert" };
    case 1:
      return { kind: "rectangle", area: { x: at % 40, y: 3, width: 9, height: 20 }, adds: true };
    case 2:
      return { kind: "lasso", points, adds: at % 4 === 2 };
    default:
      return { kind: "stroke", points, breadth: (at % 9) + 1, adds: at % 5 !== 0 };
  }
}

/** A history of so many steps, and each selection on the way. */
function draw(count: number): { history: History; seen: Selection[] } {
  let history = emptyHistory(size);
  const selection = emptySelection(size);
  const seen = [{ ...size, cells: selection.cells.slice() }];
  for (let at = 1; at <= count; at += 1) {
    const step = stepAt(at);
    applyStep(selection, step);
    history = withStep(history, step, selection);
    seen.push({ ...size, cells: selection.cells.slice() });
  }
  return { history, seen };
}

test("each of the last 200 steps can be undone and done again, whatever checkpoints lie between", () => {
  const { history, seen } = draw(417);
  expect(history.steps.length).toBeGreaterThanOrEqual(undoMax);
  const forgotten = 417 - history.steps.length;
  for (let back = 0; back <= undoMax; back += 1) {
    const now = withInForce(history, history.inForce - back);
    const expected = seen[forgotten + now.inForce];
    expect([back, Buffer.compare(selectionOf(now).cells, expected?.cells ?? Buffer.of())]).toEqual([
      back,
      0,
    ]);
  }
});

test("what was undone is forgotten by the next step, with its checkpoints", () => {
  const { history } = draw(70);
  const back = withInForce(history, 25);
  const selection = selectionOf(back);
  applyStep(selection, { kind: "whole" });
  const next = withStep(back, { kind: "whole" }, selection);
  expect([next.steps.length, next.inForce, next.checkpoints.length]).toEqual([26, 26, 0]);
  expect(selectionOf(next).cells.every((cell) => cell === 255)).toBe(true);
});

test("a loaded mask is one step, which can be undone and done again", () => {
  const { history, seen } = draw(5);
  const loaded = emptySelection(size);
  loaded.cells.fill(255, 0, 100);
  const next = withStep(history, { kind: "loaded" }, loaded);
  expect(selectionOf(next).cells).toEqual(loaded.cells);
  expect(selectionOf(withInForce(next, 5)).cells).toEqual(seen[5]?.cells);
});

test("200 long strokes at 3840 × 2160 stay below 50 MB, and so do 200 loaded masks", () => {
  const large = { width: 3840, height: 2160 };
  const selection = emptySelection(large);
  const points = Array.from({ length: 4000 }, (_, at) => (at * 31) % 2000);
  let strokes = emptyHistory(large);
  let masks = emptyHistory(large);
  for (let at = 0; at < 230; at += 1) {
    strokes = withStep(strokes, { kind: "stroke", points, breadth: 80, adds: true }, selection);
    if (at < 60) masks = withStep(masks, { kind: "loaded" }, selection);
  }
  expect(strokes.steps.length).toBeGreaterThanOrEqual(undoMax);
  const live = selection.cells.length;
  expect(bytesOf(strokes) + live).toBeLessThan(50e6);
  expect(bytesOf(masks) + live).toBeLessThan(50e6);
});
