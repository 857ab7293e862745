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
export function dayOf(moment: string): string {
  const date = new Date(moment);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** Lays pictures out in rows that fill the width, each day under its heading; a day's last row is as high as wanted and may end early. */
export function layOut<P extends Placed>(
  pictures: readonly P[],
  width: number,
  wanted: number,
): readonly Day<P>[] {
  const days: Day<P>[] = [];
  let top = 0;
  for (const [day, ofDay] of byDay(pictures)) {
    const rows = rowsOf(ofDay, top + dayHeight, width, wanted);
    const last = rows.at(-1);
    const height = last === undefined ? dayHeight : last.top + last.height + gap - top;
    days.push({ day, pictures: ofDay, rows, top, height });
    top += height;
  }
  return days;
}

function byDay<P extends Placed>(pictures: readonly P[]): ReadonlyMap<string, readonly P[]> {
  const days = new Map<string, P[]>();
  for (const picture of pictures) {
    const day = dayOf(picture.created_at);
    const before = days.get(day);
    if (before === undefined) days.set(day, [picture]);
    else before.push(picture);
  }
  return days;
}

function rowsOf<P extends Placed>(
  pictures: readonly P[],
  from: number,
  width: number,
  wanted: number,
): Row<P>[] {
  const rows: Row<P>[] = [];
  let top = from;
  let row: P[] = [];
  let ratios = 0;
  const end = (height: number): void => {
    rows.push({ pictures: row, top, height });
    top += height + gap;
    row = [];
    ratios = 0;
  };
  for (const picture of pictures) {
    row.push(picture);
    ratios += ratioOf(picture);
    const height = (width - gap * (row.length - 1)) / ratios;
    if (height <= wanted) end(Math.floor(height));
  }
  if (row.length > 0) end(wanted);
  return rows;
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
