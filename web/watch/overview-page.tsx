import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";
import { Aperture } from "../ui/aperture.tsx";
import { Button } from "../ui/button.tsx";
import { Choice } from "../ui/choice.tsx";
import { dollars } from "../ui/money.ts";
import { numberLink } from "../ui/number-link.ts";
import { Page } from "../ui/page.tsx";
import { Problem } from "../ui/problem.tsx";
import { ChannelsToday } from "./channels-today.tsx";
import { useFigures } from "./figures.ts";
import { FigureRow } from "./figure-row.tsx";
import {
  type OverviewSearch,
  type RequestSearch,
  type SpendGroup,
  overviewRanges,
  spendGroups,
} from "./addresses.ts";
import { Cause, NameList, Percentiles } from "./ranked.tsx";
import { type Statistics, statisticsQuery } from "./requests.ts";
import { SpendChart, amount } from "./spend-chart.tsx";
import { SpendTable } from "./spend-table.tsx";
import { type ChartDay, seriesOf, totalsOf, usageQuery } from "./usage.ts";
import { NothingMade } from "./nothing-made.tsx";
import { useWatchWords } from "./words.ts";

const overviewDays: Readonly<Record<(typeof overviewRanges)[number], number>> = {
  "7d": 7,
  "30d": 30,
  "90d": 90,
};
const dayMs = 86_400_000;
const minuteMs = 60_000;

/** The page of what was made, what it cost and what failed, in some days and those before. */
export function OverviewPage(): ReactNode {
  const all = useWatchWords();
  const words = all.overview;
  const { loading } = useWords();
  const search: OverviewSearch = useSearch({ from: "/inside/overview" });
  const navigate = useNavigate();
  const { days, span, report, before, usage, problem } = useOverview(search);
  const figures = useFigures(span?.time_zone);
  const change = (next: OverviewSearch): void =>
    void navigate({ to: "/overview", search: { ...search, ...next }, resetScroll: false });
  const isReady = days !== undefined && report !== undefined && usage !== undefined;
  const today = days?.at(-1);
  const now =
    usage === undefined || today === undefined ? undefined : totalsOf(usage, new Set([today.day]));
  return (
    <Page
      title={words.title}
      state={
        now === undefined ? undefined : (
          <>
            <Link
              to="/requests"
              search={{ from: today?.start, to: today?.end }}
              className={numberLink}
            >
              {words.state(all.request.images(now.images), dollars(amount(now.usd), "$0"))}
            </Link>
            <ChannelsToday />
          </>
        )
      }
      action={
        <Choice
          isBar
          label={words.range}
          value={search.range ?? "30d"}
          options={overviewRanges.map((value) => ({ value, text: words.ranges[value] }))}
          onChange={(range) => change({ range: range as OverviewSearch["range"] })}
        />
      }
    >
      {problem === null ? null : <Problem error={problem} />}
      {isReady ? null : problem === null ? <Aperture size={40} busy label={loading} /> : null}
      {isReady ? (
        <Numbers
          days={days}
          report={report}
          before={before}
          usage={usage}
          by={search.by ?? "model"}
          isTable={search.as === "table"}
          onChange={change}
          figures={figures}
        />
      ) : null}
    </Page>
  );
}

/** The answers that the page is made of. Days are those of the operator's calendar. */
function useOverview(search: OverviewSearch) {
  const count = overviewDays[search.range ?? "30d"];
  const [now] = useState(() => Math.floor(Date.now() / minuteMs) * minuteMs);
  // Both periods, day by day: where each of them begins is known from its days.
  const both = useQuery(
    statisticsQuery(
      // A day more, since one on which clocks are put back is longer than others.
      {
        from: new Date(now - (2 * count + 1) * dayMs).toISOString(),
        to: new Date(now).toISOString(),
      },
      "times",
    ),
  );
  const dates = both.data === undefined ? undefined : daysOf(both.data);
  const days = dates?.slice(-count);
  const earlier = dates?.slice(0, -count).slice(-count);
  const from = days?.[0]?.start;
  const report = useQuery({
    ...statisticsQuery({ from, to: new Date(now).toISOString() }, "all"),
    enabled: from !== undefined,
  });
  const before = useQuery({
    ...statisticsQuery({ from: earlier?.[0]?.start, to: from }, "all"),
    enabled: from !== undefined && earlier !== undefined && earlier.length > 0,
  });
  const usage = useQuery(usageQuery(search.by ?? "model", 2 * count));
  return {
    days,
    earlier,
    span: both.data,
    report: report.data,
    before:
      before.data === undefined ? undefined : { statistics: before.data, days: earlier ?? [] },
    usage: usage.data,
    problem: both.error ?? report.error ?? usage.error,
  };
}

