import { z } from "zod";
import type { Channel, Target } from "../../../src/core/channel.ts";
import { PinholeError } from "../../../src/core/errors.ts";
import { defineCard, type ModelCard, type modelCardSchema } from "../../../src/core/model-card.ts";
import { Picture, type PictureFormat } from "../../../src/core/picture.ts";
import type { Provider } from "../../../src/core/provider.ts";
import type { ImageRequest } from "../../../src/core/request.ts";
import { fit } from "../../../src/gateway/fit/fit.ts";
import type { FitOptions, FitPolicy, Plan } from "../../../src/gateway/fit/terms.ts";

export type CardFields = Omit<z.input<typeof modelCardSchema>, "name">;

export function card(fields: CardFields = {}): ModelCard {
  return defineCard({ name: "painter", ...fields });
}

/** A picture of which only the facts count. */
export function picture(
  format: PictureFormat = "png",
  width = 64,
  height = 64,
  byteLength = 1000,
): Picture {
  const bytes = { byteLength, path: undefined, async *chunks() {} };
  return new Picture(bytes, { format, width, height, alpha: true, frames: 1, orientation: 1 });
}

export function request(fields: Partial<ImageRequest> = {}): ImageRequest {
  return {
    operation: "generation",
    model: "painter",
    prompt: "a fox",
    n: 1,
    stream: false,
    partial_images: 0,
    images: [],
    more: {},
    unknown: {},
    provider_options: {},
    ...fields,
  };
}

export interface TargetFields {
  readonly card?: ModelCard | undefined;
  readonly named?: ModelCard | undefined;
  /** Fields that the channel does not take where the model has no card. */
  readonly without?: readonly string[];
  readonly imagesPerCall?: number | undefined;
  readonly forwardsUnknown?: boolean;
}

const options = z.strictObject({ mood: z.enum(["calm", "loud"]).default("calm") });

export function target(fields: TargetFields = {}): Target {
  const { named, without = [], imagesPerCall, forwardsUnknown = true } = fields;
  // What fitting looks at of a provider.
  const provider = {
    id: "stub",
    options,
    forwardsUnknown,
    narrow: () => ({ imagesPerCall, takes: () => true }),
  } as unknown as Provider;
  const channel = { id: "one", provider, credentials: [{}] } as unknown as Channel;
  return {
    channel,
    card: fields.card,
    model: {
      name: "painter",
      upstream: "painter-1",
      card: fields.card,
      price: undefined,
      ...(named === undefined ? {} : { named }),
    },
    takes: (field) => !without.includes(field),
  };
}

const usualPolicy: FitPolicy = { resample: false, style: "drop", variationsAsEdits: false };

export interface Options extends Partial<FitPolicy> {
  readonly strict?: boolean;
  readonly defaultDelivery?: FitOptions["images"]["defaultDelivery"];
}

export function plan(
  asked: Partial<ImageRequest>,
  to: TargetFields,
  { strict = false, defaultDelivery = "b64_json", ...policy }: Options = {},
): Plan {
  const chain = new Set(["stub", "other"]);
  return fit(request(asked), target(to), {
    policy: { ...usualPolicy, ...policy },
    images: { defaultDelivery },
    strict,
    chain,
  });
}

/** The code, field and message with which a request is refused. */
export function refusal(
  asked: Partial<ImageRequest>,
  to: TargetFields,
  options: Options = {},
): Pick<PinholeError, "code" | "param" | "message"> {
  try {
    plan(asked, to, options);
  } catch (thrown) {
    if (!(thrown instanceof PinholeError)) throw thrown;
    const { code, param, message } = thrown;
    return { code, param, message };
  }
  throw new Error("the request was not refused");
}

/** Fields and codes of a plan's warnings. */
export const warned = ({ warnings }: Plan): string[] =>
  warnings.map(({ param, code }) => `${param} ${code}`);
