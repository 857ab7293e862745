import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";
import { Aperture } from "../ui/aperture.tsx";
import { Button, buttonLooks } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { EmptyState, Page } from "../ui/page.tsx";
import { Problem } from "../ui/problem.tsx";
import { MoreButton } from "../ui/more-button.tsx";
import { useFigures } from "./figures.ts";
import { Filters } from "./filters.tsx";
import { freshAfter } from "./fresh.ts";
import { Histogram, HistogramTable } from "./histogram.tsx";
import { rangeOf, useFilter } from "./log-search.ts";
import type { LogSearch, RequestSearch } from "./addresses.ts";
import { RequestList } from "./request-list.tsx";
import { RequestPanel } from "./request-panel.tsx";
import {
  type RequestEntry,
  newRequestsQuery,
  queryOf,
  requestsQuery,
  statisticsQuery,
} from "./requests.ts";
import { useListKeys } from "./list-keys.ts";
import { NothingMade } from "./nothing-made.tsx";
import { useWatchWords } from "./words.ts";

/** The log: what was asked, by whom, and what came of it. */
export function RequestsPage(): ReactNode {
  const words = useWatchWords().requests;
  const search: LogSearch = useSearch({ from: "/inside/requests" });
  const filter = useFilter(search);
  const log = useLog(search, filter);
  const { statistics, entries, list, change } = log;
  const figures = useFigures(statistics?.time_zone);
  const open = useListKeys(entries, log.openOne);
  const totals = statistics?.totals;
  const all = totals === undefined ? 0 : Object.values(totals).reduce((sum, one) => sum + one, 0);
  const failed = totals === undefined ? 0 : totals.failed + totals.lost;
  const state =
    totals === undefined
      ? undefined
      : words.state(
          words.count(all, figures.count(all)),
          words.inRange[rangeOf(search)],
          figures.count(failed),
        );
  return (
    <Page
      title={words.title}
      state={state}
      action={
        <a
          href={`/admin/v1/requests?${queryOf({ ...filter, format: "csv" })}`}
          download
          className={buttonLooks()}
        >
          <Icon name="download" size={16} />
          {words.csv}
        </a>
      }
    >
      <Filters search={search} statistics={statistics} onChange={change} />
      {statistics === undefined || all === 0 ? null : (
        <div className="flex flex-col gap-1">
          <Histogram
            statistics={statistics}
            search={search}
            onChoose={(from, to) => change({ from, to, range: undefined })}
          />
          <HistogramTable statistics={statistics} search={search} />
        </div>
      )}
      {list.error === null ? null : (
        <Problem error={list.error} onRetry={() => void list.refetch()} />
      )}
      <Body log={log} search={search} timeZone={statistics?.time_zone} />
      {search.open === undefined ? null : (
        <RequestPanel
          id={search.open}
          timeZone={statistics?.time_zone}
          onClose={() => log.openOne(undefined)}
          onStep={open.step}
        />
      )}
    </Page>
  );
}

/** The data of the page, and the ways to change it. */
function useLog(search: LogSearch, filter: RequestSearch) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const list = useInfiniteQuery(requestsQuery(filter));
  const statistics = useQuery(statisticsQuery(filter, "all")).data;
  const entries: readonly RequestEntry[] = list.data?.pages.flat() ?? [];
  const isLive = filter.to === undefined && list.data !== undefined;
  const fresh = useQuery({
    ...newRequestsQuery(filter, freshAfter(entries, filter, list.dataUpdatedAt)),
    enabled: isLive,
  });
  const known = new Set(entries.map(({ id }) => id));
  useRunning(entries, () => void list.refetch());
  return {
    list,
    statistics,
    entries,
    fresh: fresh.data?.filter((id) => !known.has(id)).length ?? 0,
    change(next: Partial<LogSearch>): void {
      void navigate({ to: "/requests", search: { ...search, open: undefined, ...next } });
    },
    openOne(id: string | undefined): void {
      void navigate({
        to: "/requests",
        search: { ...search, open: id },
        replace: search.open !== undefined,
        resetScroll: false,
      });
    },
    async showFresh(): Promise<void> {
      await queries.invalidateQueries({ queryKey: ["statistics"] });
      await list.refetch();
    },
  };
}

type Log = ReturnType<typeof useLog>;

/** Looks again while one that is shown runs. */
function useRunning(entries: readonly RequestEntry[], again: () => void): void {
  const runs = entries.some(({ state }) => state === "running");
  useEffect(() => {
    if (!runs) return undefined;
    const timer = setInterval(again, 3000);
    return () => clearInterval(timer);
  });
}

function Body({
  log,
  search,
  timeZone,
}: {
  readonly log: Log;
  readonly search: LogSearch;
  readonly timeZone: string | undefined;
}): ReactNode {
  const words = useWatchWords().requests;
  const { loading } = useWords();
  const { list, entries, fresh, showFresh, change, openOne } = log;
  const [isPending, setPending] = useState(false);
  if (list.isPending) return <Aperture size={40} busy label={loading} />;
  return (
    <div className="flex flex-col gap-3">
      {/* Always there, so that what comes is told. */}
      <div role="status" className="flex justify-center empty:hidden">
        {fresh === 0 ? null : (
          <Button
            isPending={isPending}
            onPress={() => {
              setPending(true);
              void showFresh().finally(() => setPending(false));
            }}
          >
            {words.fresh(fresh)} <span aria-hidden>↑</span>
          </Button>
        )}
      </div>
      {entries.length === 0 && list.error === null ? (
        <Nothing search={search} onChange={change} />
      ) : (
        <RequestList entries={entries} open={search.open} timeZone={timeZone} onOpen={openOne} />
      )}
      <MoreButton list={list}>{words.more}</MoreButton>
    </div>
  );
}

/** A log without lines: why that is, and what to do. */
function Nothing({
  search,
  onChange,
}: {
  readonly search: LogSearch;
  readonly onChange: (next: Partial<LogSearch>) => void;
}): ReactNode {
  const words = useWatchWords().requests;
  const figures = useFigures();
  const { range, open: _, ...filter } = search;
  const names = Object.keys(filter).filter((name) => name !== "from" && name !== "to");
  const all = useQuery(statisticsQuery({}, "times")).data;
  const count =
    all === undefined ? 0 : Object.values(all.totals).reduce((sum, one) => sum + one, 0);
  const isFiltered = Object.keys(filter).length > 0 || range !== undefined;
  if (!isFiltered) return <NothingMade />;
  const [only] = names;
  const what =
    names.length === 1 && only !== undefined
      ? words.filters[only as keyof typeof words.filters]
      : words.filtersWord;
  return (
    <EmptyState
      sentence={
        count === 0
          ? words.noMatch
          : words.noMatchBut(words.count(count, figures.count(count)), what)
      }
      action={
        <Button
          onPress={() =>
            onChange({
              ...Object.fromEntries(Object.keys(filter).map((name) => [name, undefined])),
              range: undefined,
            })
          }
        >
          {words.clearAll}
        </Button>
      }
    />
  );
}
