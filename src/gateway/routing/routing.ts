import type { Catalog, CatalogEntry } from "../catalog/catalog.ts";
import {
  type ChannelStates,
  type ChannelStatesOptions,
  createChannelStates,
} from "../channels/states.ts";
import type { Fitted } from "./fitted.ts";
import { type EntryLanes, createLanes } from "./lanes.ts";
import { type RetryBudget, createRetryBudget } from "./retry-budget.ts";

/** What choosing and attempting remember from one request to the next. */
export interface Routing {
  readonly states: ChannelStates;
  readonly retryBudget: RetryBudget;
  /** How an entry of the catalog in use is arranged. */
  lanes(catalog: Catalog, entry: CatalogEntry): EntryLanes;
  /** Requests that were fitted to the catalog in use, by what fitting looked at (plan.ts). */
  readonly fitted: Map<string, Fitted>;
}

export function createRouting(options: ChannelStatesOptions): Routing {
  const states = createChannelStates(options);
  const fitted = new Map<string, Fitted>();
  const lanes = createLanes(states, () => fitted.clear());
  return { states, retryBudget: createRetryBudget(), lanes, fitted };
}
