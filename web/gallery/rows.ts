/** A picture's proportions and day, which are all that its place depends on. */
export interface Placed {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  readonly created_at: string;
}

/** A day's heading, or a row of pictures of one height; `top` from the list's beginning. Pixels. */
export type Line<P extends Placed> =
  | {
      readonly kind: "day";
      readonly day: string;
      readonly pictures: readonly P[];
      readonly top: number;
      readonly height: number;
    }
  | {
      readonly kind: "row";
      readonly day: string;
      readonly pictures: readonly P[];
      readonly top: number;
      readonly height: number;
    };

export const gap = 8;
const dayHeight = 44;
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
): readonly Line<P>[] {
  const lines: Line<P>[] = [];
  let top = 0;
  for (const [day, ofDay] of byDay(pictures)) {
    lines.push({ kind: "day", day, pictures: ofDay, top, height: dayHeight });
    top += dayHeight;
    for (const row of rowsOf(ofDay, width, wanted)) {
      lines.push({ kind: "row", day, ...row, top });
      top += row.height + gap;
    }
  }
  return lines;
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
  width: number,
  wanted: number,
): { readonly pictures: readonly P[]; readonly height: number }[] {
  const rows: { readonly pictures: readonly P[]; readonly height: number }[] = [];
  let row: P[] = [];
  let ratios = 0;
  for (const picture of pictures) {
    row.push(picture);
    ratios += ratioOf(picture);
    const height = (width - gap * (row.length - 1)) / ratios;
    if (height > wanted) continue;
    rows.push({ pictures: row, height: Math.floor(height) });
    row = [];
    ratios = 0;
  }
  if (row.length > 0) rows.push({ pictures: row, height: wanted });
  return rows;
}

/** The lines of which some part lies between two places. */
export function linesBetween<P extends Placed>(
  lines: readonly Line<P>[],
  from: number,
  to: number,
): readonly Line<P>[] {
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const line = lines[middle];
    if (line !== undefined && line.top + line.height < from) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < lines.length && (lines[end]?.top ?? 0) <= to) end += 1;
  return lines.slice(low, end);
}
