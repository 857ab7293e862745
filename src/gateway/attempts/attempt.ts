import { PinholeError, asPinholeError } from "../../core/errors.ts";
import type { Nano } from "../../core/money.ts";
import type { Picture } from "../../core/picture.ts";
import type { CallFacts, ProviderEvent } from "../../core/provider.ts";
import type { Usage, Warning } from "../../core/request.ts";
import { costOfCall } from "./cost.ts";
import type { UpstreamContext } from "../../net/egress.ts";
import { generateInput, upstreamOf } from "./provider-input.ts";
import { Recall } from "./recall.ts";
import { takeBack } from "./take-back.ts";
import type { AttemptContext, AttemptEnd, AttemptListeners, CallResult, Made } from "./terms.ts";
import type { ChargeTerms } from "../fit/priced-call.ts";
import type { Plan } from "../fit/terms.ts";
import type { CallPart } from "../routing/call-part.ts";

/** The pictures and the account that an attempt has given so far. */
class Gathered {
  readonly made: Made[] = [];
  usage: Usage | undefined;
  charge: Nano | undefined;
  warnings: readonly Warning[] = [];
  hasPreview = false;
  facts: CallFacts = {};
  /** The upstream's id of the work, where it told one. */
  job: string | undefined;
  /** True once a picture, a preview or a link to a picture was seen: it is never asked for again. */
  produced = false;
  readonly #plan: Plan;
  readonly #part: CallPart;
  readonly #terms: ChargeTerms;

  constructor(plan: Plan, part: CallPart, terms: ChargeTerms) {
    this.#plan = plan;
    this.#part = part;
    this.#terms = terms;
  }

  /** The result of the call, as far as it has come. */
  result(fault?: PinholeError): CallResult {
    const { made, usage, charge, facts, warnings } = this;
    const call = { plan: this.#plan, part: this.#part };
    const result = { ...call, made, usage, charge, facts, warnings, fault };
    return { ...result, cost: costOfCall(result, this.#terms) };
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
  { observer, trace }: AttemptListeners = {},
): Promise<AttemptEnd> {
  const { channel, model } = plan.target;
  const gathered = new Gathered(plan, part, context.charge);
  let upstream: UpstreamContext | undefined;
  let recall: Recall | undefined;
  try {
    const inputs = await context.inputs(plan);
    upstream = upstreamOf(context, plan, credential, inputs, { observer, trace });
    recall = recallOf(context, upstream);
    if (recall !== undefined) upstream = { ...upstream, signal: recall.signal };
    gathered.warnings = inputs.warnings;
    const seen = (): void => void (gathered.produced = true);
    const input = generateInput(context, plan, upstream, part, inputs, { seen, trace });
    for await (const event of channel.provider.generate(input)) {
      // A provider that asks nobody makes pictures meanwhile.
      if (!gathered.produced && gathered.made.length === 0) await context.record.recorded;
      if (recall !== undefined) await recall.heard(event);
      if ("picture" in event) trace?.made();
      gather(event, gathered, context, { plan, part, seed: input.request.more.seed });
      if (recall !== undefined && "job" in event) observer?.cancellable?.();
    }
    if (gathered.made.length > 0) {
      warnOfNoPreview(gathered, plan);
      return endedWith(context, gathered.result());
    }
    throw new PinholeError("upstream_bad_answer", {
      message: "The upstream answered without an image.",
      detail: `channel ${channel.id} ended without a picture for ${model.upstream}`,
    });
  } catch (thrown) {
    const stopped = await recall?.error();
    const fault = stopped ?? asPinholeError(thrown);
    if (stopped === undefined) await takeBack(context, upstream, gathered.job);
    if (gathered.made.length > 0) return endedWith(context, gathered.result(fault));
    const isMade = gathered.produced || context.relay?.begun() === true;
    const said = isMade && stopped === undefined ? afterMaking(fault) : fault;
    const error = inItsWords(said, plan);
    return { failure: { error, cancelled: stopped !== undefined || context.signal.aborted } };
  } finally {
    recall?.close();
  }
}

/** The recall of an attempt whose upstream can take work back; undefined: nobody can ask for it, or it cannot. */
function recallOf(context: AttemptContext, upstream: UpstreamContext): Recall | undefined {
  if (upstream.provider.cancel === undefined || context.stopped === undefined) return undefined;
  const ask = (job: string) => takeBack(context, upstream, job);
  return new Recall(context.signal, context.stopped(), ask);
}

function endedWith(context: AttemptContext, result: CallResult): AttemptEnd {
  context.receiver.ended(result);
  return { result };
}

/** Says that a server which was asked for previews has shown none, unless its adapter says so itself. */
function warnOfNoPreview(gathered: Gathered, { request }: Plan): void {
  const isTold = gathered.made.some(({ warnings }) =>
    warnings.some(({ param }) => param === "partial_images"),
  );
  if (request.partial_images === 0 || gathered.hasPreview || isTold) return;
  const message = "The upstream was asked for `partial_images` and showed none.";
  const warning = { param: "partial_images", code: "unsupported_parameter", message } as const;
  gathered.warnings = [...gathered.warnings, warning];
}

/** One upstream call, and the seed that it was sent. */
interface SentCall {
  readonly plan: Plan;
  readonly part: CallPart;
  readonly seed: unknown;
}

function gather(
  event: ProviderEvent,
  gathered: Gathered,
  context: AttemptContext,
  call: SentCall,
): void {
  const { plan, part } = call;
  if ("partial" in event) {
    gathered.produced = true;
    gathered.hasPreview = true;
    context.receiver.preview(event.partial, part.offset + event.index, plan);
  } else if ("job" in event) gathered.job = event.job;
  else if ("usage" in event) gathered.usage = event.usage;
  else if ("charge" in event) gathered.charge = event.charge;
  else if ("facts" in event) gathered.facts = withFacts(gathered.facts, event.facts);
  else if ("picture" in event) {
    // More than was asked for is not delivered: it would be billed.
    if (gathered.made.length === part.count) return;
    const one = madeFrom(event, call);
    gathered.made.push(one);
    context.receiver.made(one, gathered.result());
  }
}

/** Facts with later ones over them. */
function withFacts(known: CallFacts, more: CallFacts): CallFacts {
  return {
    steps: more.steps ?? known.steps,
    seconds: more.seconds ?? known.seconds,
    counts: { ...known.counts, ...more.counts },
  };
}

/** The fault as one after work was done, which will be billed: neither the gateway nor the client may begin it again. */
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

/** The error without a word of bills where the card says that failures are not billed. */
function inItsWords(error: PinholeError, { target }: Plan): PinholeError {
  if (target.card?.failures_billed !== false) return error;
  const message = error.message.replace(
    /[;,] (the request|it) may (have been|still be) billed/,
    "",
  );
  if (message === error.message) return error;
  const { code, param, detail, retryAfterSeconds, evidence, cause } = error;
  return new PinholeError(code, { message, param, detail, retryAfterSeconds, evidence, cause });
}

function madeFrom(
  event: Extract<ProviderEvent, { readonly picture: Picture }>,
  { plan, part, seed }: SentCall,
): Made {
  // Of what follows a call's first picture only the upstream can say how it was seeded.
  const made = event.seed ?? (event.index === 0 && seed !== -1 ? seed : undefined);
  return {
    index: part.offset + event.index,
    picture: event.picture,
    revisedPrompt: event.revisedPrompt,
    seed: typeof made === "number" || typeof made === "bigint" ? String(made) : undefined,
    quality: event.quality ?? plan.request.quality,
    background: event.background,
    warnings: event.warnings ?? [],
    plan,
  };
}
