import { dayOf } from "./days.ts";

/** A picture's proportions and day, which are all that its place depends on. */
export interface Placed {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  readonly created_at: string;
}

/** A row of pictures of one height; `top` from the wall's beginning. Pixels. */
export interface Row<P extends Placed> {
  readonly pictures: readonly P[];
  readonly top: number;
  readonly height: number;
  /** True where its pictures reach from edge to edge. */
  readonly isFull: boolean;
}

/** A day's heading with its rows below; `top` and `height` are of all of it. Pixels. */
export interface Day<P extends Placed> {
  readonly day: string;
  readonly pictures: readonly P[];
  readonly rows: readonly Row<P>[];
  readonly top: number;
  readonly height: number;
}

export const gap = 8;
/** The height of a day's heading, which stays at the window's upper edge. */
export const dayHeight = 44;
/** Proportions beyond which a picture is shown as if it had these: a strip of it stands for the whole. */
const ratioMax = 3;
const ratioMin = 0.4;

/** The width of a picture for each pixel of its height. */
export function ratioOf({ width, height }: Pick<Placed, "width" | "height">): number {
  return Math.min(ratioMax, Math.max(ratioMin, height > 0 ? width / height : 1));
}

/** The share by which a row that fills the width may be higher or lower than wanted. The fewer pictures stand side by side, the further it must: a phone has two. */
function strayMostOf(width: number, wanted: number): number {
  return Math.max(1.25, 1 + (1.6 * wanted) / width);
}

/** So many of a day's rows, its last ones, are laid out again with the pictures that are left. */
const lastRows = 4;

/** Lays pictures out in rows that fill the width, each day under its heading. A day of few pictures ends early, and so does the last day where `isWhole` is false, since more of it may come. Days of `before` that begin the same way are taken from there: a page that comes costs what is new in it. */
export function layOut<P extends Placed>(
  pictures: readonly P[],
  { width, wanted, isWhole = true }: Measures,
  before: readonly Day<P>[] = [],
): readonly Day<P>[] {
  const days = stillTrue(before, pictures);
  let at = days.reduce((sum, day) => sum + day.pictures.length, 0);
  const above = days.at(-1);
  let top = above === undefined ? 0 : above.top + above.height;
  while (at < pictures.length) {
    const [day, ofDay] = dayFrom(pictures, at);
    at += ofDay.length;
    const mayEnd = isWhole || at < pictures.length;
    const rows = rowsOf(ofDay, top + dayHeight, { width, wanted, isWhole: mayEnd });
    const last = rows.at(-1);
    const height = last === undefined ? dayHeight : last.top + last.height + gap - top;
    days.push({ day, pictures: ofDay, rows, top, height });
    top += height;
  }
  return days;
}

/** The wall's width and the height that its rows should have, in pixels; `isWhole`: there are no more pictures than these. */
export interface Measures {
  readonly width: number;
  readonly wanted: number;
  readonly isWhole?: boolean;
}

/** The first days of a layout whose pictures are what they were. The last one of all is never among them, nor one that goes on now. */
function stillTrue<P extends Placed>(before: readonly Day<P>[], pictures: readonly P[]): Day<P>[] {
  const days: Day<P>[] = [];
  let at = 0;
  for (const day of before.slice(0, -1)) {
    const from = at;
    if (!day.pictures.every((one, place) => one === pictures[from + place])) break;
    at += day.pictures.length;
    days.push(day);
  }
  const next = pictures[at];
  if (next !== undefined && days.at(-1)?.day === dayOf(next.created_at)) days.pop();
  return days;
}

/** The pictures of one day from a place on. A day is asked for once, not for each picture: dates of this browser's zone are dear. */
function dayFrom<P extends Placed>(pictures: readonly P[], from: number): [string, readonly P[]] {
  const first = new Date(pictures[from]?.created_at ?? 0);
  const begin = first.setHours(0, 0, 0, 0);
  const end = new Date(begin).setDate(first.getDate() + 1);
  let to = from + 1;
  for (; to < pictures.length; to += 1) {
    const moment = Date.parse(pictures[to]?.created_at ?? "");
    if (moment < begin || moment >= end) break;
  }
  return [dayOf(first), pictures.slice(from, to)];
}

function rowsOf<P extends Placed>(
  pictures: readonly P[],
  from: number,
  { width, wanted, isWhole }: Measures,
): Row<P>[] {
  const { lines, left } = filledLines(pictures, width, wanted);
  if (left.length > 0) {
    const instead = Math.min(lastRows, lines.length);
    const end = [...lines.slice(lines.length - instead).flat(), ...left];
    const even = isWhole === true ? evenLines(end, width, wanted) : undefined;
    if (even === undefined) lines.push(left);
    else lines.splice(lines.length - instead, instead, ...even);
  }
  let top = from;
  return lines.map((ofRow) => {
    const filled = Math.floor(heightOf(ofRow, width));
    const isFull = ofRow !== left || filled <= wanted;
    const row = { pictures: ofRow, top, height: isFull ? filled : wanted, isFull };
    top += row.height + gap;
    return row;
  });
}

