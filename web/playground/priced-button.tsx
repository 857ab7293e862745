import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";
import { Button } from "../ui/button.tsx";
import { type Priced, priceWords, usePrices } from "./price.ts";
import { useMakeWords } from "./words.ts";

/** A button that asks for more pictures, with their price; where something may have been billed already it says that this may come twice. */
export function PricedButton({
  label,
  asked,
  mayBuyTwice,
  onPress,
}: {
  readonly label: string;
  /** Undefined: the model is not there any more, so it cannot be pressed. */
  readonly asked: Priced | undefined;
  readonly mayBuyTwice: boolean;
  readonly onPress: () => void;
}): ReactNode {
  const words = useWords().playground;
  const more = useMakeWords();
  const [price] = usePrices(asked === undefined ? [] : [asked]);
  const inWords = priceWords(price, words);
  const isFree = price !== undefined && inWords === words.free;
  const note = mayBuyTwice && !isFree ? more.chargedAgain(inWords) : inWords;
  return (
    <Button isOnce onPress={onPress} isDisabled={asked === undefined}>
      <span className="flex flex-wrap justify-center gap-x-2 py-1 whitespace-normal">
        {label}
        {note === undefined ? null : <span className="font-normal text-soft">{note}</span>}
      </span>
    </Button>
  );
}
