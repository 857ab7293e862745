import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { ReactNode } from "react";
import { dollars } from "../ui/money.ts";
import { numberLink } from "../ui/number-link.ts";
import { useWidth } from "../ui/use-width.ts";
import { useFigures } from "./figures.ts";
import type { Figures } from "./written-figures.ts";
import type { ChartDay, Series } from "./usage.ts";
import type { SpendGroup } from "./addresses.ts";
import { useWatchWords } from "./words.ts";

const fills = ["fill-accent", "fill-info", "fill-good", "fill-violet", "fill-warn", "fill-edge"];
const dots = ["bg-accent", "bg-info", "bg-good", "bg-violet", "bg-warn", "bg-edge"];
/** The colour of what is not named. */
const othersAt = fills.length - 1;

const height = 256;
/** The width until it is measured. */
const firstWidth = 960;
/** Room for the words of the axes. */
const left = 44;
/** The least room of a day's name. */
const dayRoom = 88;
const bottom = 24;
const top = 8;

/** The numbers of the chart, and of its table. */
export interface ChartProps {
  readonly series: readonly Series[];
  readonly days: readonly ChartDay[];
  readonly by: SpendGroup;
  readonly timeZone: string;
}

/** Spending by day, stacked by name. Each piece leads to the requests that it is made of. */
export function SpendChart(props: ChartProps): ReactNode {
  const words = useWatchWords().overview;
  const { series, by, timeZone } = props;
  const [at, setAt] = useState<number>();
  if (series.length === 0) return <p className="text-soft">{words.noSpend}</p>;
  return (
    <figure className="flex flex-col gap-3">
      <Legend {...props} at={at} />
      <Drawing {...props} at={at} onDay={setAt} />
      <figcaption className="text-right text-label text-soft">
        <span className="sr-only">{words.spend(words.bys[by])}. </span>
        {words.axis(timeZone)}
      </figcaption>
    </figure>
  );
}

function colourAt(series: readonly Series[], at: number): number {
  return series[at]?.id === undefined ? othersAt : at;
}

/** The names with their colours, and what they cost in all these days or in the one that is pointed at. */
function Legend({
  series,
  days,
  by,
  at,
  timeZone,
}: ChartProps & { readonly at: number | undefined }): ReactNode {
  const figures = useFigures(timeZone);
  const words = useWatchWords().overview;
  const whole = { from: days[0]?.start, to: days.at(-1)?.end };
  const pointed = at === undefined ? whole : { from: days[at]?.start, to: days[at]?.end };
  return (
    <ul className="flex flex-wrap gap-x-5 gap-y-1 text-label">
      {series.map(({ id, title, usd, total }, place) => (
        <li key={id ?? ""} className="flex items-center gap-1.5">
          <span
            aria-hidden
            className={`size-2.5 rounded-[2px] forced-color-adjust-none ${dots[colourAt(series, place)]}`}
          />
          {id === undefined ? (
            title
          ) : (
            <Link
              to="/requests"
              search={{ [by]: id, ...whole }}
              className="text-ink underline decoration-line underline-offset-3 hover:decoration-ink"
            >
              {title}
            </Link>
          )}
          <Link
            to="/requests"
            search={id === undefined ? pointed : { [by]: id, ...pointed }}
            className={`${numberLink} text-soft`}
          >
            {dollars(amount(at === undefined ? total : (usd[at] ?? 0)), "$0")}
          </Link>
        </li>
      ))}
      <li className="ml-auto text-soft">
        {at === undefined ? words.total : figures.day(days[at]?.start ?? "")}{" "}
        <Link to="/requests" search={pointed} className={`${numberLink} text-ink`}>
          {dollars(
            amount(
              series.reduce(
                (all, one) => all + (at === undefined ? one.total : (one.usd[at] ?? 0)),
                0,
              ),
            ),
            "$0",
          )}
        </Link>
      </li>
    </ul>
  );
}

/** A number as decimal text, never in exponents. */
export function amount(usd: number): string {
  return usd.toFixed(usd < 0.01 ? 6 : 4);
}

