import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";
import { classNames } from "../ui/class-names.ts";
import { Message } from "../ui/message.tsx";
import { Remedy, RemedyLink } from "../ui/remedy.tsx";
import { canvasHeight } from "./canvas.tsx";
import { FaultWords } from "../ui/sentence.tsx";
import { type GenerationState, type Made, type Refusal, mayBeBilled } from "./generation.ts";
import { PricedButton } from "./priced-button.tsx";
import type { GoingOn } from "./going-on.ts";
import { useMakeWords } from "./words.ts";

/** A request that came to nothing: why, whether it was billed, and the same once more with what that may cost. */
export function Failure({
  made,
  state,
  error,
  isColumn,
  goingOn,
}: {
  readonly made: Made;
  readonly state: GenerationState;
  readonly error: Refusal;
  readonly isColumn: boolean;
  readonly goingOn: GoingOn;
}): ReactNode {
  const words = useWords().playground;
  const more = useMakeWords();
  const isDoubtful = mayBeBilled(state);
  const isStopped = error.code === "request_stopped";
  const stopped = state.attempt === 0 ? more.stopped : more.cancelled;
  return (
    <div
      className={classNames(
        "flex flex-col rounded-panel bg-sunk",
        isColumn
          ? "h-88 overflow-y-auto p-3 *:text-label"
          : `${canvasHeight} items-center overflow-y-auto p-6`,
      )}
    >
      <div className="my-auto min-w-0">
        <Message
          tone={isStopped ? "info" : "bad"}
          title={isStopped ? stopped : words.failed}
          action={
            <div className="flex flex-wrap gap-2">
              {isStopped ? null : <RemedyLink code={error.code} />}
              <PricedButton
                label={words.makeAgain}
                asked={goingOn.asked(made, {})}
                mayBuyTwice={isDoubtful}
                onPress={() => goingOn.again(made)}
              />
            </div>
          }
        >
          {isStopped ? null : <FaultWords code={error.code} message={error.message} />}
          <p className={classNames(isDoubtful && "text-warn")}>
            {isDoubtful ? more.mayBeBilled : more.notBilled}
          </p>
          {isStopped ? null : <Remedy code={error.code} />}
          {isStopped ? null : <p className="pt-1 font-mono text-label">{error.code}</p>}
        </Message>
      </div>
    </div>
  );
}
