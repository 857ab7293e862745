import { asPinholeError, PinholeError } from "../core/errors.ts";
import type { Nano } from "../core/money.ts";
import type { Picture, PictureSpool } from "../core/picture.ts";
import type { BaseSettings, GenerateInput, ProviderEvent } from "../core/provider.ts";
import type { Usage } from "../core/request.ts";
import { createPacing } from "../net/poll.ts";
import { upstreamImageLimits } from "../pictures/limits.ts";
import type { Plan } from "./fit.ts";
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
  readonly inputs: (plan: Plan) => Promise<PreparedInputs>;
  readonly signal: AbortSignal;
  /** Unix milliseconds; one deadline over all attempts. */
  readonly deadline: number;
  /** Called for each picture as it is made, before the call it belongs to has ended. `soFar` is the call up to this picture. */
  onMade(made: Made, soFar: CallResult): void;
  /** Called for each preview. `index` is its picture's place in the answer, from 0. */
  onPartial?(partial: Picture, index: number, plan: Plan): void;
  /** Called when a call that made something is over. */
  onEnded?(result: CallResult): void;
}

/** Downloads of one made picture before the result is given up. */
const downloadTries = 3;

/**
 * Runs one upstream call to its end. Throws where nothing was made, with the evidence `produced` where
 * a preview was seen; once a picture has been made the result is kept and the fault reported beside it.
 */
export async function attempt(
  context: AttemptContext,
  plan: Plan,
  part: CallPart,
): Promise<CallResult> {
  const { channel, model } = plan.target;
  const made: Made[] = [];
  let usage: Usage | undefined;
  let charge: Nano | undefined;
  let previewed = false;
  const result = (fault?: PinholeError): CallResult => ({ plan, part, made, usage, charge, fault });
  const keep = (event: ProviderEvent): void => {
    if ("picture" in event) {
      // More than was asked for is not delivered: it would be billed.
      if (made.length === part.count) return;
      const one = madeFrom(event, plan, part);
      made.push(one);
      context.onMade(one, result());
    } else if ("partial" in event) {
      previewed = true;
      context.onPartial?.(event.partial, part.offset + event.index, plan);
    } else if ("usage" in event) usage = event.usage;
    else if ("charge" in event) charge = event.charge;
  };
  try {
    const input = await generateInput(context, plan, part);
    for await (const event of channel.provider.generate(input)) keep(event);
    if (made.length === 0) {
      throw new PinholeError("upstream_bad_answer", {
        message: "The upstream answered without an image.",
        detail: `channel ${channel.id} ended without a picture for ${model.upstream}`,
      });
    }
    const whole = result();
    context.onEnded?.(whole);
    return whole;
  } catch (thrown) {
    const fault = asPinholeError(thrown);
    if (made.length === 0) throw previewed ? afterPreview(fault) : fault;
    const partly = result(fault);
    context.onEnded?.(partly);
    return partly;
  }
}

/** Work was done and will be billed, so neither the gateway nor the client may begin it again. */
function afterPreview(fault: PinholeError): PinholeError {
  const isCaller = fault.evidence === "caller";
  return new PinholeError(isCaller ? fault.code : "upstream_failed", {
    message: isCaller
      ? fault.message
      : "The upstream failed while it was making the image; it may have been billed.",
    param: fault.param,
    detail: `${fault.code} after a preview: ${fault.detail ?? fault.message}`,
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

async function generateInput(
  context: AttemptContext,
  plan: Plan,
  part: CallPart,
): Promise<GenerateInput<BaseSettings, unknown>> {
  const { parts, spool, signal, deadline } = context;
  const { channel, model } = plan.target;
  const inputs = await context.inputs(plan);
  const settings = pickCredential(channel.credentials, parts.random);
  const pacing = createPacing({ signal, deadline, now: parts.now });
  return {
    ...pacing,
    request: {
      ...plan.request,
      more: withSeed(plan.request.more, part.offset),
      n: part.count,
      firstIndex: part.offset,
      images: inputs.images,
      mask: inputs.mask,
    },
    model: model.upstream,
    card: model.card,
    settings,
    options: plan.options,
    http: parts.egress.upstream({
      provider: channel.provider,
      settings,
      spool,
      limits: upstreamImageLimits,
      signal,
      deadline,
      connectMs: channel.timeout.connectMs,
      retryDownloads: downloadTries,
    }),
    raster: {
      decode: (picture) => parts.converter.decode(picture),
      encode: (raster, format, compression) =>
        parts.converter.encode(raster, format, compression, spool),
    },
  };
}

function pickCredential(credentials: readonly BaseSettings[], random: () => number): BaseSettings {
  const settings = credentials[Math.floor(random() * credentials.length)];
  if (settings === undefined) throw new Error("a channel without credentials cannot be built");
  return settings;
}

/** The images of one request get seed, seed+1, … over all its calls. */
function withSeed(
  more: Readonly<Record<string, unknown>>,
  offset: number,
): Readonly<Record<string, unknown>> {
  return typeof more.seed === "number" && offset > 0 ? { ...more, seed: more.seed + offset } : more;
}

/** May another target be tried after this failure of a call that made nothing (DESIGN §6)? */
export function mayTryNext(error: PinholeError, plan: Plan): boolean {
  const { evidence } = error;
  if (evidence === "never_sent" || evidence === "refused") return true;
  if (evidence !== "unknown") return false;
  return plan.target.channel.retryUnknown || plan.target.card?.failures_billed === false;
}
