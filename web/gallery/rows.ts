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

/** The day of a moment in this browser's time zone: 2026-11-27. */
export function dayOf(moment: string | Date): string {
  const date = new Date(moment);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** A day's last rows are at most so much higher or lower than wanted, so that they fill the width too. */
const strayMost = 1.5;
/** So many of a day's rows, its last ones, are laid out again with the pictures that are left. */
const lastRows = 3;

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
  const lines: P[][] = [];
  let line: P[] = [];
  for (const picture of pictures) {
    line.push(picture);
    if (heightOf(line, width) > wanted) continue;
    lines.push(line);
    line = [];
  }
  const isUneven = line.length > 0 && isWhole === true;
  const last = isUneven ? evenEnd(lines, line, width, wanted) : undefined;
  if (last !== undefined) lines.splice(lines.length - last.instead, last.instead, ...last.lines);
  else if (line.length > 0) lines.push(line);
  let top = from;
  return lines.map((ofRow) => {
    const filled = Math.floor(heightOf(ofRow, width));
    const height = last === undefined ? Math.min(wanted, filled) : filled;
    const row = { pictures: ofRow, top, height };
    top += height + gap;
    return row;
  });
}

/** The height at which pictures fill a row. */
function heightOf(pictures: readonly Placed[], width: number): number {
  const ratios = pictures.reduce((sum, one) => sum + ratioOf(one), 0);
  return (width - gap * (pictures.length - 1)) / ratios;
}

/** Rows for what is left at a day's end and for some of the rows above it (`instead`), all of which fill the width; undefined where no division does. */
function evenEnd<P extends Placed>(
  above: readonly (readonly P[])[],
  left: readonly P[],
  width: number,
  wanted: number,
): { readonly instead: number; readonly lines: P[][] } | undefined {
  let [least, best] = [Math.log(strayMost), undefined as ReturnType<typeof evenEnd<P>>];
  for (let instead = 0; instead <= Math.min(lastRows, above.length); instead += 1) {
    const pictures = [...above.slice(above.length - instead).flat(), ...left];
    for (const count of instead === 0 ? [1] : [instead, instead + 1]) {
      const lines = divided(pictures, count);
      const stray = Math.max(
        ...lines.map((line) => Math.abs(Math.log(heightOf(line, width) / wanted))),
      );
      if (lines.length === count && stray < least) [least, best] = [stray, { instead, lines }];
    }
  }
  return best;
}

/** Pictures in lines of nearly the same length. */
function divided<P extends Placed>(pictures: readonly P[], count: number): P[][] {
  const whole = pictures.reduce((sum, one) => sum + ratioOf(one), 0);
  const lines = Array.from({ length: count }, (): P[] => []);
  let sum = 0;
  for (const picture of pictures) {
    const middle = sum + ratioOf(picture) / 2;
    lines[Math.min(count - 1, Math.floor((middle / whole) * count))]?.push(picture);
    sum += ratioOf(picture);
  }
  return lines.filter(({ length }) => length > 0);
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
