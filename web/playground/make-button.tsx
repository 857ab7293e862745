import { useState } from "react";
import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";
import type { Mask } from "../mask/mask.ts";
import { Button } from "../ui/button.tsx";
import { classNames } from "../ui/class-names.ts";
import { Question } from "../ui/dialog.tsx";
import { Remedy, RemedyLink } from "../ui/remedy.tsx";

/** The button that makes the picture, with its price, or the reason why it cannot be pressed. */
export function MakeButton({
  obstacle,
  mask,
  price,
  isPending,
  isBare = false,
  onMake,
}: {
  /** The reason why nothing can be made, in words; undefined: it can. */
  readonly obstacle: string | undefined;
  readonly mask: Mask | undefined;
  /** In words; of all models together. */
  readonly price: string | undefined;
  readonly isPending: boolean;
  /** True: it stands in a line with others, in a sheet. */
  readonly isBare?: boolean;
  readonly onMake: () => void;
}): ReactNode {
  const words = useWords();
  const [asks, setAsks] = useState(false);
  const isFull = mask?.share === 1;
  return (
    <div
      className={classNames(
        "flex flex-col",
        isBare
          ? "min-w-0 flex-1 gap-1"
          : "sticky bottom-0 z-1 -mx-1 gap-1.5 bg-ground px-1 pt-3 pb-2",
      )}
    >
      <Button
        type={isFull ? "button" : "submit"}
        kind="main"
        isDisabled={obstacle !== undefined}
        isPending={isPending}
        {...(isFull ? { onPress: () => setAsks(true) } : {})}
      >
        {words.playground.make}
        {price === undefined ? null : <span className="font-normal">{price}</span>}
      </Button>
      {isBare && obstacle === undefined ? null : (
        <p className="text-center text-label text-soft">{obstacle ?? words.playground.keys}</p>
      )}
      {price === words.playground.noPrice ? (
        <div className="flex flex-col gap-1 text-label text-soft">
          <Remedy code="no_price" />
          <RemedyLink code="no_price" />
        </div>
      ) : null}
      <Question
        title={words.mask.full}
        isOpen={asks}
        onClose={() => setAsks(false)}
        action={
          <Button
            kind="main"
            onPress={() => {
              setAsks(false);
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