/** The height at which pictures fill a row. */
function heightOf(pictures: readonly Placed[], width: number): number {
  const ratios = pictures.reduce((sum, one) => sum + ratioOf(one), 0);
  return (width - gap * (pictures.length - 1)) / ratios;
}

/** The share by which a full row is higher or lower than wanted, as a logarithm. */
function strayOf(pictures: readonly Placed[], width: number, wanted: number): number {
  return Math.abs(Math.log(heightOf(pictures, width) / wanted));
}

/** Lines that are full, one after the other, each as near to the wanted height as whole pictures let it be, and what is left. */
function filledLines<P extends Placed>(
  pictures: readonly P[],
  width: number,
  wanted: number,
): { readonly lines: P[][]; readonly left: P[] } {
  const lines: P[][] = [];
  let line: P[] = [];
  for (const picture of pictures) {
    const longer = [...line, picture];
    const isFull = line.length > 0 && heightOf(longer, width) <= wanted;
    if (isFull && strayOf(line, width, wanted) < strayOf(longer, width, wanted)) {
      lines.push(line);
      line = [picture];
    } else line = longer;
    if (heightOf(line, width) > wanted) continue;
    lines.push(line);
    line = [];
  }
  return { lines, left: line };
}

/** Pictures in lines that all fill the width, with the least strays in sum; undefined where one would stray too far. */
function evenLines<P extends Placed>(
  pictures: readonly P[],
  width: number,
  wanted: number,
): P[][] | undefined {
  const most = Math.log(strayMostOf(width, wanted));
  // For each number of pictures, from the first on: the strays in sum, and where the last of their lines begins.
  const best = [{ stray: 0, begin: 0 }];
  for (let end = 1; end <= pictures.length; end += 1) {
    let least = { stray: Infinity, begin: 0 };
    for (let begin = end - 1; begin >= 0; begin -= 1) {
      const line = pictures.slice(begin, end);
      const stray = strayOf(line, width, wanted);
      const sum = (best[begin]?.stray ?? 0) + (stray > most ? Infinity : stray ** 2);
      if (sum < least.stray) least = { stray: sum, begin };
      if (heightOf(line, width) < wanted && stray > most) break;
    }
    best.push(least);
  }
  if (best[pictures.length]?.stray === Infinity) return undefined;
  const lines: P[][] = [];
  for (let end = pictures.length; end > 0;) {
    const begin = best[end]?.begin ?? 0;
    lines.unshift(pictures.slice(begin, end));
    end = begin;
  }
  return lines;
}

/** The days or rows of which some part lies between two places. */
export function between<T extends { readonly top: number; readonly height: number }>(
  all: readonly T[],
  from: number,
  to: number,
): readonly T[] {
  let [low, high] = [0, all.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const one = all[middle];
    if (one !== undefined && one.top + one.height < from) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < all.length && (all[end]?.top ?? 0) <= to) end += 1;
  return all.slice(low, end);
}

/** The ways on from a picture: to the next or the one before, or to what lies nearest in the row above or below. */
export type Step = "next" | "previous" | "up" | "down";

/** The row of a picture, and its place there. */
export function placeIn<P extends Placed>(
  days: readonly Day<P>[],
  id: string,
): { readonly row: Row<P>; readonly at: number } | undefined {
  for (const { rows } of days)
    for (const row of rows) {
      const at = row.pictures.findIndex((one) => one.id === id);
      if (at >= 0) return { row, at };
    }
  return undefined;
}

/** The picture that a step leads to; undefined at an end, or where the picture is not there. */
export function stepFrom<P extends Placed>(
  days: readonly Day<P>[],
  id: string,
  step: Step,
): P | undefined {
  const rows = days.flatMap((day) => day.rows);
  const from = placeIn(days, id);
  if (from === undefined) return undefined;
  const { row, at } = from;
  const number = rows.indexOf(row);
  if (step === "next") return row.pictures[at + 1] ?? rows[number + 1]?.pictures[0];
  if (step === "previous") return row.pictures[at - 1] ?? rows[number - 1]?.pictures.at(-1);
  const other = rows[number + (step === "down" ? 1 : -1)];
  return other && nearest(other, middleOf(row, at));
}

/** The place of a picture's middle in its row. Pixels. */
function middleOf<P extends Placed>({ pictures, height }: Row<P>, at: number): number {
  const before = pictures.slice(0, at).reduce((sum, one) => sum + ratioOf(one) * height + gap, 0);
  const own = pictures[at];
  return before + (own === undefined ? 0 : (ratioOf(own) * height) / 2);
}

function nearest<P extends Placed>(row: Row<P>, middle: number): P | undefined {
  const distances = row.pictures.map((_, at) => Math.abs(middleOf(row, at) - middle));
  return row.pictures[distances.indexOf(Math.min(...distances))];
}
