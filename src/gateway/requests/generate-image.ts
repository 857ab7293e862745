import { PinholeError } from "../../core/errors.ts";
import { runCalls } from "../attempts/calls.ts";
import { uprightInputs } from "../attempts/inputs.ts";
import { withRest } from "../delivery/keep-rest.ts";
import type { ImageRequest } from "../../core/request.ts";
import { RequestTrace } from "../attempts/trace.ts";
import type { ImageOutcome } from "../delivery/outcome.ts";
import { holdTerms } from "../ledger/hold.ts";
import { authorize } from "../keys/access.ts";
import { type OpenCall, cancelCalls, openCalls, stoppedBefore } from "../routing/dispatch.ts";
import { planRoute } from "../routing/route.ts";
import type { Route } from "../routing/terms.ts";
import type { ImageCall } from "./image-call.ts";
import { Making } from "./making.ts";
import { outcomeOf } from "./outcome-of.ts";
import type { RequestParts } from "./parts.ts";
import type { RunControl } from "./run.ts";

/** The request that has the Idempotency-Key of another one, which was therefore not begun. */
export interface KeyHeld {
  readonly keyHolder: string;
}

/** The story of one request, top to bottom (DESIGN §2); `deliver` makes the answer of what it returns. Throws `PinholeError`. */
export async function generateImage(
  parts: RequestParts,
  call: ImageCall,
  fingerprint: string,
  run: RunControl,
): Promise<ImageOutcome | KeyHeld> {
  const { key, labels = [], request } = call;
  const trace = new RequestTrace(parts, call.readMs);
  authorize(key, request.model, request.operation);
  return parts.keyLimits.within(key, request.n, async (spend) => {
    const isWanted = (): boolean => !run.clientGone();
    const inputs = uprightInputs(parts.converter, request, call.spool, isWanted);
    const upright = { ...call, request: await inputs };
    const route = routeFor(parts, upright);
    trace.fitted(route.unfit);
    const { model } = request;
    const { at, estimate } = route;
    // What is held is held by the budgets of now: the body may have taken minutes to come.
    const payer = parts.keys.current(key);
    const terms = holdTerms(parts.calendar, { key: payer, labels, model, estimate, at });
    const deadline = parts.uptime() + route.totalMs;
    await parts.kept.ensureRoom(route.roomBytes, route.isHosted);
    const facts = { call: upright, fingerprint, run, terms, deadline, spend, trace };
    const unpayable = new Set<string>();
    for (;;) {
      const stopped = (): AbortSignal => run.stopped();
      const { signal, observer } = call;
      const choice = { parts, signal, deadline, stopped, observer };
      const waited = observer?.step("wait");
      const calls = await openCalls(choice, route, request.n, unpayable);
      waited?.();
      trace.chosen();
      refuseAbsent(run, calls);
      const made = await makeImages(new Making(parts, facts, route, calls), request);
      if (!("unpayable" in made)) return made;
      // What cannot pay is a target that does not fit: nothing has been begun yet.
      for (const id of made.unpayable) unpayable.add(id);
    }
  });
}

/** Channels whose budgets do not cover the request, which was therefore not begun. */
interface Unpayable {
  readonly unpayable: readonly string[];
}

function routeFor(parts: RequestParts, { key, request, strict }: ImageCall): Route {
  const entry = parts.catalog().find(request.model);
  const teamMarkup = key.team?.markup;
  return planRoute(parts, entry, request, {
    strict: strict || key.strict || parts.policy.strict,
    teamMarkup,
  });
}

/**
 * Makes the pictures of a request whose record is being written, and closes the record. `asked`: with its pictures as they
 * came, since turning one upright may change its pixels a little.
 */
async function makeImages(
  making: Making,
  asked: ImageRequest,
): Promise<ImageOutcome | KeyHeld | Unpayable> {
  const { record } = making;
  try {
    const answered = making.observer?.step("upstream");
    const calls = await runCalls(making, making.route, making.calls);
    answered?.();
    const upstreamMs = record.upstreamMs();
    const pictures = await making.receiver.pictures();
    const made = { ...calls, pictures, attempts: record.attempts(), upstreamMs };
    const { parts, call } = making;
    const outcome = await withRest(parts, asked, call.spool, outcomeOf(parts, call, made));
    making.trace?.delivered();
    const safe = making.end(outcome);
    // Of what is paid nobody sees the end before it is booked.
    if (outcome.cost.state !== "free") await safe;
    return outcome;
  } catch (thrown) {
    if (record.keyHolder !== undefined) return { keyHolder: record.keyHolder };
    if (record.unpayable.length > 0) return { unpayable: record.unpayable };
    throw await making.fail(thrown);
  }
}

/** Throws where nobody waits: what no upstream has heard of need not be paid for. */
function refuseAbsent(run: RunControl, calls: readonly OpenCall[]): void {
  if (!run.clientGone()) return;
  cancelCalls(calls);
  if (run.stopped().aborted) throw stoppedBefore();
  throw new PinholeError("request_timeout", {
    message: "The connection was closed before anything was attempted; send the request again.",
  });
}
