import type { Egress } from "../../net/egress.ts";
import type { Converter } from "../../pictures/convert.ts";
import type { RoutingParts } from "../routing/parts.ts";

/** The parts that attempts work with. */
export interface AttemptParts extends Pick<RoutingParts, "routing" | "now" | "uptime"> {
  readonly egress: Egress;
  readonly converter: Converter;
  /** `metadata`: words in made pictures (texts, XMP, EXIF, comments) are taken out, or left in. */
  readonly images: { readonly metadata: "strip" | "keep" };
  /** A random seed that leaves room for one on each picture of a request within 31 bits. */
  readonly newSeed: () => number;
}
