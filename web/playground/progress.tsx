import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";
import { Button } from "../ui/button.tsx";
import { dollars } from "../ui/money.ts";
import { type GenerationState, type Made, isOver } from "./generation.ts";
import { stopGeneration } from "./start.ts";

/** The state in one sentence, while it is made with its seconds and the way to stop it. */
export function Progress({
  made,
  state,
}: {
  readonly made: Made;
  readonly state: GenerationState;
}): ReactNode {
  const words = useWords().playground;
  const isRunning = !isOver(state);
  const seconds = useSeconds(made.at, isRunning);
  const failover = state.failovers.at(-1);
  return (
    <div className="flex flex-wrap items-center justify-between gap-3">
      <div className="flex min-w-0 flex-col text-label text-soft">
        {failover === undefined || state.phase === "failed" ? null : (
          <p className="text-warn">{words.failedOver(failover.channel, failover.evidence)}</p>
        )}
        <p role="status">
          {state.phase === "queued" ? words.waiting : null}
          {state.phase === "making" ? words.making(state.channel, state.attempt) : null}
          {state.phase === "away" ? words.away : null}
          {state.phase === "done" ? words.done(costWords(state.usd, words)) : null}
          {isRunning ? <span aria-hidden> · {words.seconds(seconds)}</span> : null}
        </p>
      </div>
      {isRunning ? (
        <Button kind="quiet" onPress={() => void stopGeneration(made.id)}>
          {words.stop}
        </Button>
      ) : null}
    </div>
  );
}

type PlaygroundWords = ReturnType<typeof useWords>["playground"];

function costWords(usd: string | null | undefined, words: PlaygroundWords): string {
  return usd === null || usd === undefined ? words.costUnknown : dollars(usd, words.free);
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
