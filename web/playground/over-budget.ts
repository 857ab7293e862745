import { useQuery } from "@tanstack/react-query";
import { namesModel } from "../../src/core/budget.ts";
import { ask } from "../api/ask.ts";
import { byKey, useAsKey } from "./own-keys.ts";
import { type Price, nanoOf, usdOf } from "./price.ts";

/** A budget that the person's requests count for: theirs, their key's or their team's. */
interface OwnBudget {
  /** US dollars that are neither spent nor reserved. */
  readonly left_usd: string;
  /** True: it refuses what goes beyond it. */
  readonly hard: boolean;
  /** Names, and patterns that end in `*`, of the models that it counts; null: all. */
  readonly models: readonly string[] | null;
}

/** A request that is about to be made, with what it may cost. */
interface PricedRequest {
  readonly model: string;
  readonly price: Price | undefined;
}

/** The dollars by which requests together go beyond the budgets of who makes them; undefined: they fit, or it is not known. */
export function useOverBudget(requests: readonly PricedRequest[]): string | undefined {
  const mayCost = requests.some(({ price }) => price !== undefined && mostOf(price) > 0n);
  const keyId = useAsKey();
  const { data } = useQuery({
    queryKey: ["own budgets", keyId ?? ""],
    queryFn: () =>
      ask<{ readonly budgets: readonly OwnBudget[] }>("GET", byKey("/console/v1/usage", keyId)),
    enabled: mayCost,
    staleTime: 10_000,
    refetchInterval: 30_000,
    retry: false,
  });
  return data === undefined ? undefined : overBudget(requests, data.budgets);
}

/** The most by which one of the budgets would be exceeded. As the gateway does it, the most that each request may cost is set aside. */
export function overBudget(
  requests: readonly PricedRequest[],
  budgets: readonly OwnBudget[],
): string | undefined {
  let most = 0n;
  for (const { hard, left_usd: left, models } of budgets) {
    if (!hard) continue;
    const needed = requests
      .filter(({ model }) => namesModel(models, model))
      .reduce((sum, { price }) => sum + (price === undefined ? 0n : mostOf(price)), 0n);
    const over = needed - nanoOf(left);
    if (needed > 0n && over > most) most = over;
  }
  return most === 0n ? undefined : usdOf(most);
}

const mostOf = ({ min, max }: Price): bigint => nanoOf(max ?? min);
