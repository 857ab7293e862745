import { useRef, useState } from "react";
import type { RefObject } from "react";
import type { Editing } from "./editing.ts";
import { type Gesture, type Pointer, createGestures } from "./gestures.ts";
import { drawOverlay } from "./overlay.ts";
import { type Area, drawLine } from "./selection.ts";
import { placeAt, zoomView } from "./view.ts";
import type { Viewing } from "./viewing.ts";

/** A shape while a pointer draws it, in the picture's pixels. */
export interface Drawn {
  readonly kind: "stroke" | "rectangle" | "lasso";
  readonly adds: boolean;
  readonly breadth: number;
  readonly points: readonly number[];
}

/** The ways in which a canvas hears of its pointers. */
export interface Painting {
  /** The rectangle or lasso that is being drawn. */
  readonly outline: Drawn | undefined;
  down(event: PointerEvent, stage: HTMLElement): void;
  move(event: PointerEvent, stage: HTMLElement): void;
  up(event: PointerEvent, stage: HTMLElement): void;
}

interface PaintingParts {
  readonly editing: Editing;
  readonly viewing: Viewing;
  readonly overlay: RefObject<HTMLCanvasElement | null>;
  /** True while the space bar is held: pointers move the picture. */
  readonly moves: boolean;
}

/** Lets pointers paint: strokes are seen as they are made, and are one step each when they end. */
export function usePainting({ editing, viewing, overlay, moves }: PaintingParts): Painting {
  const [gestures] = useState(createGestures);
  const drawn = useRef<Drawn>(undefined);
  const last = useRef<{ readonly x: number; readonly y: number }>(undefined);
  const [outline, setOutline] = useState<Drawn>();

  const extend = (x: number, y: number): void => {
    const before = drawn.current;
    if (before === undefined) return;
    const from = { x: before.points.at(-2) ?? x, y: before.points.at(-1) ?? y };
    drawn.current = { ...before, points: [...before.points, x, y] };
    if (before.kind === "stroke") paint(editing, overlay.current, before, from, { x, y });
    else setOutline(drawn.current);
  };
  const begin = (x: number, y: number, isStraight: boolean): void => {
    const { tool, breadth, takesAway } = editing.hand;
    const kind = tool === "rectangle" || tool === "lasso" ? tool : "stroke";
    const adds = kind === "stroke" ? tool === "brush" : !takesAway;
    const from = isStraight && kind === "stroke" ? last.current : undefined;
    drawn.current = { kind, adds, breadth, points: from === undefined ? [] : [from.x, from.y] };
    extend(x, y);
  };
  const end = (keeps: boolean): void => {
    const shape = drawn.current;
    drawn.current = undefined;
    setOutline(undefined);
    if (shape === undefined) return;
    const [x = 0, y = 0] = shape.points.slice(-2);
    last.current = { x, y };
    if (keeps) addShape(editing, shape);
    else if (shape.kind === "stroke") editing.restore();
  };
  const heed = (heard: readonly Gesture[], isStraight: boolean): void => {
    for (const gesture of heard) {
      if (gesture.kind === "end") end(gesture.keeps);
      else if (gesture.kind === "move") {
        const zoomed = zoomView(viewing.view, gesture.factor, gesture.x, gesture.y);
        viewing.change({
          ...zoomed,
          left: zoomed.left + gesture.dx,
          top: zoomed.top + gesture.dy,
        });
      } else {
        const { x, y } = placeAt(viewing.view, gesture.x, gesture.y);
        if (gesture.kind === "begin") begin(x, y, isStraight);
        else extend(x, y);
      }
    }
  };
  return {
    outline,
    down(event, stage) {
      // What leaves the canvas goes on outside of it.
      stage.setPointerCapture(event.pointerId);
      heed(gestures.down(pointerOf(event, stage, moves)), event.shiftKey);
    },
    move(event, stage) {
      const all = event.getCoalescedEvents();
      for (const one of all.length === 0 ? [event] : all)
        heed(gestures.move(pointerOf(one, stage, moves)), false);
    },
    up: (event, stage) => heed(gestures.up(pointerOf(event, stage, moves)), false),
  };
}

function pointerOf(event: PointerEvent, stage: HTMLElement, moves: boolean): Pointer {
  const box = stage.getBoundingClientRect();
  const { pointerType } = event;
  return {
    id: event.pointerId,
    kind: pointerType === "touch" || pointerType === "pen" ? pointerType : "mouse",
    x: event.clientX - box.left,
    y: event.clientY - box.top,
    at: event.timeStamp,
    moves: moves || event.button === 1,
  };
}

/** Draws one more line of a stroke, into the selection and over the picture. */
function paint(
  { selection, hand: { overlay } }: Editing,
  canvas: HTMLCanvasElement | null,
  { breadth, adds }: Drawn,
  from: { readonly x: number; readonly y: number },
  to: { readonly x: number; readonly y: number },
): void {
  const area = drawLine(selection, from, to, breadth, adds);
  const context = canvas?.getContext("2d");
  if (context != null) drawOverlay(context, selection, overlay, area);
}

function addShape(editing: Editing, { kind, points, breadth, adds }: Drawn): void {
  if (kind === "stroke") return editing.add({ kind, points, breadth, adds }, true);
  if (kind === "lasso") return points.length < 6 ? undefined : editing.add({ kind, points, adds });
  const area = areaBetween(points);
  return area.width < 1 || area.height < 1 ? undefined : editing.add({ kind, area, adds });
}

/** The rectangle between the first and the last of the points, in whole pixels. */
export function areaBetween(points: readonly number[]): Area {
  const [x0 = 0, y0 = 0] = points;
  const [x1 = x0, y1 = y0] = points.slice(-2);
  const [left, top] = [Math.round(Math.min(x0, x1)), Math.round(Math.min(y0, y1))];
  return {
    x: left,
    y: top,
    width: Math.round(Math.max(x0, x1)) - left,
    height: Math.round(Math.max(y0, y1)) - top,
  };
}
