import { grow, soften } from "./distance.ts";
import { type History, emptyHistory, selectionOf } from "./history.ts";
import { maskPng } from "./png.ts";
import { type Selection, type Size, shareOf } from "./selection.ts";

/** The settings of a mask that are no steps: they can be changed at any time. */
export interface MaskSettings {
  /** Pixels over which the edge fades, inside the selection. */
  readonly soft: number;
  /** Pixels by which the selection is larger, or smaller where negative. */
  readonly grown: number;
  /** True: the original is laid over everything outside of the mask, as a further picture. */
  readonly keepsRest: boolean;
}

/** A mask as it belongs to a picture: how it came about, and the file that is sent. Plain data, so that it can be stored. */
export interface Mask extends MaskSettings {
  readonly history: History;
  /** The part of the picture that may change, from 0 to 1. */
  readonly share: number;
  readonly png: Blob;
}

export const softMax = 128;
export const grownMax = 64;

export const firstSettings: MaskSettings = { soft: 0, grown: 0, keepsRest: true };

/** A mask's history, for a picture of this size: the one that it has, or a new one. */
export function historyFor(size: Size, mask: Mask | undefined): History {
  const history = mask?.history;
  return history?.width === size.width && history.height === size.height
    ? history
    : emptyHistory(size);
}

/** The strength with which each pixel may change: the selection grown and with its soft edge. */
export function strengthOf(selection: Selection, { soft, grown }: MaskSettings): Selection {
  return soften(grow(selection, grown), soft);
}

/** The mask that a history and its settings make. `strength`: what they make, where it is known already. */
export async function finishMask(
  history: History,
  settings: MaskSettings,
  strength = strengthOf(selectionOf(history), settings),
): Promise<Mask> {
  return { ...settings, history, share: shareOf(strength), png: await maskPng(strength) };
}
