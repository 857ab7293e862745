import type { CallFacts } from "../core/provider.ts";
import type { Operation, Size, Usage } from "../core/request.ts";

/** A number between two bounds; both the same where it is known. */
export interface Span {
  readonly least: number;
  readonly most: number;
}

/**
 * A picture as a price sees it: one that was made, whose facts are measured, or one that is yet to be made. Null
 * stands for what is not known beforehand.
 */
export interface PricedPicture {
  readonly width: Span;
  readonly height: Span;
  readonly pixels: Span;
  /** The word for its resolution that the upstream was asked for. */
  readonly resolution: string | undefined;
  readonly quality: string | undefined | null;
  readonly format: string | null;
}

/** One upstream call as a price sees it. */
export interface PricedCall {
  /** The time of the request, Unix milliseconds: the price of its day (UTC) holds. */
  readonly at: number;
  readonly operation: Operation;
  readonly pictures: readonly PricedPicture[];
  /** Pictures that were sent to the upstream. */
  readonly inputs: readonly Size[];
  /** The value of a field of the request or of the provider's options, by the name that a price uses. */
  option(name: string): unknown;
  /** The value of a channel's setting. */
  setting(name: string): unknown;
  readonly usage: Usage | undefined;
  readonly facts: CallFacts;
  /** The card's named resolutions. */
  readonly tiers: readonly { readonly word: string; readonly megapixels: number }[] | undefined;
}

/** A made picture, measured. */
export function madePicture(
  size: Size,
  said: {
    readonly format: string;
    readonly quality: string | undefined;
    readonly resolution?: string | undefined;
  },
): PricedPicture {
  const exactly = (value: number): Span => ({ least: value, most: value });
  return {
    width: exactly(size.width),
    height: exactly(size.height),
    pixels: exactly(size.width * size.height),
    format: said.format,
    quality: said.quality,
    resolution: said.resolution,
  };
}

/** The value that a dotted name leads to among own properties; undefined where there is none. */
export function valueUnder(record: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(record, name)) return record[name];
  let value: unknown = record;
  for (const step of name.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step))
      return undefined;
    value = (value as Readonly<Record<string, unknown>>)[step];
  }
  return value;
}
