import { classNames } from "./class-names.ts";

/** The frame of a table or a list of rows: its text stands on the page's grid, its rows reach a little beyond. */
export const tableFrame = "-mx-3 overflow-x-auto";

/** The row of a table's heads. */
export const headRow = "border-b border-line text-label text-soft";

/** A head of words. */
export const headCell = "px-3 py-2 text-left font-normal";

/** A head of numbers, which stand on the right. */
export const numberHead = "px-3 py-2 text-right font-normal";

/** A row that is a link, or stands open beside the list. */
export function rowLooks(isOpen: boolean, more?: string): string {
  return classNames("relative border-b border-line", isOpen ? "bg-sunk" : "hover:bg-raised", more);
}
