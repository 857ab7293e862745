import {
  type Area,
  type Points,
  type Selection,
  type Size,
  drawEnclosed,
  drawRectangle,
  drawStroke,
  emptySelection,
  invert,
  pack,
  unpack,
} from "./selection.ts";

/** One thing that was done to a selection, as data from which it can be done again. */
export type Step =
  | {
      readonly kind: "stroke";
      readonly points: Points;
      readonly breadth: number;
      readonly adds: boolean;
    }
  | { readonly kind: "lasso"; readonly points: Points; readonly adds: boolean }
  | { readonly kind: "rectangle"; readonly area: Area; readonly adds: boolean }
  | { readonly kind: "invert" | "clear" | "whole" }
  /** Loaded from a file: the checkpoint behind it has it. */
  | { readonly kind: "loaded" };

/** A selection as it was after so many steps, one bit a pixel. */
interface Checkpoint {
  readonly after: number;
  readonly bits: Uint8Array<ArrayBuffer>;
}

/** The steps that were done to a selection, and how much of it is in force: the rest was undone. Plain data, so that it can be stored. */
export interface History extends Size {
  readonly steps: readonly Step[];
  readonly inForce: number;
  /** In the order of their steps; without any the selection began as nothing. */
  readonly checkpoints: readonly Checkpoint[];
}

/** Steps between two checkpoints: undo does at most as many again. */
const checkpointEvery = 30;
/** Steps that can be undone at least; beyond them the oldest are forgotten. */
export const undoMax = 200;
/** Bytes of checkpoints and points, beyond which the oldest steps are forgotten. */
const bytesMax = 40 * 1024 * 1024;

/** The history of a selection of nothing. */
export function emptyHistory({ width, height }: Size): History {
  return { width, height, steps: [], inForce: 0, checkpoints: [] };
}

/** Does one step to a selection. */
export function applyStep(selection: Selection, step: Step): void {
  switch (step.kind) {
    case "stroke":
      return drawStroke(selection, step.points, step.breadth, step.adds);
    case "lasso":
      return drawEnclosed(selection, step.points, step.adds);
    case "rectangle":
      return drawRectangle(selection, step.area, step.adds);
    case "invert":
      return invert(selection);
    case "clear":
    case "whole":
      selection.cells.fill(step.kind === "whole" ? 255 : 0);
      return undefined;
    case "loaded":
      return undefined;
    default:
      return step satisfies never;
  }
}

/** The history with one step more; what was undone before is forgotten. `selection`: as it is after the step. */
export function withStep(history: History, step: Step, selection: Selection): History {
  const steps = [...history.steps.slice(0, history.inForce), step];
  const inForce = steps.length;
  const kept = history.checkpoints.filter(({ after }) => after < inForce);
  const since = inForce - (kept.at(-1)?.after ?? 0);
  const isDue = step.kind === "loaded" || since >= checkpointEvery;
  const checkpoints = isDue ? [...kept, { after: inForce, bits: pack(selection) }] : kept;
  return bounded({ ...history, steps, inForce, checkpoints });
}

/** The history with so many steps in force. */
export function withInForce(history: History, inForce: number): History {
  return { ...history, inForce: Math.min(history.steps.length, Math.max(0, inForce)) };
}

/** The selection that the steps in force make. */
export function selectionOf({ width, height, steps, inForce, checkpoints }: History): Selection {
  const last = checkpoints.findLast(({ after }) => after <= inForce);
  const size = { width, height };
  const selection = last === undefined ? emptySelection(size) : unpack(size, last.bits);
  for (const step of steps.slice(last?.after ?? 0, inForce)) applyStep(selection, step);
  return selection;
}

/** The bytes that a history holds. */
export function bytesOf({ steps, checkpoints }: History): number {
  const points = steps.reduce((sum, step) => sum + ("points" in step ? step.points.length : 8), 0);
  return points * 8 + checkpoints.reduce((sum, { bits }) => sum + bits.length, 0);
}

/** The history without its oldest steps, where they are too many: it then begins at a checkpoint. */
function bounded(history: History): History {
  let now = history;
  for (;;) {
    const first = now.checkpoints.find(({ after }) => after > 0)?.after;
    if (first === undefined) return now;
    const isLong = now.steps.length - first >= undoMax;
    if (!isLong && bytesOf(now) <= bytesMax) return now;
    now = {
      ...now,
      steps: now.steps.slice(first),
      inForce: now.inForce - first,
      checkpoints: now.checkpoints
        .filter(({ after }) => after >= first)
        .map(({ after, bits }) => ({ after: after - first, bits })),
    };
  }
}