/** The days of an answer. Spans of a few days come in shorter pieces, of which the first of each day begins it. */
function daysOf({ pieces, time_zone: timeZone }: Statistics): ChartDay[] {
  // The form of Sweden is that of ISO.
  const dayText = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short" });
  const days = new Map<string, ChartDay>();
  for (const { start, end } of pieces) {
    const day = dayText.format(new Date(start));
    days.set(day, { day, start: days.get(day)?.start ?? start, end });
  }
  return [...days.values()];
}

type Overview = ReturnType<typeof useOverview>;

function Numbers({
  days,
  report,
  before,
  usage,
  by,
  isTable,
  onChange,
  figures,
}: {
  readonly days: readonly ChartDay[];
  readonly report: Statistics;
  readonly before: Overview["before"];
  readonly usage: NonNullable<Overview["usage"]>;
  readonly by: SpendGroup;
  readonly isTable: boolean;
  readonly onChange: (next: OverviewSearch) => void;
  readonly figures: ReturnType<typeof useFigures>;
}): ReactNode {
  const all = useWatchWords();
  const words = all.overview;
  const span: RequestSearch = { from: report.start, to: days.at(-1)?.end };
  const count = Object.values(report.totals).reduce((sum, one) => sum + one, 0);
  if (count === 0 && totalsOf(usage, new Set(days.map(({ day }) => day))).images === 0)
    return <NothingMade />;
  const chart = { series: seriesOf(usage, by, days, words), days, by, timeZone: report.time_zone };
  return (
    <>
      <FigureRow
        days={days}
        report={report}
        before={before}
        usage={usage}
        span={span}
        figures={figures}
      />
      <section className="flex flex-col gap-4 border-t border-line pt-6">
        <div className="flex flex-wrap items-center justify-between gap-3">
          <Choice
            isBar
            label={words.by}
            value={by}
            options={spendGroups.map((value) => ({ value, text: words.bys[value] }))}
            onChange={(value) => onChange({ by: value as SpendGroup })}
          />
          <Button onPress={() => onChange({ as: isTable ? undefined : "table" })}>
            {isTable ? words.asChart : words.asTable}
          </Button>
        </div>
        {isTable ? <SpendTable {...chart} /> : <SpendChart {...chart} />}
      </section>
      <Rankings report={report} span={span} />
    </>
  );
}

/** Errors, durations and the most frequent names, each a way to its requests. */
function Rankings({
  report,
  span,
}: {
  readonly report: Statistics;
  readonly span: RequestSearch;
}): ReactNode {
  const { overview: words } = useWatchWords();
  const { details } = report;
  if (details === null) return null;
  return (
    <div className="grid grid-cols-[repeat(auto-fit,minmax(min(100%,26rem),1fr))] gap-x-12 gap-y-8 border-t border-line pt-6">
      <NameList
        title={words.errors}
        list={details.errors}
        nameIn={(code) => <Cause code={code} />}
        empty={words.noErrors}
        tone="bad"
        searchOf={(name) => ({ ...span, ...(name === null ? { state: "lost" } : { error: name }) })}
        nameless={words.lost}
      />
      <Percentiles durations={details.durations_ms} span={span} />
      <NameList
        title={words.keys}
        list={details.keys}
        searchOf={(name) => ({ ...span, key: name ?? undefined })}
      />
      {details.channels.length === 0 ? (
        <NameList
          title={words.models}
          list={details.models}
          searchOf={(name) => ({ ...span, model: name ?? undefined })}
        />
      ) : (
        <NameList
          title={words.channels}
          list={details.channels}
          isAttempts
          searchOf={(name) => ({ ...span, channel: name ?? undefined })}
        />
      )}
    </div>
  );
}
