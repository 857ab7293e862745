import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";
import { Button } from "../ui/button.tsx";
import { classNames } from "../ui/class-names.ts";
import { Question } from "../ui/dialog.tsx";
import { dollars } from "../ui/money.ts";
import { Remedy, RemedyLink } from "../ui/remedy.tsx";
import { useMakeWords } from "./words.ts";

interface MakeButtonProps {
  /** The reason why nothing can be made, in words; undefined: it can. */
  readonly obstacle: string | undefined;
  /** True: its mask selects all, and whether that is meant is asked first. */
  readonly asks: boolean;
  /** In words; of all models together. */
  readonly price: string | undefined;
  /** The reason why no price can be told, in words; undefined: it can, or is not known yet. */
  readonly unpriced: string | undefined;
  /** The dollars by which it goes beyond a budget; undefined: it does not. */
  readonly over: string | undefined;
  readonly isPending: boolean;
  /** True: it stands in a line with others, in a sheet. */
  readonly isBare?: boolean;
  /** Closes the question. */
  readonly onAnswer: () => void;
  readonly onMake: () => void;
}

/** The button that makes the picture, with its price, or the reason why it cannot be pressed. */
export function MakeButton({
  obstacle,
  asks,
  price,
  unpriced,
  over,
  isPending,
  isBare = false,
  onAnswer,
  onMake,
}: MakeButtonProps): ReactNode {
  const words = useWords();
  const more = useMakeWords();
  const said = obstacle ?? unpriced;
  const isUnpriced = price === words.playground.noPrice;
  const told =
    over === undefined || isUnpriced
      ? price
      : more.overBudget(dollars(over, words.playground.free));
  return (
    <div
      className={classNames(
        "flex flex-col",
        isBare
          ? "min-w-0 flex-1 gap-1"
          : "sticky bottom-0 z-1 -mx-1 gap-1.5 bg-ground px-1 pt-3 pb-2",
      )}
    >
      <Button type="submit" kind="main" isDisabled={obstacle !== undefined} isPending={isPending}>
        {words.playground.make}
        {told === undefined ? null : <span className="font-normal">{told}</span>}
      </Button>
      {isBare && said === undefined ? null : (
        <p className="text-center text-label text-soft">{said ?? words.playground.keys}</p>
      )}
      {isUnpriced ? <NoPrice /> : null}
      <Question
        title={words.mask.full}
        isOpen={asks}
        onClose={onAnswer}
        action={
          <Button
            kind="main"
            onPress={() => {
              onAnswer();
              onMake();
            }}
          >
            {words.mask.makeAnyway}
          </Button>
        }
      >
        {words.mask.fullMeans}
      </Question>
    </div>
  );
}

/** The remedy of a model whose price is not set. */
function NoPrice(): ReactNode {
  return (
    <div className="flex flex-col gap-1 text-label text-soft">
      <Remedy code="no_price" />
      <RemedyLink code="no_price" />
    </div>
  );
}
