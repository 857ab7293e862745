import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import { ask } from "../api/ask.ts";
import { useWords } from "../language/language.tsx";
import type { Mask } from "../mask/mask.ts";
import { dollars } from "../ui/money.ts";
import { type DraftFields, type DraftPicture, bodyOf, formOf } from "./draft.ts";

/** The least and the most that a request may cost. */
export interface Price {
  readonly min: string;
  /** Null where nothing bounds it. */
  readonly max: string | null;
  readonly targets: readonly { readonly priced: boolean }[];
}

/** The price of the draft as it stands, a moment after it was last changed; undefined: not known yet, or it cannot be asked. */
export function usePrice(
  fields: DraftFields,
  pictures: readonly DraftPicture[],
  mask: Mask | undefined,
): Price | undefined {
  const settled = useSettled(fields, 400);
  const price = useQuery({
    queryKey: ["price", settled, pictures.map(({ id, mask }) => [id, mask?.share])],
    queryFn: ({ signal }) =>
      ask<Price>("POST", "/console/v1/images/estimate", {
        body:
          pictures.length === 0 ? bodyOf(settled, false) : formOf(settled, false, pictures, mask),
        signal,
      }),
    enabled: settled.prompt.trim() !== "",
    placeholderData: (before) => before,
    retry: false,
  });
  return price.data;
}

/** A value once it has not changed for a while. */
function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  const text = JSON.stringify(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(JSON.parse(text) as T), ms);
    return () => clearTimeout(timer);
  }, [text, ms]);
  return settled;
}

/** The price in words, as it stands on the button. */
export function PriceWords({ price }: { readonly price: Price | undefined }): ReactNode {
  const words = useWords().playground;
  if (price === undefined) return null;
  return <span className="font-normal">{wordsOf(price, words)}</span>;
}

function wordsOf(price: Price, words: ReturnType<typeof useWords>["playground"]): string {
  if (price.targets.some(({ priced }) => !priced)) return words.noPrice;
  const least = dollars(price.min, words.free);
  if (price.max === null) return words.from(least);
  const most = dollars(price.max, words.free);
  return least === most ? least : `${least} – ${most}`;
}
