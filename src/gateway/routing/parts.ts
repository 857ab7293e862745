import type { Catalog } from "../catalog/catalog.ts";
import type { DefaultDelivery } from "../fit/form.ts";
import type { FitPolicy } from "../fit/terms.ts";
import type { Routing } from "./routing.ts";

/** The parts that routing works with. */
export interface RoutingParts {
  readonly catalog: () => Catalog;
  readonly routing: Routing;
  readonly policy: FitPolicy & { readonly strict: boolean };
  /** The form of an answer decides whether a vector model can serve a request. */
  readonly images: { readonly defaultDelivery: DefaultDelivery };
  /** Unix milliseconds: prices are those of a day. */
  readonly now: () => number;
  /** Milliseconds since the process began, by which deadlines and coolings go: a clock of the day may be set. */
  readonly uptime: () => number;
  /** From 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
}
