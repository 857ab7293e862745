import type { ReactNode } from "react";
import { faultTelling } from "../language/fault.ts";
import { useWords } from "../language/language.tsx";
import type { WatchWords } from "../language/watch-en.ts";
import { clearGround, groundOf } from "../ui/ground.ts";
import { Message } from "../ui/message.tsx";
import { dollars } from "../ui/money.ts";
import { Remedy, RemedyLink } from "../ui/remedy.tsx";
import { useFullestBudget } from "./fullest-budget.ts";
import { Original } from "../ui/sentence.tsx";
import { CopyAs } from "./copy-as.tsx";
import { useFigures } from "./figures.ts";
import { MakeAgain, UseAsInput } from "./make-again.tsx";
import { RequestTabs } from "./request-tabs.tsx";
import { StateMark, makerOf, promptOf } from "./request-words.tsx";
import { type WholeRequest, tookMs } from "./requests.ts";
import { Timeline } from "./timeline.tsx";
import { useWatchWords } from "./words.ts";

/** The outcome of a request, its money, and who asked. */
export function RequestHeading({
  request,
  timeZone,
  level: Level,
}: {
  readonly request: WholeRequest;
  readonly timeZone: string | undefined;
  readonly level: "h1" | "h2";
}): ReactNode {
  const { request: words, requests } = useWatchWords();
  const figures = useFigures(timeZone);
  const took = tookMs(request);
  const outcome = [
    summaryOf(request, words),
    took === undefined ? undefined : figures.duration(took),
  ].filter((fact) => fact !== undefined);
  const money = [costOf(request, words), upstreamCost(request, words)].filter(
    (fact) => fact !== undefined,
  );
  return (
    <header className="flex flex-col gap-1.5">
      <Level className="font-mono text-body font-medium break-all text-soft">{request.id}</Level>
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-title font-[650] tracking-[-0.01em]">
        <StateMark entry={{ ...request, error: null }} />
        <span>{outcome.join(" · ")}</span>
      </p>
      {money.length === 0 ? null : <p className="font-medium">{money.join(" · ")}</p>}
      <p className="text-soft">
        {figures.exact(request.created_at)} · {request.model}
        {request.served_model === null || request.served_model === request.model
          ? null
          : ` → ${request.served_model}`}{" "}
        · {words.by(makerOf(request, requests.unknownKey))}
        {request.client_request_id === null
          ? null
          : ` · ${words.clientId(request.client_request_id)}`}
      </p>
    </header>
  );
}

function summaryOf(request: WholeRequest, { images, summary }: WatchWords["request"]): string {
  const { state, pictures, n } = request;
  if (state === "succeeded") return summary.succeeded(images(pictures.length));
  return state === "partial" ? summary.partial(pictures.length, n) : summary[state];
}

function costOf(request: WholeRequest, words: WatchWords["request"]): string | undefined {
  const { state, cost_usd: usd, price, hold } = request;
  if (state === "running")
    return hold === null ? undefined : words.reserved(dollars(hold.usd, words.free));
  if (usd === null) return price === null ? undefined : words.unknownCost;
  if (Number(usd) === 0) return state === "failed" ? undefined : words.free;
  return words.charged(dollars(usd, words.free));
}

/** The sum of what upstreams may have charged, where it is known of all attempts. */
function upstreamCost(
  { attempts }: WholeRequest,
  words: WatchWords["request"],
): string | undefined {
  const known = attempts.map(({ provider_usd: usd }) => usd);
  if (known.some((usd) => usd === null || usd === undefined)) return undefined;
  const sum = known.reduce((all, usd) => all + Number(usd), 0);
  return sum === 0 ? undefined : words.paidUpstream(dollars(sum.toFixed(9), words.free));
}

/** All that is known of a request: its pictures, its error, what happened when, and what was sent. */
export function RequestDetails({
  request,
  timeZone,
}: {
  readonly request: WholeRequest;
  readonly timeZone: string | undefined;
}): ReactNode {
  return (
    <>
      <Failure request={request} />
      <Pictures request={request} />
      <Timeline request={request} timeZone={timeZone} />
      <RequestTabs request={request} />
      <div className="flex flex-wrap items-center justify-between gap-4 border-t border-line pt-5">
        <MakeAgain request={request} />
        {request.concealed ? null : <CopyAs request={request} />}
      </div>
    </>
  );
}

function Pictures({ request }: { readonly request: WholeRequest }): ReactNode {
  const words = useWatchWords().request;
  const { pictures } = request;
  if (pictures.length === 0) return null;
  if (request.concealed) return <Frames request={request} />;
  const seen = pictures.filter(({ path }) => path !== null);
  if (seen.length === 0) return <p className="text-label text-soft">{words.gone}</p>;
  return (
    <ul aria-label={words.picturesOf} className="flex flex-wrap gap-3">
      {seen.map(({ index, path, width, height, format, seed, colour }) => (
        <li key={index} className="flex w-min flex-col gap-1">
          <a href={path ?? ""} target="_blank" rel="noreferrer">
            <img
              src={`${path}&w=640`}
              alt={promptOf(request) ?? words.picturesOf}
              width={width}
              height={height}
              className="max-h-56 w-auto max-w-[calc(100vw-4rem)] rounded-picture bg-sunk"
              style={groundOf(colour)}
              onLoad={clearGround}
            />
          </a>
          <span className="text-label text-soft">
            {width} × {height} · {format}
            {seed === null ? null : ` · ${words.seed(seed)}`}
          </span>
          <UseAsInput request={request} index={index} />
        </li>
      ))}
    </ul>
  );
}

/** The sizes and average colours of pictures that are not for these eyes. */
function Frames({ request: { pictures } }: { readonly request: WholeRequest }): ReactNode {
  const words = useWatchWords().request;
  return (
    <div className="flex flex-col gap-2">
      <ul aria-label={words.picturesOf} className="flex flex-wrap gap-3">
        {pictures.map(({ index, width, height, format, colour }) => (
          <li key={index} className="flex flex-col gap-1 text-label text-soft">
            <span
              aria-hidden
              className="h-28 rounded-picture border border-dashed border-edge bg-sunk forced-color-adjust-none"
              style={{ aspectRatio: width / height, ...groundOf(colour) }}
            />
            <span>
              {width} × {height} · {format}
            </span>
          </li>
        ))}
      </ul>
      <p className="text-label text-soft">{words.concealed}</p>
    </div>
  );
}

/** The error in the words that the client got, and what to do about it; or why some pictures did not come. */
function Failure({ request }: { readonly request: WholeRequest }): ReactNode {
  const words = useWatchWords().request;
  const all = useWords();
  const { error, attempts, key_id: key, model } = request;
  const budget = useFullestBudget(key, error?.code === "budget_exceeded");
  const missing = request.warnings.find(({ code }) => code === "partial_result");
  if (error === null)
    return missing === undefined ? null : <Message tone="warn" title={missing.message} />;
  const { code, message } = error;
  const { title, original } =
    message === null ? { title: words.error } : faultTelling(all, { code, message });
  const faultOf = { key, model, budget, channel: attempts.at(-1)?.channel };
  return (
    <Message tone="bad" title={title} action={<RemedyLink code={code} of={faultOf} />}>
      <Original text={original} />
      <p className="font-mono text-label">{error.code}</p>
      <Remedy code={error.code} />
    </Message>
  );
}
