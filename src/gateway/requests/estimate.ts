import { asPinholeError } from "../../core/errors.ts";
import type { KeyRecord } from "../../core/key.ts";
import type { ImageRequest } from "../../core/request.ts";
import type { Estimate } from "../../money/estimate.ts";
import { servedName } from "../catalog/serving.ts";
import { authorize } from "../keys/access.ts";
import { estimateOfPlan } from "../routing/hold.ts";
import { planRoute } from "../routing/route.ts";
import type { Route } from "../routing/terms.ts";
import type { RequestParts } from "./parts.ts";

/** The estimate of a request, for which no upstream is asked. */
export interface RequestEstimate extends Estimate {
  /** By model that may make it, in the order in which they are tried; one whose channels differ in price stands several times. */
  readonly targets: readonly (Estimate & { readonly model: string })[];
}

/** A request whose cost is asked for. */
export interface AskedRequest {
  readonly key: KeyRecord;
  readonly request: ImageRequest;
  readonly strict: boolean;
}

/** The part of the gateway that estimates. */
type EstimateParts = Pick<
  RequestParts,
  "catalog" | "images" | "now" | "policy" | "random" | "routing"
>;

/**
 * The least and the most that a request may cost. Throws what the request itself would be refused with. Pictures
 * that a model without edits takes are references of a generation.
 */
export function estimateRequest(parts: EstimateParts, asked: AskedRequest): RequestEstimate {
  const route = routeOf(parts, asked);
  const plans = new Set(route.tiers.flatMap(({ groups }) => groups.map(({ plan }) => plan)));
  const targets = new Map<string, RequestEstimate["targets"][number]>();
  for (const plan of plans) {
    const model = servedName(plan.target);
    const estimate = estimateOfPlan(plan, asked.request.n, route);
    targets.set(JSON.stringify([model, estimate]), { model, ...estimate });
  }
  const least = Math.min(...[...targets.values()].map((target) => target.least));
  return { ...route.estimate, least, targets: [...targets.values()] };
}

function routeOf(parts: EstimateParts, { key, request, strict }: AskedRequest): Route {
  const plan = (asked: ImageRequest): Route => {
    authorize(key, asked.model, asked.operation);
    const entry = parts.catalog().find(asked.model);
    return planRoute(parts, entry, asked, {
      strict: strict || key.strict || parts.policy.strict,
      teamMarkup: key.team?.markup,
    });
  };
  try {
    return plan(request);
  } catch (thrown) {
    const { code } = asPinholeError(thrown);
    const hasNoEdits = code === "unsupported_operation" || code === "operation_not_allowed";
    if (!hasNoEdits || request.operation !== "edit" || request.mask !== undefined) throw thrown;
    return plan({ ...request, operation: "generation" });
  }
}
