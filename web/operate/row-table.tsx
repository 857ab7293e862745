import type { ReactNode } from "react";
import { headCell, headRow, rowLooks, tableFrame } from "../ui/table.ts";

/** The looks of the link in a row, which is as large as the row. */
export const rowLink = "font-medium text-ink no-underline after:absolute after:inset-0";

/** A list of rows that are links. On a phone a row is its first cell, which says the rest in a second line. */
export function RowTable({
  label,
  heads,
  children,
}: {
  readonly label: string;
  readonly heads: readonly string[];
  /** Each a `Row`. */
  readonly children: ReactNode;
}): ReactNode {
  return (
    <div className={tableFrame}>
      <table aria-label={label} className="w-full border-collapse">
        <thead className="hidden phone:table-header-group">
          <tr className={headRow}>
            {heads.map((head) => (
              <th key={head} scope="col" className={headCell}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

export function Row({
  id,
  isOpen,
  link,
  note,
  second,
  cells,
}: {
  /** Names the row, for what leads to it. */
  readonly id?: string;
  readonly isOpen: boolean;
  /** A link with the looks of `rowLink`. */
  readonly link: ReactNode;
  /** Stands below it. */
  readonly note: ReactNode;
  /** The cells in words, on a phone. */
  readonly second: ReactNode;
  readonly cells: readonly ReactNode[];
}): ReactNode {
  return (
    <tr data-row={id} aria-current={isOpen ? "true" : undefined} className={rowLooks(isOpen)}>
      <td className="px-3 py-2.5 align-middle">
        {link}
        <div className="text-label break-words text-soft">{note}</div>
        <div className="text-label text-soft phone:hidden">{second}</div>
      </td>
      {cells.map((cell, place) => (
        <td key={place} className="hidden px-3 py-2.5 align-middle phone:table-cell">
          {cell}
        </td>
      ))}
    </tr>
  );
}
