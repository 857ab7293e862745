import { asPinholeError, PinholeError } from "../core/errors.ts";
import type { Nano } from "../core/money.ts";
import type { Picture, PictureSpool } from "../core/picture.ts";
import type { ProviderEvent } from "../core/provider.ts";
import type { Usage } from "../core/request.ts";
import type { Failure } from "./attempt-decision.ts";
import type { Plan } from "./fit-terms.ts";
import { generateInput } from "./generate-input.ts";
import type { Relay } from "./relay.ts";
import type { PreparedInputs } from "./inputs.ts";
import type { GatewayParts } from "./parts.ts";

/** One picture as an upstream made it. */
export interface Made {
  /** Its place in the answer, from 0. */
  readonly index: number;
  readonly picture: Picture;
  readonly revisedPrompt: string | undefined;
  readonly quality: string | undefined;
  readonly background: string | undefined;
  readonly plan: Plan;
}

/** What one upstream call gave. */
export interface CallResult {
  readonly plan: Plan;
  /** The part of the request that the call was to make. */
  readonly part: CallPart;
  /** The same list for all that is told of one call. */
  readonly made: readonly Made[];
  readonly usage: Usage | undefined;
  readonly charge: Nano | undefined;
  /** Set where the call failed after it had made something. */
  readonly fault: PinholeError | undefined;
}

/** The part of a request that one upstream call is to make. */
export interface CallPart {
  /** Images to make. */
  readonly count: number;
  /** Place of the first of them in the answer; also what is added to the seed. */
  readonly offset: number;
}

/** What holds for every attempt of one request. */
export interface AttemptContext {
  readonly parts: GatewayParts;
  readonly spool: PictureSpool;
  readonly inputs: (plan: Plan) => PreparedInputs | Promise<PreparedInputs>;
  readonly signal: AbortSignal;
  /** Unix milliseconds; one deadline over all attempts. */
  readonly deadline: number;
  /** False: the client has gone, so no further attempt is begun. Absent: always. */
  readonly wanted?: () => boolean;
  /**
   * Resolves when the request's record is on the disk: nothing is asked of an upstream before. Rejects
   * where it never will be. Absent: it is there.
   */
  readonly recorded?: Promise<void> | undefined;
  /** Attempts of the request so far. */
  attempts(): number;
  /** Called for each picture as it is made, before the call it belongs to has ended. `soFar` is the call up to this picture. */
  onMade(made: Made, soFar: CallResult): void;
  /** Called for each preview. `index` is its picture's place in the answer, from 0. */
  readonly onPartial?: ((partial: Picture, index: number, plan: Plan) => void) | undefined;
  /** Called when a call that made something is over. */
  readonly onEnded?: ((result: CallResult) => void) | undefined;
  /** Where an upstream's body may go to the client as it arrives. */
  readonly relay?: Relay | undefined;
}

/** How an attempt ended: with pictures, even where a fault followed them, or without. */
export type AttemptEnd = { readonly result: CallResult } | { readonly failure: Failure };

/** What an attempt has given so far. */
class Gathered {
  readonly made: Made[] = [];
  usage: Usage | undefined;
  charge: Nano | undefined;
  /** A picture, a preview or a link to a picture was seen: it is never asked for again. */
  produced = false;
  readonly #plan: Plan;
  readonly #part: CallPart;

  constructor(plan: Plan, part: CallPart) {
    this.#plan = plan;
    this.#part = part;
  }

  /** All of it as a call's result. */
  result(fault?: PinholeError): CallResult {
    const { made, usage, charge } = this;
    return { plan: this.#plan, part: this.#part, made, usage, charge, fault };
  }
}

/**
 * Runs one attempt of an upstream call, with one of the channel's credentials, to its end. Never
 * throws. A failure after something was seen has the evidence `produced`; once a picture has been made
 * the result is kept and the fault reported beside it.
 */
export async function attempt(
  context: AttemptContext,
  plan: Plan,
  credential: number,
  part: CallPart,
): Promise<AttemptEnd> {
  const { channel, model } = plan.target;
  const gathered = new Gathered(plan, part);
  try {
    const inputs = await context.inputs(plan);
    const seen = (): void => void (gathered.produced = true);
    const input = generateInput(context, plan, credential, part, inputs, seen);
    for await (const event of channel.provider.generate(input)) {
      // A provider that asks nobody makes pictures meanwhile.
      if (!gathered.produced && gathered.made.length === 0) await context.recorded;
      keep(event, gathered, context, plan, part);
    }
    if (gathered.made.length > 0) return ended(context, gathered.result());
    throw new PinholeError("upstream_bad_answer", {
      message: "The upstream answered without an image.",
      detail: `channel ${channel.id} ended without a picture for ${model.upstream}`,
    });
  } catch (thrown) {
    const fault = asPinholeError(thrown);
    if (gathered.made.length > 0) return ended(context, gathered.result(fault));
    const error = gathered.produced || context.relay?.begun() === true ? afterMaking(fault) : fault;
    return { failure: { error, cancelled: context.signal.aborted } };
  }
}

function ended(context: AttemptContext, result: CallResult): AttemptEnd {
  context.onEnded?.(result);
  return { result };
}

function keep(
  event: ProviderEvent,
  gathered: Gathered,
  context: AttemptContext,
  plan: Plan,
  part: CallPart,
): void {
  if ("partial" in event) {
    gathered.produced = true;
    context.onPartial?.(event.partial, part.offset + event.index, plan);
  } else if ("usage" in event) gathered.usage = event.usage;
  else if ("charge" in event) gathered.charge = event.charge;
  else if ("picture" in event) {
    // More than was asked for is not delivered: it would be billed.
    if (gathered.made.length === part.count) return;
    const one = madeFrom(event, plan, part);
    gathered.made.push(one);
    context.onMade(one, gathered.result());
  }
}

/** Work was done and will be billed, so neither the gateway nor the client may begin it again. */
function afterMaking(fault: PinholeError): PinholeError {
  const isUpstream = fault.evidence !== undefined && fault.evidence !== "caller";
  return new PinholeError(isUpstream ? "upstream_failed" : fault.code, {
    message: isUpstream
      ? "The upstream failed while it was making the image; it may have been billed."
      : fault.message,
    param: fault.param,
    detail: `${fault.code} after something was made: ${fault.detail ?? fault.message}`,
    evidence: "produced",
    cause: fault,
  });
}

function madeFrom(
  event: Extract<ProviderEvent, { readonly picture: Picture }>,
  plan: Plan,
  part: CallPart,
): Made {
  return {
    index: part.offset + event.index,
    picture: event.picture,
    revisedPrompt: event.revisedPrompt,
    quality: event.quality ?? plan.request.quality,
    background: event.background,
    plan,
  };
}
