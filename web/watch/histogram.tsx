import { Link } from "@tanstack/react-router";
import { useRef, useState } from "react";
import type { PointerEvent, ReactNode } from "react";
import { useFigures } from "./figures.ts";
import type { Figures } from "./written-figures.ts";
import type { LogSearch } from "./addresses.ts";
import type { StateCounts, Statistics } from "./requests.ts";
import type { WatchWords } from "../language/watch-en.ts";
import { useWatchWords } from "./words.ts";

type Piece = Statistics["pieces"][number];

const height = 72;
/** Units of the drawing for one piece; it is stretched to the width that there is. */
const pieceWidth = 10;

const sumOf = (states: StateCounts): number =>
  states.running + states.succeeded + states.partial + states.failed + states.lost;
const failedOf = ({ failed, lost }: StateCounts): number => failed + lost;

/** Requests over time: a bar is a link to its time, dragging over several chooses them all. */
export function Histogram({
  statistics,
  search,
  onChoose,
}: {
  readonly statistics: Statistics;
  readonly search: LogSearch;
  readonly onChoose: (from: string, to: string) => void;
}): ReactNode {
  const words = useWatchWords().requests;
  const figures = useFigures(statistics.time_zone);
  const { pieces } = statistics;
  const drag = useDrag(pieces, onChoose);
  const most = Math.max(1, ...pieces.map(({ states }) => sumOf(states)));
  const first = pieces[0];
  const middle = pieces[Math.floor(pieces.length / 2)];
  const last = pieces.at(-1);
  return (
    <figure className="flex flex-col gap-1">
      <div aria-hidden className="flex items-center gap-2 text-label text-soft">
        {figures.count(most)}
        <span className="flex-1 border-t border-line" />
      </div>
      <svg
        viewBox={`0 0 ${pieces.length * pieceWidth} ${height}`}
        preserveAspectRatio="none"
        role="group"
        aria-label={words.histogram(statistics.time_zone)}
        className="-mt-3.5 h-[72px] w-full touch-pan-y select-none"
        {...drag.handlers}
      >
        {pieces.map((piece, at) => (
          <PieceBar
            key={piece.start}
            piece={piece}
            at={at}
            most={most}
            search={search}
            isChosen={drag.isChosen(at)}
            title={pieceTitle(piece, figures, words)}
          />
        ))}
      </svg>
      <div
        aria-hidden
        className="flex justify-between border-t border-edge pt-1 text-label text-soft"
      >
        {[first, middle, last].map((piece, at) =>
          piece === undefined ? null : <span key={at}>{axisText(piece, statistics, figures)}</span>,
        )}
      </div>
    </figure>
  );
}

function pieceTitle(piece: Piece, figures: Figures, words: WatchWords["requests"]): string {
  const all = sumOf(piece.states);
  const failed = failedOf(piece.states);
  return words.pieceTitle(
    figures.moment(piece.start),
    words.count(all, figures.count(all)),
    failed === 0 ? "" : figures.count(failed),
  );
}

function axisText(piece: Piece, { step }: Statistics, figures: Figures): string {
  return step === "day" ? figures.day(piece.start) : figures.moment(piece.start);
}

