import type { Cost } from "../../../src/core/money.ts";
import { Picture, type PictureFormat } from "../../../src/core/picture.ts";
import type { ImageRequest, Usage } from "../../../src/core/request.ts";
import type { CallResult, Made } from "../../../src/gateway/attempts/terms.ts";
import type { DeliveredPicture } from "../../../src/gateway/delivery/outcome.ts";
import type { Plan } from "../../../src/gateway/fit/terms.ts";
import { plan, type TargetFields } from "../fit/fitting.ts";

export interface PictureFields {
  readonly format?: PictureFormat;
  readonly width?: number;
  readonly height?: number;
  readonly alpha?: boolean;
  /** Its file; undefined: it is in memory. */
  readonly path?: string | undefined;
}

/** A made picture of which the facts count, and four bytes. */
export function madePicture(fields: PictureFields = {}): Picture {
  const { format = "png", width = 8, height = 6, alpha = false, path } = fields;
  const block = Buffer.from("pict");
  const bytes = {
    byteLength: block.length,
    path,
    inMemory: () => [block],
    async *chunks() {
      yield block;
    },
  };
  return new Picture(bytes, { format, width, height, alpha, frames: 1, orientation: 1 });
}

export function planOf(asked: Partial<ImageRequest> = {}, to: TargetFields = {}): Plan {
  return plan(asked, to);
}

export function made(index: number, fields: Partial<Made> = {}): Made {
  return {
    index,
    picture: madePicture(),
    revisedPrompt: undefined,
    seed: undefined,
    quality: undefined,
    background: undefined,
    warnings: [],
    plan: planOf(),
    ...fields,
  };
}

export function usageOf(text: number, image: number): Usage {
  return {
    input_tokens: text,
    output_tokens: image,
    total_tokens: text + image,
    input_tokens_details: { text_tokens: text, image_tokens: 0 },
  };
}

/** The cost where nothing is known. */
export const unknownCost: Cost = { state: "unknown", bound: undefined };

/** The result of a call for so many pictures, with those made so far. */
export function callOf(
  all: readonly Made[],
  count: number,
  fields: Partial<CallResult> = {},
): CallResult {
  return {
    plan: all[0]?.plan ?? planOf(),
    part: { count, offset: 0 },
    made: all,
    usage: undefined,
    charge: undefined,
    facts: {},
    warnings: [],
    cost: unknownCost,
    fault: undefined,
    ...fields,
  };
}

export function delivered(index: number, fields: Partial<DeliveredPicture> = {}): DeliveredPicture {
  return {
    index,
    picture: madePicture(),
    blob: undefined,
    keep: undefined,
    revisedPrompt: undefined,
    seed: undefined,
    quality: undefined,
    background: undefined,
    warnings: [],
    ...fields,
  };
}

export const quiet = { info() {}, warn() {}, error() {} };
