import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { numberLink } from "../ui/number-link.ts";
import { useCause } from "./causes.ts";
import { useFigures } from "./figures.ts";
import type { NamedCount, Statistics } from "./requests.ts";
import type { RequestSearch } from "./addresses.ts";
import { useWatchWords } from "./words.ts";

/** Names by how many requests have them, as bars that lead to these requests. */
export function NameList({
  title,
  list,
  searchOf,
  nameIn = (name) => name,
  empty,
  tone = "edge",
  isAttempts = false,
  nameless,
}: {
  readonly title: string;
  readonly list: readonly NamedCount[];
  readonly searchOf: (name: string | null) => RequestSearch;
  readonly nameIn?: (name: string) => ReactNode;
  readonly empty?: string;
  readonly tone?: "edge" | "bad";
  /** Counted by attempts. */
  readonly isAttempts?: boolean;
  readonly nameless?: string;
}): ReactNode {
  const words = useWatchWords().overview;
  const figures = useFigures();
  const most = Math.max(1, ...list.map(({ requests }) => requests));
  return (
    <section className="flex flex-col gap-3">
      <h2 className="font-[650]">{title}</h2>
      {list.length === 0 ? <p className="text-soft">{empty ?? words.none}</p> : null}
      <ul className="flex flex-col gap-2.5">
        {list.slice(0, 6).map(({ name, title: shown, requests, failed }) => (
          <li key={name ?? ""} className="flex flex-col gap-1">
            <div className="flex flex-wrap justify-between gap-x-4">
              <Link
                to="/requests"
                search={searchOf(name)}
                className="min-w-0 break-words text-ink no-underline hover:underline"
              >
                {shown ?? (name === null ? (nameless ?? words.noName) : nameIn(name))}
              </Link>
              <span className="text-soft">
                <Link to="/requests" search={searchOf(name)} className={numberLink}>
                  {isAttempts
                    ? words.attempts(requests, figures.count(requests))
                    : words.requests(requests, figures.count(requests))}
                </Link>
                {tone === "bad" || failed === 0 ? null : (
                  <>
                    {" · "}
                    <Link
                      to="/requests"
                      search={isAttempts ? searchOf(name) : { ...searchOf(name), state: "failed" }}
                      className={numberLink}
                    >
                      {words.failedOf(figures.share(failed / requests))}
                    </Link>
                  </>
                )}
              </span>
            </div>
            <div aria-hidden className="h-1 overflow-hidden rounded-[2px] bg-sunk">
              <div
                className={`h-full rounded-[2px] forced-color-adjust-none ${tone === "bad" ? "bg-bad" : "bg-edge"}`}
                style={{ width: `${(requests / most) * 100}%` }}
              />
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** An error's cause in words, with its code small beside them. */
export function Cause({ code }: { readonly code: string }): ReactNode {
  const said = useCause()(code);
  if (said === code) return code;
  return (
    <>
      {said}
      <span className="pl-1.5 font-mono text-label text-soft">{code}</span>
    </>
  );
}

/** The filter of what was made in this time or a longer one. */
export function slowerSearch(span: RequestSearch, ms: number | undefined): RequestSearch {
  // Zero is what all of them took.
  return { ...span, state: "succeeded", ...(ms === undefined || ms === 0 ? {} : { min_ms: ms }) };
}

type Durations = NonNullable<Statistics["details"]>["durations_ms"];

/** The times within which pictures were made, on one scale. */
export function Percentiles({
  durations,
  span,
}: {
  readonly durations: Durations;
  /** The requests of this time; a figure leads to those of them that took as long or longer. */
  readonly span: RequestSearch;
}): ReactNode {
  const words = useWatchWords().overview;
  const figures = useFigures();
  return (
    <section className="flex flex-col gap-3">
      <h2 className="font-[650]">{words.latency}</h2>
      {durations === null ? <p className="text-soft">{words.none}</p> : null}
      {durations === null ? null : (
        <ul className="flex flex-col gap-2.5">
          {(["p50", "p95", "p99"] as const).map((share) => (
            <li key={share} className="flex flex-col gap-1">
              <div className="flex justify-between gap-4">
                <span>{words.shares[share]}</span>
                <Link
                  to="/requests"
                  search={slowerSearch(span, durations[share])}
                  className={`${numberLink} text-soft`}
                >
                  {figures.columnDuration(durations[share])}
                </Link>
              </div>
              <div aria-hidden className="h-1 overflow-hidden rounded-[2px] bg-sunk">
                <div
                  className="h-full rounded-[2px] bg-edge forced-color-adjust-none"
                  style={{ width: `${(durations[share] / Math.max(1, durations.p99)) * 100}%` }}
                />
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
