import type { OutputFormat, Picture } from "./picture.ts";

export const operations = ["generation", "edit", "variation"] as const;
export type Operation = (typeof operations)[number];

/** Pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** `{1536, 864}` as `1536x864`. */
export function sizeText(size: Size): string {
  return `${size.width}x${size.height}`;
}

/** `1536x864` as pixels; undefined where the text is no `WxH` of positive integers without leading zeros. */
export function parseSize(text: string): Size | undefined {
  const match = /^([1-9]\d{0,4})x([1-9]\d{0,4})$/.exec(text);
  return match === null ? undefined : { width: Number(match[1]), height: Number(match[2]) };
}

export type ResponseFormat = "url" | "b64_json";

/**
 * A client's request after parsing: types are right, nothing is fitted to a model yet.
 * A field is undefined where the client left it out or sent null.
 */
export interface ImageRequest {
  readonly operation: Operation;
  readonly model: string;
  /** Empty for variations only. */
  readonly prompt: string;
  /** 1 to 10. */
  readonly n: number;
  readonly size?: Size | "auto" | undefined;
  readonly quality?: string | undefined;
  readonly response_format?: ResponseFormat | undefined;
  readonly style?: string | undefined;
  readonly background?: string | undefined;
  /** `jpg` has become `jpeg`. gif and svg are known words that only few cards take. */
  readonly output_format?: OutputFormat | "gif" | "svg" | undefined;
  /** 0 to 100. */
  readonly output_compression?: number | undefined;
  readonly watermark?: boolean | undefined;
  readonly moderation?: string | undefined;
  readonly stream: boolean;
  /** 0 to 3. */
  readonly partial_images: number;
  readonly user?: string | undefined;
  /** The images to edit, or reference images of a generation, in the client's order. */
  readonly images: readonly Picture[];
  /** PNG with alpha as the client sent it: transparent = may change. */
  readonly mask?: Picture | undefined;
  /** True: a further picture of each has the original's own pixels outside of the mask. */
  readonly keep_outside_mask?: boolean | undefined;
  /** A drawing over the first image that shows what to change, where the provider has it. */
  readonly markup?: Picture | undefined;
  /** Further fields that the contract knows, under their wire names: `seed`, `negative_prompt`, … Never null. */
  readonly more: Readonly<Record<string, unknown>>;
  /** Fields that the contract does not know, as they came. Never null. */
  readonly unknown: Readonly<Record<string, unknown>>;
  /** `provider_options`, by provider id. */
  readonly provider_options: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Said to the client in `x-pinhole-warnings`: what was left out or changed, and why. */
export interface Warning {
  readonly param: string;
  readonly code:
    | "unsupported_parameter"
    | "adjusted_value"
    | "model_replaced"
    | "partial_result"
    | "format_mismatch"
    | "size_differs";
  readonly message: string;
}

/**
 * One upstream call's worth of a request, fitted to the model that will run it: everything here is
 * something the card takes, so an adapter forwards all of it.
 */
export interface FittedRequest {
  readonly operation: Operation;
  readonly prompt: string;
  /** Images to make in this one call: at most the card's `n`. */
  readonly n: number;
  /** Absent or `auto`: the upstream decides. */
  readonly size?: Size | "auto" | undefined;
  /** Set where the card has `ratios` and a size was asked: the nearest one. `size` still says what was asked. */
  readonly ratio?: string | undefined;
  /** Set where the card has `tiers` and a size was asked: the word of the nearest one. */
  readonly tier?: string | undefined;
  readonly quality?: string | undefined;
  readonly style?: string | undefined;
  readonly background?: string | undefined;
  /** Set only to formats that the card makes natively. */
  readonly output_format?: OutputFormat | "gif" | "svg" | undefined;
  readonly output_compression?: number | undefined;
  readonly watermark?: boolean | undefined;
  readonly moderation?: string | undefined;
  readonly user?: string | undefined;
  /** True: the client is sent events and the model makes them; a model that does not is called as ever. */
  readonly stream: boolean;
  /** Previews to report before each picture; 0 where `stream` is false. */
  readonly partial_images: number;
  readonly images: readonly Picture[];
  /** In the polarity that the card declares: an alpha PNG, or 8-bit grey. */
  readonly mask?: Picture | undefined;
  /** Further fields that the card takes; for a model without a card, all that came. */
  readonly more: Readonly<Record<string, unknown>>;
}

/** The tokens that an upstream call used, in OpenAI's words. */
export interface Usage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly total_tokens: number;
  readonly input_tokens_details: { readonly text_tokens: number; readonly image_tokens: number };
  /** The part of the input that was cached and may be cheaper; it is in `input_tokens` too. Not told to clients. */
  readonly cached_tokens_details?:
    | { readonly text_tokens: number; readonly image_tokens: number }
    | undefined;
  readonly output_tokens_details?:
    | { readonly text_tokens: number; readonly image_tokens: number }
    | undefined;
}
