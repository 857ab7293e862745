import { useQueries } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { ask } from "../api/ask.ts";
import type { Words } from "../language/en.ts";
import { dollars } from "../ui/money.ts";
import { type DraftFields, type DraftPicture, bodyOf, emptyDraft, formOf } from "./draft.ts";
import { type Model, takesMask } from "./models.ts";
import { obstacleOf } from "./obstacle.ts";
import { byKey, useAsKey } from "./own-keys.ts";

/** The least and the most that a request may cost, in US dollars. */
export interface Price {
  readonly min: string;
  /** Null where nothing bounds it. */
  readonly max: string | null;
  readonly targets: readonly { readonly priced: boolean }[];
}

/** A request as it stands, for its price. */
export interface Priced {
  readonly model: Model;
  readonly fields: DraftFields;
  readonly pictures: readonly DraftPicture[];
}

/** The price of a request as it stood a moment ago, or the gateway's refusal of it. */
export interface PriceAnswer {
  readonly fields: DraftFields;
  /** Undefined: not known yet, or it cannot be asked. */
  readonly price: Price | undefined;
  readonly error: Error | null;
}

/** The prices of requests as they stand; undefined: not known. */
export function usePrices(requests: readonly Priced[]): readonly (Price | undefined)[] {
  return usePriceAnswers(requests).map(({ price }) => price);
}

/** The answers of the gateway on the prices of requests as they stand, a moment after they were last changed. */
export function usePriceAnswers(requests: readonly Priced[]): readonly PriceAnswer[] {
  const keyId = useAsKey();
  const settled = useSettled(
    requests.map(({ fields }) => fields),
    400,
  );
  // For a moment after a model was added or taken out the settled fields are those of before.
  const asked = requests.map(({ fields: now, ...rest }, at) => ({
    ...rest,
    fields: settled[at]?.model === now.model ? settled[at] : now,
  }));
  return useQueries({
    queries: asked.map(({ model, fields, pictures }) => {
      const mask = takesMask(model) ? pictures[0]?.mask : undefined;
      return {
        queryKey: ["price", keyId ?? "", fields, pictures.map(({ id }) => id), mask?.share],
        queryFn: ({ signal }: { signal: AbortSignal }) =>
          ask<Price>("POST", byKey("/console/v1/images/estimate", keyId), {
            body:
              pictures.length === 0 ? bodyOf(fields, false) : formOf(fields, false, pictures, mask),
            signal,
          }),
        enabled:
          fields.prompt.trim() !== "" && obstacleOf({ model, fields, pictures }) === undefined,
        placeholderData: (before: Price | undefined) => before,
        staleTime: 60_000,
        retry: false,
      };
    }),
  }).map(({ data, error }, at) => ({
    fields: asked[at]?.fields ?? emptyDraft,
    price: data,
    error,
  }));
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

/** The price of several requests together; undefined until all of theirs are known. */
export function sumOf(prices: readonly (Price | undefined)[]): Price | undefined {
  const known = prices.flatMap((price) => (price === undefined ? [] : [price]));
  if (known.length === 0 || known.length < prices.length) return undefined;
  const most = known.flatMap(({ max }) => (max === null ? [] : [max]));
  return {
    min: sumUsd(known.map(({ min }) => min)),
    max: most.length < known.length ? null : sumUsd(most),
    targets: known.flatMap(({ targets }) => targets),
  };
}

const nanoDigits = 9;

/** Sums dollars to the nano-dollar, as text. */
export function sumUsd(amounts: readonly string[]): string {
  return usdOf(amounts.reduce((sum, usd) => sum + nanoOf(usd), 0n));
}

/** Dollars of nano-dollars, as text. */
export function usdOf(nano: bigint): string {
  const digits = nano.toString().padStart(nanoDigits + 1, "0");
  return `${digits.slice(0, -nanoDigits)}.${digits.slice(-nanoDigits)}`;
}

/** The nano-dollars of dollars. */
export function nanoOf(usd: string): bigint {
  const [whole = "0", decimals = ""] = usd.split(".");
  return BigInt(whole + decimals.slice(0, nanoDigits).padEnd(nanoDigits, "0"));
}

/** A price in words, as it stands on a button; undefined where it is not known. */
export function priceWords(
  price: Price | undefined,
  words: Words["playground"],
): string | undefined {
  if (price === undefined) return undefined;
  if (price.targets.some(({ priced }) => !priced)) return words.noPrice;
  const least = dollars(price.min, words.free);
  if (price.max === null) return words.from(least);
  const most = dollars(price.max, words.free);
  // Of one that may cost nothing or much, the much is what matters.
  if (least === words.free && most !== least) return words.upTo(most);
  return least === most ? least : `${least} – ${most}`;
}
