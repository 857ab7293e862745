import type { ReactNode } from "react";
import { classNames } from "../ui/class-names.ts";
import { useFigures } from "./figures.ts";
import type { Figures } from "./written-figures.ts";
import type { WholeRequest } from "./requests.ts";
import { type Step, stepsOf } from "./timeline-steps.ts";
import { useWatchWords } from "./words.ts";

/** The share of the whole that the shortest bar takes, so that it can be seen. */
const leastShare = 0.004;

/** The moments of a request as bars on one line of time; each has its words in the same row. */
export function Timeline({
  request,
  timeZone,
}: {
  readonly request: WholeRequest;
  readonly timeZone: string | undefined;
}): ReactNode {
  const words = useWatchWords().request;
  const figures = useFigures(timeZone);
  const steps = stepsOf(request, words, figures);
  if (steps.length === 0) return null;
  const end = Math.max(1, ...steps.map(({ from, to = from }) => to));
  return (
    <section aria-label={words.timeline} className="flex flex-col gap-2">
      <h2 className="text-label font-medium text-soft">{words.timeline}</h2>
      <ol className="flex flex-col">
        {steps.map((step) => (
          <Row key={step.id} step={step} end={end} figures={figures} />
        ))}
      </ol>
      <div aria-hidden className="flex justify-between text-label text-soft phone:pl-40">
        <span>0</span>
        <span>{figures.duration(end / 2)}</span>
        <span>{figures.duration(end)}</span>
      </div>
      <OperatorWords request={request} />
    </section>
  );
}

const tones: Readonly<Record<Step["tone"], string>> = {
  own: "bg-edge",
  good: "bg-good",
  bad: "bg-bad",
  warn: "bg-warn",
};

function Row({
  step,
  end,
  figures,
}: {
  readonly step: Step;
  readonly end: number;
  readonly figures: Figures;
}): ReactNode {
  const spoken = useWatchWords().request.bar(
    figures.duration(step.from),
    figures.duration(step.to ?? end),
  );
  return (
    <li className="grid gap-x-3 gap-y-1 border-b border-line py-2 phone:grid-cols-[9.25rem_1fr]">
      <span className="font-medium">{step.name}</span>
      <div className="flex min-w-0 flex-col gap-1.5">
        <Bar step={step} end={end} label={spoken} />
        {step.words.length === 0 ? null : (
          <p className="text-label break-words text-soft">{step.words.join(" · ")}</p>
        )}
      </div>
    </li>
  );
}

/** The bar of a step. While the upstream was waited for it is lighter. */
function Bar({
  step: { from, to, waits, comes, tone },
  end,
  label,
}: {
  readonly step: Step;
  readonly end: number;
  readonly label: string;
}): ReactNode {
  const last = to ?? end;
  const part = (a: number, b: number, className: string): ReactNode => (
    <span
      className={classNames("absolute inset-y-0 forced-color-adjust-none", className)}
      style={{
        left: `${Math.min(1 - leastShare, a / end) * 100}%`,
        width: `${Math.max(leastShare, (b - a) / end) * 100}%`,
      }}
    />
  );
  const isWaiting = waits !== undefined && (comes ?? last) > waits;
  return (
    <div
      role="img"
      aria-label={label}
      className="relative h-3 overflow-hidden rounded-[2px] bg-sunk forced-colors:border"
    >
      {part(from, last, classNames(tones[tone], to === undefined && "animate-breathe"))}
      {isWaiting ? part(waits, Math.min(comes ?? last, last), "bg-ground/55") : null}
    </div>
  );
}

/** The answers of channels in their own words, for those who run them. */
function OperatorWords({ request }: { readonly request: WholeRequest }): ReactNode {
  const words = useWatchWords().request;
  const said = request.attempts.filter(({ detail }) => detail !== null && detail !== undefined);
  if (said.length === 0) return null;
  return (
    <div className="flex flex-col gap-1 pt-1">
      <h3 className="text-label font-medium text-soft">{words.words}</h3>
      {said.map(({ id, channel, detail }) => (
        <p key={id} className="rounded-control bg-sunk px-3 py-2 font-mono text-label break-words">
          <span className="text-soft">{channel}: </span>
          <span lang="en">{detail}</span>
        </p>
      ))}
    </div>
  );
}
