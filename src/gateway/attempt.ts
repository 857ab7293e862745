import { asPinholeError, errorRow, PinholeError } from "../core/errors.ts";
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
  /** Called for each picture as it is made, before the call it belongs to has ended. */
  onMade(made: Made): void;
}

/** Downloads of one made picture before the result is given up. */
const downloadTries = 3;

/**
 * Runs one upstream call to its end. Throws where nothing was made; once a picture has been seen the
 * result is kept and the fault is reported beside it (evidence class "produced": never again).
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
  const keep = (event: ProviderEvent): void => {
    if ("picture" in event) {
      // More than was asked for is not delivered: it would be billed.
      if (made.length === part.count) return;
      const one = madeFrom(event, plan, part);
      made.push(one);
      context.onMade(one);
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
    return { plan, made, usage, charge, fault: undefined };
  } catch (thrown) {
    const fault = asPinholeError(thrown);
    if (made.length === 0) throw fault;
    return { plan, made, usage, charge, fault };
  }
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
  const { evidence } = errorRow(error.code);
  if (evidence === "never_sent" || evidence === "refused") return true;
  if (evidence !== "unknown") return false;
  return plan.target.channel.retryUnknown || plan.target.card?.failures_billed === false;
}
