import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";
import { classNames } from "../ui/class-names.ts";
import { dollars } from "../ui/money.ts";
import { useGenerations } from "./follow.ts";
import { type GenerationState, type Made, isOver } from "./generation.ts";
import { sumUsd } from "./price.ts";
import type { GoingOn } from "./going-on.ts";
import { Stage } from "./stage.tsx";
import { useMakeWords } from "./words.ts";

/** The results of one prompt by several models, side by side; each goes its own way. */
export function Comparison({
  made,
  states,
  goingOn,
}: {
  readonly made: readonly Made[];
  readonly states: readonly GenerationState[];
  readonly goingOn: GoingOn;
}): ReactNode {
  const more = useMakeWords();
  const over = states.filter(isOver).length;
  // What fills a request up was paid for as well.
  const fillers = useGenerations(made.flatMap(goingOn.fillersOf));
  return (
    <div className="flex min-w-0 flex-1 flex-col gap-4">
      <p role="status" className="text-label text-soft">
        {more.progress(over, made.length)}
        {over < made.length ? null : <CostOfAll states={[...states, ...fillers]} />}
      </p>
      <div
        className={classNames(
          // On a phone one fills the width and the next one looks in.
          "-mx-4 flex snap-x snap-mandatory scroll-px-4 gap-4 overflow-x-auto px-4 pb-2 *:w-[86%] *:flex-none *:snap-start",
          "phone:mx-0 phone:grid phone:grid-cols-2 phone:gap-y-8 phone:overflow-visible phone:px-0 phone:*:w-auto",
          made.length === 3 && "min-[105rem]:grid-cols-3",
          made.length === 4 && "min-[120rem]:grid-cols-4",
        )}
      >
        {made.map((one, at) => {
          const state = states[at];
          return state === undefined ? null : (
            <Stage key={one.fields.model} made={one} state={state} isColumn goingOn={goingOn} />
          );
        })}
      </div>
    </div>
  );
}

function CostOfAll({ states }: { readonly states: readonly GenerationState[] }): ReactNode {
  const { free } = useWords().playground;
  const more = useMakeWords();
  const made = states.filter(({ phase }) => phase === "done");
  const known = made.flatMap(({ usd }) => (typeof usd === "string" ? [usd] : []));
  const sum = dollars(sumUsd(known), free);
  const words = known.length < made.length ? more.altogetherAtLeast(sum) : more.altogether(sum);
  return <> · {words}</>;
}
