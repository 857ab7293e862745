import { randomInt, randomUUID } from "node:crypto";
import type { PinholeError } from "../../core/errors.ts";
import type {
  OutputFormat,
  Picture,
  PictureLimits,
  PictureSpool,
  Raster,
} from "../../core/picture.ts";
import type {
  BaseSettings,
  Chance,
  GenerateInput,
  ProviderTools,
  UpstreamHttp,
} from "../../core/provider.ts";
import type { FittedRequest } from "../../core/request.ts";
import type { WireAnswer, WireEvent, WireRequest } from "../../core/wire.ts";
import { createPacing, type UpstreamContext } from "../../net/egress.ts";
import type { Converter } from "../../pictures/convert.ts";
import { upstreamImageLimits } from "../../pictures/limits.ts";
import type { AttemptContext, AttemptListeners } from "./terms.ts";
import type { AttemptTrace } from "./trace.ts";
import type { CallPart } from "../routing/call-part.ts";
import type { Plan } from "../fit/terms.ts";
import type { PreparedInputs } from "./inputs.ts";

/** Downloads of one made picture before the result is given up. */
const downloadTries = 3;

/** Limits of made pictures that are kept without the words in them. */
const strippedLimits: PictureLimits = { ...upstreamImageLimits, strip: true };

/** The context of everything that one attempt asks of its upstream. */
export function upstreamOf(
  context: AttemptContext,
  plan: Plan,
  credential: number,
  { warnings }: PreparedInputs,
  { observer, trace }: AttemptListeners = {},
): UpstreamContext {
  const { parts, spool, signal } = context;
  const { channel } = plan.target;
  const settings = channel.credentials[credential];
  if (settings === undefined) throw new Error("a lease names a credential that is not there");
  const { connectMs, firstByteMs, totalMs } = channel.timeout;
  return {
    provider: channel.provider,
    settings,
    spool,
    limits: parts.images.metadata === "strip" ? strippedLimits : upstreamImageLimits,
    signal,
    // The egress reckons with the time of day.
    deadline: parts.now() + Math.min(context.deadline - parts.uptime(), totalMs),
    connectMs,
    firstByteMs,
    ready: context.record.recorded,
    relay: context.relay?.tap(plan, context.record.attempts(), warnings),
    retryDownloads: downloadTries,
    observer,
    ...(trace === undefined
      ? {}
      : { onSent: () => trace.sent(), onAnswer: () => trace.answered() }),
  };
}

/** The listeners to what an adapter does. */
interface InputListeners {
  /** Called where it asks for a made picture's link. */
  readonly seen: () => void;
  readonly trace?: AttemptTrace | undefined;
}

/** The input of a provider for one attempt. */
export function generateInput(
  context: AttemptContext,
  plan: Plan,
  upstream: UpstreamContext,
  part: CallPart,
  inputs: PreparedInputs,
  listeners: InputListeners,
): GenerateInput<BaseSettings, unknown> {
  const { parts } = context;
  const { model } = plan.target;
  const { settings, spool, signal, deadline } = upstream;
  const http = parts.egress.upstream(upstream);
  const { poll, sleep, alongside } = createPacing({ signal, deadline, now: parts.now });
  const request = requestOf(plan, part, inputs, () => context.seed());
  noteSent(listeners.trace, request, settings);
  return {
    request,
    model: model.upstream,
    card: model.card,
    settings,
    options: plan.options,
    http: new WatchedHttp(http, listeners),
    socket: (asked) => parts.egress.sockets(upstream)(asked),
    chance,
    raster: new SpoolRaster(parts.converter, spool),
    poll,
    sleep,
    alongside,
  };
}

function noteSent(
  trace: AttemptTrace | undefined,
  { more: { seed } }: FittedRequest,
  settings: BaseSettings,
): void {
  if (trace === undefined) return;
  trace.settings = settings;
  if (typeof seed === "number" || typeof seed === "bigint") trace.seed = String(seed);
}

const chance: Chance = { uuid: () => randomUUID(), below: (limit) => randomInt(limit) };

/** One call's part of the fitted request. */
function requestOf(
  { request, target }: Plan,
  { count, offset }: CallPart,
  { images, mask }: PreparedInputs,
  draw: () => number,
): FittedRequest {
  const first = firstSeed(request.more.seed, takesSeed(target), draw);
  const more = first === undefined ? request.more : { ...request.more, seed: plus(first, offset) };
  return { ...request, more, n: count, images, mask };
}

/** True where a seed can be sent for sure: a card that stands for models nobody knows is a guess, and some servers refuse what they do not know. */
function takesSeed({ card, channel: { provider } }: Plan["target"]): boolean {
  if (provider.needsSeed === true) return true;
  const isGuess = card?.parameters === provider.defaultCard?.parameters;
  return card?.parameters.includes("seed") === true && !isGuess;
}

/**
 * The seed of the request's first image: the client's, else one that is drawn where the model takes one, so that the
 * record has it and the picture can be made again. -1 is most servers' word for any seed, so it is one that nobody gave.
 */
function firstSeed(given: unknown, draws: boolean, draw: () => number): unknown {
  const isAny = given === undefined || given === -1;
  return isAny && draws ? draw() : given;
}

/** The images of one request get seed, seed+1, … over all its calls; a word for any seed stays one. */
function plus(seed: unknown, offset: number): unknown {
  if (typeof seed === "bigint") return seed + BigInt(offset);
  if (typeof seed !== "number" || seed === -1) return seed;
  const sum = seed + offset;
  return Number.isSafeInteger(sum) ? sum : BigInt(seed) + BigInt(offset);
}

/** Upstream HTTP that tells of calls and of links to pictures: a link says that its picture is made, and what is lost from then on is never made again. */
class WatchedHttp implements UpstreamHttp {
  readonly #http: UpstreamHttp;
  readonly #listeners: InputListeners;

  constructor(http: UpstreamHttp, listeners: InputListeners) {
    this.#http = http;
    this.#listeners = listeners;
  }

  call(request: WireRequest): Promise<WireAnswer> {
    this.#listeners.trace?.calls(request);
    return this.#http.call(request);
  }

  events(request: WireRequest): AsyncIterable<WireEvent> {
    this.#listeners.trace?.calls(request);
    return this.#http.events(request);
  }

  refusal(answer: WireAnswer): PinholeError | undefined {
    return this.#http.refusal(answer);
  }

  async download(url: string): Promise<Picture> {
    const { seen, trace } = this.#listeners;
    seen();
    const picture = await this.#http.download(url);
    trace?.fetched();
    return picture;
  }
}

class SpoolRaster implements Pick<ProviderTools["raster"], "decode" | "encode"> {
  readonly #converter: Converter;
  readonly #spool: PictureSpool;

  constructor(converter: Converter, spool: PictureSpool) {
    this.#converter = converter;
    this.#spool = spool;
  }

  decode(picture: Picture): Promise<Raster> {
    return this.#converter.decode(picture);
  }

  encode(raster: Raster, format: OutputFormat, compression?: number): Promise<Picture> {
    return this.#converter.encode(raster, format, compression, this.#spool);
  }
}
