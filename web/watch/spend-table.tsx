import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useFigures } from "./figures.ts";
import type { ChartProps } from "./spend-chart.tsx";
import { useWatchWords } from "./words.ts";

/** An amount of a column: points stand below each other. */
function columnDollars(usd: number): string {
  return `$${usd.toFixed(3)}`;
}

/** The chart's numbers as a table, whose cells lead to the same requests. */
export function SpendTable({ series, days, by, timeZone }: ChartProps): ReactNode {
  const words = useWatchWords().overview;
  const figures = useFigures(timeZone);
  const head = "px-3 py-1.5 font-normal text-soft";
  return (
    <div
      className="max-h-96 overflow-auto"
      tabIndex={0}
      role="region"
      aria-label={words.spend(words.bys[by])}
    >
      <table className="w-full border-collapse text-label">
        <thead>
          <tr className="border-b border-line">
            <th scope="col" className={`${head} text-left`}>
              {words.day}
            </th>
            {series.map(({ id, title }) => (
              <th key={id ?? ""} scope="col" className={`${head} text-right`}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {days.map(({ day, start, end }, place) => (
            <tr key={day} className="border-b border-line">
              <th scope="row" className="px-3 py-1.5 text-left font-normal">
                {figures.day(start)}
              </th>
              {series.map(({ id, usd }) => (
                <td key={id ?? ""} className="px-3 py-1.5 text-right">
                  {(usd[place] ?? 0) === 0 ? (
                    <span className="text-soft">–</span>
                  ) : (
                    <Link
                      to="/requests"
                      search={{ ...(id === undefined ? {} : { [by]: id }), from: start, to: end }}
                      className="text-ink"
                    >
                      {columnDollars(usd[place] ?? 0)}
                    </Link>
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" className="px-3 py-1.5 text-left font-medium">
              {words.total}
            </th>
            {series.map(({ id, total }) => (
              <td key={id ?? ""} className="px-3 py-1.5 text-right font-medium">
                {columnDollars(total)}
              </td>
            ))}
          </tr>
        </tfoot>
      </table>
    </div>
  );
}
