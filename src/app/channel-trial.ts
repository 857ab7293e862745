import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "../config.ts";
import type { Channel, ChannelModel } from "../core/channel.ts";
import type { ModelCard } from "../core/model-card.ts";
import type { BaseSettings, UpstreamHttp } from "../core/provider.ts";
import { parseSize, type Size, sizeText } from "../core/request.ts";
import type { Estimate } from "../money/estimate.ts";
import { madePicture, valueUnder } from "../money/facts.ts";
import { estimateOf } from "../money/price.ts";
import { createEgress } from "../net/egress.ts";
import { upstreamImageLimits } from "../pictures/limits.ts";
import { createSpools } from "../pictures/spool.ts";
import { egressOptions } from "./egress-options.ts";

/** The time that an upstream may take for what is free. */
const freeMsMax = 30_000;

/** One channel, to be asked for what needs no request for pictures. */
export interface ChannelTrial {
  /**
   * The finding of the provider's free check with one credential, a sentence; undefined where it has none.
   * Throws `PinholeError`.
   */
  check(credential: number): Promise<string | undefined>;
  /** The upstream's model names; undefined where it does not list them. Throws `PinholeError`. */
  discover(): Promise<readonly string[] | undefined>;
  /** Ends connections and removes what was put away. */
  close(): Promise<void>;
}

/** Opens the way to one channel's upstream, with the house's rules for what leaves it. */
export async function tryChannel(config: Config, channel: Channel): Promise<ChannelTrial> {
  const directory = await mkdtemp(join(tmpdir(), "pinhole-trial-"));
  const egress = createEgress({ now: Date.now, ...egressOptions(config) });
  const spools = createSpools({
    directory,
    memoryBytesMax: 1_000_000,
    randomName: () => randomBytes(16).toString("hex"),
  });
  const spool = spools.open();
  const { provider, credentials, timeout } = channel;
  const http = (settings: BaseSettings): UpstreamHttp =>
    egress.upstream({
      provider,
      settings,
      spool,
      limits: upstreamImageLimits,
      signal: AbortSignal.timeout(freeMsMax),
      deadline: Date.now() + freeMsMax,
      connectMs: timeout.connectMs,
      retryDownloads: 0,
    });
  const withCredential = (index: number) => {
    const settings = credentials[index];
    if (settings === undefined) throw new Error(`channel ${channel.id} has no credential ${index}`);
    return { settings, http: http(settings) };
  };
  return {
    async check(credential) {
      const input = withCredential(credential);
      if (provider.check !== undefined) return provider.check(input);
      const names = await provider.discover?.(input);
      return names === undefined ? undefined : `it lists ${names.length} models`;
    },
    async discover() {
      return provider.discover?.(withCredential(0));
    },
    async close() {
      spool.dispose();
      await egress.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A request for one picture that costs as little as the channel allows. */
export interface CheapCall {
  readonly model: string;
  readonly prompt: string;
  /** Undefined: the model has none that could be smaller. */
  readonly size: string | undefined;
  readonly quality: string | undefined;
  readonly estimate: Estimate;
}

/** The cheapest call that a channel's models allow, of one of them where it is named; undefined where none makes pictures from words alone. */
export function cheapestCall(
  channel: Channel,
  now: number,
  name: string | undefined,
): CheapCall | undefined {
  const most = ({ estimate }: CheapCall): number => estimate.most ?? Infinity;
  return channel.models
    .filter(
      (model) =>
        (name === undefined || model.name === name) &&
        (model.card?.operations.includes("generation") ?? true),
    )
    .map((model) => cheapCallOf(channel, model, now))
    .toSorted((a, b) => (most(a) === most(b) ? 0 : most(a) - most(b)))[0];
}

function cheapCallOf(channel: Channel, model: ChannelModel, now: number): CheapCall {
  const { card } = model;
  const size = card === undefined ? undefined : smallest(card);
  const quality = card?.qualities?.find((word) => word !== "auto");
  const fields: Readonly<Record<string, unknown>> = { size: size && sizeText(size), quality };
  const [settings] = channel.credentials;
  const estimate = estimateOf(model.price ?? card?.price, {
    at: now,
    operation: "generation",
    pictures: [
      madePicture(size ?? { width: 1024, height: 1024 }, {
        format: card?.formats[0] ?? "png",
        quality,
      }),
    ],
    inputs: [],
    option: (option) => fields[option],
    setting: (path) => valueUnder({ ...settings }, path),
    usage: undefined,
    facts: {},
    tiers: card?.tiers,
  });
  const prompt = "A grey circle on white";
  return { model: model.name, prompt, size: size && sizeText(size), quality, estimate };
}

/** The size of the fewest pixels that a card allows. */
function smallest({ sizes, size_rule: rule }: ModelCard): Size | undefined {
  const listed = (sizes ?? []).flatMap((text) => parseSize(text) ?? []);
  const [least] = listed.toSorted((a, b) => a.width * a.height - b.width * b.height);
  if (least !== undefined || rule === undefined) return least;
  const side = Math.max(rule.edge_min, Math.ceil(Math.sqrt(rule.pixels_min)));
  const edge = Math.ceil(side / rule.multiple) * rule.multiple;
  // Smaller ones are noise on most models, and no cheaper.
  const whole = Math.max(edge, Math.min(256 - (256 % rule.multiple), rule.edge_max));
  return { width: whole, height: whole };
}
