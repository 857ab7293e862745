import type { Catalog, CatalogEntry } from "../catalog/catalog.ts";
import {
  type ChannelStates,
  type ChannelStatesOptions,
  createChannelStates,
} from "../channels/states.ts";
import type { SharedRoute } from "./terms.ts";
import { type EntryGroups, createTargetGroups } from "./target-groups.ts";
import { type RetryBudget, createRetryBudget } from "./retry-budget.ts";

/** The memory of choosing and attempting from one request to the next. */
export interface Routing {
  readonly states: ChannelStates;
  readonly retryBudget: RetryBudget;
  /** The groups of an entry of the catalog in use. */
  groups(catalog: Catalog, entry: CatalogEntry): EntryGroups;
  /** Routes over the catalog in use that requests share, by what fitting looked at (route.ts). */
  readonly sharedRoutes: Map<string, SharedRoute>;
}

export function createRouting(options: ChannelStatesOptions): Routing {
  const states = createChannelStates(options);
  const sharedRoutes = new Map<string, SharedRoute>();
  const groups = createTargetGroups(states, () => sharedRoutes.clear());
  return { states, retryBudget: createRetryBudget(), groups, sharedRoutes };
}