/** Round amounts, five steps at most, up to the first that is not below the most. */
function ticksTo(most: number): readonly number[] {
  const raw = most / 5;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((one) => one * power).find((one) => one >= raw) ?? raw;
  const count = Math.max(1, Math.ceil(most / step - 1e-9));
  return Array.from({ length: count + 1 }, (_, at) => at * step);
}

/** An amount of the axis: whole dollars without cents. */
function tickText(tick: number): string {
  return dollars(amount(tick), "$0").replace(/\.00$/, "");
}

function Drawing({
  series,
  days,
  by,
  at,
  timeZone,
  onDay,
}: ChartProps & {
  readonly at: number | undefined;
  readonly onDay: (at: number | undefined) => void;
}): ReactNode {
  const words = useWatchWords().overview;
  const figures = useFigures(timeZone);
  const sums = days.map((_, day) => series.reduce((all, { usd }) => all + (usd[day] ?? 0), 0));
  const ticks = ticksTo(Math.max(...sums, 0.000001));
  const scale = (height - bottom - top) / (ticks.at(-1) ?? 1);
  const [element, width] = useWidth<SVGSVGElement>(firstWidth);
  const step = (width - left) / days.length;
  const every = Math.max(1, Math.ceil(dayRoom / step));
  return (
    <svg
      ref={element}
      height={height}
      role="group"
      aria-label={words.spend(words.bys[by])}
      className="w-full overflow-visible"
      onPointerLeave={() => onDay(undefined)}
    >
      <Ticks ticks={ticks} scale={scale} width={width} />
      {days.map((day, place) => (
        <g
          key={day.day}
          onPointerEnter={() => onDay(place)}
          className={at === undefined || at === place ? "" : "opacity-45"}
        >
          <rect
            x={left + place * step}
            y={top}
            width={step}
            height={height - bottom - top}
            className="fill-transparent"
          />
          <DayBar
            series={series}
            day={day}
            place={place}
            by={by}
            figures={figures}
            x={left + place * step}
            step={step}
            scale={scale}
          />
          {place % every === 0 ? (
            <text
              aria-hidden
              x={left + (place + 0.5) * step}
              y={height - 6}
              textAnchor="middle"
              className="fill-soft text-label"
            >
              {figures.day(day.start)}
            </text>
          ) : null}
        </g>
      ))}
    </svg>
  );
}

/** The lines of round amounts. Their numbers stand in the table too. */
function Ticks({
  ticks,
  scale,
  width,
}: {
  readonly ticks: readonly number[];
  readonly scale: number;
  readonly width: number;
}): ReactNode {
  return (
    <g aria-hidden>
      {ticks.map((tick) => (
        <g key={tick}>
          <line
            x1={left}
            x2={width}
            y1={height - bottom - tick * scale}
            y2={height - bottom - tick * scale}
            className={tick === 0 ? "stroke-edge" : "stroke-line"}
          />
          <text
            x={left - 8}
            y={height - bottom - tick * scale + 4}
            textAnchor="end"
            className="fill-soft text-label"
          >
            {tickText(tick)}
          </text>
        </g>
      ))}
    </g>
  );
}

function DayBar({
  series,
  day,
  place,
  by,
  figures,
  x,
  step,
  scale,
}: {
  readonly series: readonly Series[];
  readonly day: ChartDay;
  readonly place: number;
  readonly by: SpendGroup;
  readonly figures: Figures;
  readonly x: number;
  readonly step: number;
  readonly scale: number;
}): ReactNode {
  const gap = Math.min(10, step * 0.25);
  let base = height - bottom;
  return series.map(({ id, title, usd }, at) => {
    const value = usd[place] ?? 0;
    if (value === 0) return null;
    const tall = value * scale;
    base -= tall;
    const label = `${figures.day(day.start)}, ${title}: ${dollars(amount(value), "$0")}`;
    return (
      <Link
        key={id ?? ""}
        to="/requests"
        search={{ ...(id === undefined ? {} : { [by]: id }), from: day.start, to: day.end }}
        aria-label={label}
        // The table has the same links for the keyboard.
        tabIndex={-1}
      >
        <title>{label}</title>
        <rect
          x={x + gap / 2}
          y={base}
          width={step - gap}
          height={Math.max(0.5, tall - 1)}
          className={`${fills[colourAt(series, at)]} hover:opacity-80`}
        />
      </Link>
    );
  });
}
