import type { Channel, ChannelModel } from "../core/channel.ts";
import type { ModelCard } from "../core/model-card.ts";
import { parseSize, type Size, sizeText } from "../core/request.ts";
import type { Estimate } from "./estimate.ts";
import { madePicture, valueUnder } from "./facts.ts";
import { estimateOf } from "./price.ts";

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
