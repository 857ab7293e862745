/** The day of a moment in this browser's time zone: 2026-11-27. */
export function dayOf(moment: string | Date): string {
  const date = new Date(moment);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** Spans of days until today that can be chosen by their number. */
export const spanDays = [1, 7, 30, 365] as const;

/** The day so many before another one: 2026-11-27. */
export function dayBefore(today: Date, count: number): string {
  return dayOf(new Date(today.getFullYear(), today.getMonth(), today.getDate() - count));
}

/** The span that days of an address are: the number of its days until today, nothing for all time, or `own`. */
export function spanOf(
  { from, to }: { readonly from?: string; readonly to?: string },
  today: Date,
): string {
  if (from === undefined && to === undefined) return "";
  const found = spanDays.find((days) => dayBefore(today, days - 1) === from);
  return to === undefined && found !== undefined ? String(found) : "own";
}

/** True for a day that there is: 2026-02-30 is none. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T12:00:00`);
  return !Number.isNaN(date.getTime()) && dayOf(date) === text;
}
