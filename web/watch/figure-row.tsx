import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { dollars } from "../ui/money.ts";
import type { Figures } from "./written-figures.ts";
import type { Statistics } from "./requests.ts";
import type { RequestSearch } from "./addresses.ts";
import { slowerSearch } from "./ranked.tsx";
import { amount } from "./spend-chart.tsx";
import { type ChartDay, totalsOf } from "./usage.ts";
import { useWatchWords } from "./words.ts";

type Report = Parameters<typeof totalsOf>[0];

interface RowProps {
  readonly days: readonly ChartDay[];
  readonly report: Statistics;
  readonly before:
    | { readonly statistics: Statistics; readonly days: readonly ChartDay[] }
    | undefined;
  readonly usage: Report;
  readonly span: RequestSearch;
  readonly figures: Figures;
}

/** The four figures: spend, images, failures and the time to a picture, each beside the period before. */
export function FigureRow({ days, report, before, usage, span, figures }: RowProps): ReactNode {
  const words = useWatchWords().overview;
  const spent = totalsOf(usage, new Set(days.map(({ day }) => day))).usd;
  const spentBefore = totalsOf(usage, new Set(before?.days.map(({ day }) => day))).usd;
  const failed = failedShare(report);
  const failedBefore = before === undefined ? 0 : failedShare(before.statistics);
  const images = report.details?.images ?? 0;
  const half = report.details?.durations_ms?.p50;
  const halfBefore = before?.statistics.details?.durations_ms?.p50;
  const count = days.length;
  return (
    <dl className="grid grid-cols-[repeat(auto-fit,minmax(min(100%,9.5rem),1fr))] gap-x-8 gap-y-6">
      <Figure
        name={words.figures.spend}
        value={dollars(amount(spent), "$0")}
        compared={<Compared now={spent} before={spentBefore} days={count} figures={figures} />}
        search={span}
      />
      <Figure
        name={words.figures.images}
        value={figures.count(images)}
        compared={
          <Compared
            now={images}
            before={before?.statistics.details?.images ?? 0}
            days={count}
            figures={figures}
          />
        }
        search={{ ...span, state: "succeeded" }}
      />
      <Figure
        name={words.figures.failed}
        value={figures.share(failed)}
        compared={
          <Compared
            now={failed}
            before={failedBefore}
            days={count}
            figures={figures}
            worse="more"
          />
        }
        search={{ ...span, state: "failed" }}
      />
      <Figure
        name={words.figures.time}
        value={half === undefined ? "–" : figures.duration(half)}
        compared={
          halfBefore === undefined || half === undefined ? null : (
            <Compared now={half} before={halfBefore} days={count} figures={figures} worse="more" />
          )
        }
        search={slowerSearch(span, half)}
      />
    </dl>
  );
}

function failedShare({ totals }: Statistics): number {
  const all = Object.values(totals).reduce((sum, one) => sum + one, 0);
  return all === 0 ? 0 : (totals.failed + totals.lost) / all;
}

function Figure({
  name,
  value,
  compared,
  search,
}: {
  readonly name: string;
  readonly value: string;
  readonly compared: ReactNode;
  readonly search: RequestSearch;
}): ReactNode {
  return (
    <div className="flex flex-col gap-0.5">
      <dt className="text-label text-soft">{name}</dt>
      <dd className="text-display font-[650] tracking-[-0.02em] proportional-nums">
        <Link to="/requests" search={search} className="text-ink no-underline hover:underline">
          {value}
        </Link>
      </dd>
      <dd className="text-label text-soft">{compared}</dd>
    </div>
  );
}

/** The difference to the period before, in words; only what is clearly worse has a colour. */
function Compared({
  now,
  before,
  days,
  figures,
  worse,
}: {
  readonly now: number;
  readonly before: number;
  readonly days: number;
  readonly figures: Figures;
  readonly worse?: "more";
}): ReactNode {
  const words = useWatchWords().overview;
  if (before === 0) return words.noBefore(days);
  const change = now / before - 1;
  if (Math.abs(change) < 0.005) return words.same(days);
  const percent = figures.share(Math.abs(change));
  const text = change > 0 ? words.more(percent, days) : words.less(percent, days);
  return worse !== undefined && change > 0.1 ? <span className="text-warn">{text}</span> : text;
}
