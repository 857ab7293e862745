import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";
import type { MakeWords } from "../language/make-en.ts";
import { Button } from "../ui/button.tsx";
import { dollars } from "../ui/money.ts";
import { previewsAsked } from "./draft.ts";
import { type GenerationState, type Made, isOver, mayBeBilled, missingOf } from "./generation.ts";
import { lineWords } from "./line-words.ts";
import { type Priced, priceWords, usePrices } from "./price.ts";
import { Said } from "./said.tsx";
import { useSeconds } from "./seconds.ts";
import { stopGeneration } from "./start.ts";
import { useMakeWords } from "./words.ts";

/** The state in one sentence, while it is made with its seconds and the way to stop it, which says what that costs. */
export function Progress({
  made,
  state,
  asked,
}: {
  readonly made: Made;
  readonly state: GenerationState;
  /** For its price. */
  readonly asked: Priced | undefined;
}): ReactNode {
  const words = useWords().playground;
  const more = useMakeWords();
  const isRunning = !isOver(state);
  const seconds = useSeconds(made.id, isRunning, made.at);
  const stopping = useMutation({ mutationFn: () => stopGeneration(made.id) });
  const failover = state.failovers.at(-1);
  const missing = missingOf(made, state);
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
      <div className="flex min-w-0 flex-col text-label text-soft">
        {failover === undefined || state.phase === "failed" ? null : (
          <p className="text-warn">{failoverWords(failover, more)}</p>
        )}
        <p>
          {state.phase === "queued" ? lineWords(made, state, words, more) : null}
          {state.phase === "making" ? words.making(state.channel, state.attempt) : null}
          {state.phase === "making" && state.previewsSeen > 0
            ? ` · ${more.preview(state.previewsSeen, previewsAsked)}`
            : null}
          {state.phase === "away" ? words.away : null}
          {state.phase === "done" ? doneWords(made, state, missing, { words, more }) : null}
          {isRunning ? ` · ${words.seconds(seconds)}` : null}
          {state.phase === "done" && state.tookMs !== undefined
            ? ` · ${words.seconds(secondsOf(state.tookMs))}`
            : null}
        </p>
        <Said sentence={spoken(made, state, missing, { words, more })} />
        {isRunning && state.isStopped ? <p>{stoppedWords(state, more)}</p> : null}
      </div>
      {isRunning && !state.isStopped ? (
        <Stop
          state={state}
          asked={asked}
          isPending={stopping.isPending || stopping.isSuccess}
          onStop={() => stopping.mutate()}
        />
      ) : null}
    </div>
  );
}

/** The upstream's answers that say that it has no room, and not that something is wrong. */
const busyCodes: ReadonlySet<string> = new Set(["upstream_rate_limited", "upstream_busy"]);

function failoverWords(
  { channel, code, billed }: GenerationState["failovers"][number],
  more: MakeWords,
): string {
  return more.failedOver(channel, busyCodes.has(code), billed === "unknown");
}

/** Seconds to a tenth where they are few. */
function secondsOf(ms: number): number {
  return ms < 10_000 ? Math.round(ms / 100) / 10 : Math.round(ms / 1000);
}

/** The state as a sentence for those who hear it. */
function spoken(
  made: Made,
  state: GenerationState,
  missing: number,
  { words, more }: Both,
): string {
  const { phase, attempt, channel, previewsSeen } = state;
  const failover = state.failovers.at(-1);
  const before = failover === undefined ? "" : `${failoverWords(failover, more)} `;
  if (phase === "queued")
    return state.place === undefined
      ? more.spoken.waiting
      : before + more.spoken.inLine(lineWords(made, state, words, more));
  if (phase === "making") {
    if (previewsSeen > 0) return more.spoken.preview(previewsSeen);
    return before + more.spoken.making(channel, attempt);
  }
  if (phase !== "done") return "";
  const cost = costWords(state, words);
  return more.spoken.done(made.fields.n - missing, cost);
}

function stoppedWords(
  { phase, isCancellable, attempt }: GenerationState,
  more: ReturnType<typeof useMakeWords>,
): string {
  if (phase === "queued" && attempt === 0) return more.stoppedFree;
  return isCancellable ? more.stoppedUpstream : more.stoppedLate;
}

/**
 * Before an upstream is asked, or where those that were have billed nothing, nothing can be owed; afterwards it is told to stop where it can be, and else what it has begun may
 * be billed.
 */
function Stop({
  state,
  asked,
  isPending,
  onStop,
}: {
  readonly state: GenerationState;
  readonly asked: Priced | undefined;
  readonly isPending: boolean;
  readonly onStop: () => void;
}): ReactNode {
  const words = useWords().playground;
  const more = useMakeWords();
  const [price] = usePrices(asked === undefined ? [] : [asked]);
  const isUnpaid = state.phase === "queued" && state.pictures.length === 0 && !mayBeBilled(state);
  const isFree = isUnpaid || priceWords(price, words) === words.free;
  const note = state.isCancellable ? more.stopUpstream : more.stopMayCost;
  return (
    <Button isPending={isPending} onPress={onStop}>
      {words.stop}
      <span className="font-normal text-soft">{isFree ? more.stopFree : note}</span>
    </Button>
  );
}

interface Both {
  readonly words: ReturnType<typeof useWords>["playground"];
  readonly more: ReturnType<typeof useMakeWords>;
}

function costWords({ usd }: GenerationState, words: Both["words"]): string {
  return usd === null || usd === undefined ? words.costUnknown : dollars(usd, words.free);
}

function doneWords(
  made: Made,
  state: GenerationState,
  missing: number,
  { words, more }: Both,
): string {
  const cost = costWords(state, words);
  const { n } = made.fields;
  return missing > 0 ? more.doneInPart(n - missing, n, cost) : words.done(cost);
}
