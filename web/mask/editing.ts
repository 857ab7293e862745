import { useMemo, useRef, useState } from "react";
import {
  type History,
  type Step,
  applyStep,
  selectionOf,
  withInForce,
  withStep,
} from "./history.ts";
import { type Mask, type MaskSettings, firstSettings, historyFor, strengthOf } from "./mask.ts";
import type { Overlay } from "./overlay.ts";
import { type Selection, type Size, shareOf } from "./selection.ts";

export const tools = ["brush", "eraser", "rectangle", "lasso"] as const;
export type Tool = (typeof tools)[number];

export const breadthMax = 512;

/** The hand: what a pointer does next. */
export interface Hand {
  readonly tool: Tool;
  /** Pixels of the picture. */
  readonly breadth: number;
  /** True: a rectangle or a lasso takes away. */
  readonly takesAway: boolean;
  readonly overlay: Overlay;
}

/** The state of the editor, and all that can be done to it. */
export interface Editing {
  readonly size: Size;
  readonly history: History;
  readonly settings: MaskSettings;
  readonly hand: Hand;
  /** The selection as it is: drawn into while a pointer moves. */
  readonly selection: Selection;
  /** The selection that is shown and sent: grown and with its soft edge. */
  readonly strength: Selection;
  readonly share: number;
  /** False where nothing has been done since the editor was opened. */
  readonly isChanged: boolean;
  /** `isDrawn`: the selection has it already. */
  add(step: Step, isDrawn?: boolean): void;
  /** Takes a file's selection in the place of this one. */
  load(loaded: Selection): void;
  go(steps: -1 | 1): void;
  set(change: Partial<MaskSettings>): void;
  hold(change: Partial<Hand>): void;
  /** Puts the selection back as its history has it, where something was drawn that does not count. */
  restore(): void;
}

/** A brush for pictures of this size that is neither a hair nor a roller. */
function firstBreadth({ width, height }: Size): number {
  return Math.max(8, Math.min(breadthMax, Math.round(Math.min(width, height) / 12)));
}

/** Begins to edit the mask of a picture, or a new one. */
export function useEditing(size: Size, mask: Mask | undefined): Editing {
  const [first] = useState(() => ({
    history: historyFor(size, mask),
    settings: mask ?? firstSettings,
  }));
  const [history, setHistory] = useState(first.history);
  const [settings, setSettings] = useState<MaskSettings>(() => {
    const { soft, grown, keepsRest } = first.settings;
    return { soft, grown, keepsRest };
  });
  const [hand, setHand] = useState<Hand>(() => ({
    tool: "brush",
    breadth: firstBreadth(size),
    takesAway: false,
    overlay: "ember",
  }));
  const selection = useRef<Selection>(undefined);
  selection.current ??= selectionOf(history);
  const now = selection.current;
  const strength = useMemo(
    () => strengthOf(now, settings),
    // The cells of one selection are drawn into: its history says when they have changed.
    [now, history, settings.soft, settings.grown],
  );
  const share = useMemo(() => shareOf(strength), [strength, history]);
  const become = (next: History, made: Selection): void => {
    selection.current = made;
    setHistory(next);
  };
  return {
    size,
    history,
    settings,
    hand,
    selection: now,
    strength,
    share,
    isChanged: history !== first.history || settings !== first.settings,
    add(step, isDrawn = false) {
      if (!isDrawn) applyStep(now, step);
      setHistory(withStep(history, step, now));
    },
    load(loaded) {
      become(withStep(history, { kind: "loaded" }, loaded), loaded);
    },
    go(steps) {
      const next = withInForce(history, history.inForce + steps);
      become(next, selectionOf(next));
    },
    set: (change) => setSettings((before) => ({ ...before, ...change })),
    hold: (change) => setHand((before) => ({ ...before, ...change })),
    restore() {
      become({ ...history }, selectionOf(history));
    },
  };
}
