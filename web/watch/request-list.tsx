import { Link } from "@tanstack/react-router";
import type { MouseEvent, ReactNode } from "react";
import { clearGround, groundOf } from "../ui/ground.ts";
import { Icon } from "../ui/icon.tsx";
import { headCell, headRow, numberHead, rowLooks, tableFrame } from "../ui/table.ts";
import { useFigures } from "./figures.ts";
import type { Figures } from "./written-figures.ts";
import { type RequestEntry, tookMs } from "./requests.ts";
import { StateMark, costText, makerOf, promptOf } from "./request-words.tsx";
import { useIsPhone } from "./use-phone.ts";
import { useWatchWords } from "./words.ts";

interface ListProps {
  readonly entries: readonly RequestEntry[];
  /** The id of the one that stands open beside the list. */
  readonly open: string | undefined;
  readonly timeZone: string | undefined;
  readonly onOpen: (id: string) => void;
}

/** The lines of the log; on a phone each has two rows. A line is a link to its request. */
export function RequestList(props: ListProps): ReactNode {
  return useIsPhone() ? <PhoneList {...props} /> : <RequestTable {...props} />;
}

const cell = "px-3 py-2 align-middle";

function RequestTable({ entries, open, timeZone, onOpen }: ListProps): ReactNode {
  const words = useWatchWords().requests;
  const figures = useFigures(timeZone);
  const { columns } = words;
  return (
    <div className={tableFrame} tabIndex={0} role="region" aria-label={words.table}>
      <table className="w-full min-w-3xl border-collapse">
        <thead>
          <tr className={headRow}>
            <th scope="col" className={`${headCell} w-16`}>
              <span className="sr-only">{columns.picture}</span>
            </th>
            {[columns.when, columns.model, columns.key, columns.state].map((head) => (
              <th key={head} scope="col" className={headCell}>
                {head}
              </th>
            ))}
            {[columns.attempts, columns.cost, columns.time].map((head) => (
              <th key={head} scope="col" className={numberHead}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <TableLine
              key={entry.id}
              entry={entry}
              isOpen={entry.id === open}
              figures={figures}
              onOpen={onOpen}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Opens a request over the list, which keeps its place; another tab is opened as ever. */
function openHere(event: MouseEvent, id: string, onOpen: ListProps["onOpen"]): void {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  onOpen(id);
}

function TableLine({
  entry,
  isOpen,
  figures,
  onOpen,
}: {
  readonly entry: RequestEntry;
  readonly isOpen: boolean;
  readonly figures: Figures;
  readonly onOpen: (id: string) => void;
}): ReactNode {
  const all = useWatchWords();
  const took = tookMs(entry);
  const { model, served_model: served } = entry;
  return (
    <tr data-request={entry.id} className={rowLooks(isOpen)}>
      <td className="px-3 py-1.5">
        <Thumbnail entry={entry} />
      </td>
      <td className={`${cell} whitespace-nowrap`}>
        <Link
          to="/requests/$id"
          params={{ id: entry.id }}
          // What is open already becomes a page.
          onClick={(event) => {
            if (!isOpen) openHere(event, entry.id, onOpen);
          }}
          aria-current={isOpen ? "true" : undefined}
          className="text-ink no-underline after:absolute after:inset-0"
        >
          <time dateTime={entry.created_at}>{figures.moment(entry.created_at)}</time>
        </Link>
      </td>
      <td className={cell}>
        {model}
        {served === null || served === model ? null : (
          <span className="text-soft"> → {served}</span>
        )}
      </td>
      <td className={`${cell} text-soft`}>{makerOf(entry, all.requests.unknownKey)}</td>
      <td className={cell}>
        <StateMark entry={entry} />
      </td>
      <td className={`${cell} text-right text-soft`}>{entry.attempts.length}</td>
      <td className={`${cell} text-right`}>{costText(entry, all, true)}</td>
      <td className={`${cell} text-right whitespace-nowrap text-soft`}>
        {took === undefined ? "–" : figures.columnDuration(took)}
      </td>
    </tr>
  );
}

/** The sign in the place of a picture that there is not: failed, or gone; what still runs has none. */
function NoPicture({ state }: Pick<RequestEntry, "state">): ReactNode {
  if (state === "running") return null;
  const hasFailed = state === "failed" || state === "lost";
  return (
    <span className={hasFailed ? "text-bad" : "text-soft"}>
      <Icon name={hasFailed ? "alert" : "gallery"} size={16} />
    </span>
  );
}

/** The first picture at 40 pixels; where there is none to show its proportions, and of what failed the sign of its state. */
export function Thumbnail({
  entry,
  size = 40,
}: {
  readonly entry: RequestEntry;
  readonly size?: number;
}): ReactNode {
  const [first] = entry.pictures;
  if (first?.path !== null && first?.path !== undefined)
    return (
      <img
        src={`${first.path}&w=80`}
        alt={promptOf(entry) ?? ""}
        width={size}
        height={size}
        loading="lazy"
        decoding="async"
        onLoad={clearGround}
        className="rounded-picture bg-sunk object-cover"
        style={{ width: size, height: size, ...groundOf(first.colour) }}
      />
    );
  return (
    <span
      aria-hidden
      className="grid place-items-center rounded-picture bg-sunk"
      style={{ width: size, height: size }}
    >
      {first === undefined ? (
        <NoPicture state={entry.state} />
      ) : (
        <span
          className="rounded-[2px] border border-edge forced-color-adjust-none"
          style={{
            width: (size / 2) * Math.min(1, first.width / first.height),
            height: (size / 2) * Math.min(1, first.height / first.width),
            ...groundOf(first.colour),
          }}
        />
      )}
    </span>
  );
}

function PhoneList({ entries, timeZone, onOpen }: ListProps): ReactNode {
  const all = useWatchWords();
  const figures = useFigures(timeZone);
  return (
    <ul aria-label={all.requests.table} className="flex flex-col">
      {entries.map((entry) => {
        const took = tookMs(entry);
        return (
          <li key={entry.id} data-request={entry.id}>
            <Link
              to="/requests/$id"
              params={{ id: entry.id }}
              onClick={(event) => openHere(event, entry.id, onOpen)}
              className="flex min-h-14 items-center gap-3 border-b border-line py-2 text-ink no-underline"
            >
              <Thumbnail entry={entry} size={48} />
              <span className="flex min-w-0 flex-1 flex-col">
                <span className="flex justify-between gap-3">
                  <span className="min-w-0 break-words">{entry.served_model ?? entry.model}</span>
                  <span className="shrink-0">{costText(entry, all)}</span>
                </span>
                <span className="flex flex-wrap justify-between gap-x-3 text-label text-soft">
                  <span className="flex min-w-0 gap-2">
                    <StateMark entry={entry} />
                    <span className="truncate">{makerOf(entry, all.requests.unknownKey)}</span>
                  </span>
                  <span className="shrink-0">
                    {figures.moment(entry.created_at)}
                    {took === undefined ? null : ` · ${figures.duration(took)}`}
                  </span>
                </span>
              </span>
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
