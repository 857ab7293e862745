import { useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";
import { Button } from "../ui/button.tsx";
import { dollars } from "../ui/money.ts";
import { type GenerationState, type Made, isOver, missingOf } from "./generation.ts";
import { type Priced, priceWords, usePrices } from "./price.ts";
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
  const seconds = useSeconds(made.at, isRunning);
  const stopping = useMutation({ mutationFn: () => stopGeneration(made.id) });
  const failover = state.failovers.at(-1);
  const missing = missingOf(made, state);
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
      <div className="flex min-w-0 flex-col text-label text-soft">
        {failover === undefined || state.phase === "failed" ? null : (
          <p className="text-warn">{words.failedOver(failover.channel, failover.billed)}</p>
        )}
        <p role="status">
          {state.phase === "queued" ? words.waiting : null}
          {state.phase === "making" ? words.making(state.channel, state.attempt) : null}
          {state.phase === "away" ? words.away : null}
          {state.phase === "done" ? doneWords(made, state, missing, { words, more }) : null}
          {isRunning ? <span aria-hidden> · {words.seconds(seconds)}</span> : null}
        </p>
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

function stoppedWords(
  { phase, isCancellable }: GenerationState,
  more: ReturnType<typeof useMakeWords>,
): string {
  if (phase === "queued") return more.stoppedFree;
  return isCancellable ? more.stoppedUpstream : more.stoppedLate;
}

/**
 * Before an upstream is asked nothing can be owed; afterwards it is told to stop where it can be, and else what it has begun may
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
  const isFree = state.phase === "queued" || priceWords(price, words) === words.free;
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

function doneWords(
  made: Made,
  { usd }: GenerationState,
  missing: number,
  { words, more }: Both,
): string {
  const cost = usd === null || usd === undefined ? words.costUnknown : dollars(usd, words.free);
  const { n } = made.fields;
  return missing > 0 ? more.doneInPart(n - missing, n, cost) : words.done(cost);
}

function useSeconds(since: number, isRunning: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!isRunning) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [isRunning]);
  return Math.max(0, Math.round((now - since) / 1000));
}