function PieceBar({
  piece,
  at,
  most,
  search,
  isChosen,
  title,
}: {
  readonly piece: Piece;
  readonly at: number;
  readonly most: number;
  readonly search: LogSearch;
  readonly isChosen: boolean;
  readonly title: string;
}): ReactNode {
  const scale = height / most;
  const all = sumOf(piece.states);
  const failed = failedOf(piece.states);
  // What there is can be seen, however little it is beside the rest.
  const tall = all === 0 ? 0 : Math.max(2, all * scale);
  const bad = failed === 0 ? 0 : Math.max(2, failed * scale);
  const x = at * pieceWidth;
  const { open: _, range: __, ...rest } = search;
  return (
    <Link
      to="/requests"
      search={{ ...rest, from: piece.start, to: piece.end }}
      aria-label={title}
      // A table has the same links for the keyboard.
      tabIndex={-1}
      draggable={false}
      className="group outline-none"
    >
      <title>{title}</title>
      <rect
        x={x}
        y={0}
        width={pieceWidth}
        height={height}
        className={isChosen ? "fill-accent/15" : "fill-transparent group-hover:fill-sunk"}
      />
      <rect
        x={x + 1}
        y={height - tall}
        width={pieceWidth - 2}
        height={tall}
        className="fill-edge group-hover:fill-ink"
      />
      <rect x={x + 1} y={height - bad} width={pieceWidth - 2} height={bad} className="fill-bad" />
    </Link>
  );
}

/** Choosing several pieces at once with a pointer. */
function useDrag(pieces: readonly Piece[], onChoose: (from: string, to: string) => void) {
  const begun = useRef<number>(undefined);
  const hasDragged = useRef(false);
  const [span, setSpan] = useState<readonly [number, number]>();
  const placeOf = ({ clientX, currentTarget }: PointerEvent<SVGSVGElement>): number => {
    const { left, width } = currentTarget.getBoundingClientRect();
    const place = Math.floor(((clientX - left) / width) * pieces.length);
    return Math.max(0, Math.min(pieces.length - 1, place));
  };
  return {
    isChosen: (at: number): boolean => span !== undefined && at >= span[0] && at <= span[1],
    handlers: {
      onPointerDown(event: PointerEvent<SVGSVGElement>) {
        begun.current = placeOf(event);
        hasDragged.current = false;
      },
      onPointerMove(event: PointerEvent<SVGSVGElement>) {
        const from = begun.current;
        if (from === undefined) return;
        const to = placeOf(event);
        if (to === from && span === undefined) return;
        hasDragged.current = true;
        setSpan([Math.min(from, to), Math.max(from, to)]);
      },
      onPointerUp() {
        begun.current = undefined;
        if (span === undefined) return;
        const [first, last] = [pieces[span[0]], pieces[span[1]]];
        if (first !== undefined && last !== undefined) onChoose(first.start, last.end);
        setSpan(undefined);
      },
      onPointerLeave() {
        begun.current = undefined;
        setSpan(undefined);
      },
      // What was dragged over is no link that was pressed.
      onClickCapture(event: { preventDefault(): void; stopPropagation(): void }) {
        if (!hasDragged.current) return;
        event.preventDefault();
        event.stopPropagation();
      },
    },
  };
}

/** The same numbers as a table whose lines are links. */
export function HistogramTable({
  statistics,
  search,
}: {
  readonly statistics: Statistics;
  readonly search: LogSearch;
}): ReactNode {
  const words = useWatchWords().requests;
  const figures = useFigures(statistics.time_zone);
  const { open: _, range: __, ...rest } = search;
  return (
    <details className="text-label">
      <summary className="w-fit text-soft">{words.asTable}</summary>
      <div
        className="max-h-64 overflow-y-auto"
        tabIndex={0}
        role="region"
        aria-label={words.asTable}
      >
        <table className="mt-2 border-collapse">
          <thead>
            <tr className="text-soft">
              {[words.start, words.made, words.failed].map((head) => (
                <th key={head} scope="col" className="pr-6 text-left font-normal">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {statistics.pieces
              .filter(({ states }) => sumOf(states) > 0)
              .map(({ start, end, states }) => (
                <tr key={start}>
                  <td className="pr-6">
                    <Link
                      to="/requests"
                      search={{ ...rest, from: start, to: end }}
                      className="text-ink underline"
                    >
                      {figures.exact(start)}
                    </Link>
                  </td>
                  <td className="pr-6 text-right">
                    {figures.count(states.succeeded + states.partial)}
                  </td>
                  <td className="pr-6 text-right">{figures.count(failedOf(states))}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
