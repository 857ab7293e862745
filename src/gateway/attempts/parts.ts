import type { Egress } from "../../net/egress.ts";
import type { Converter } from "../../pictures/convert.ts";
import type { RoutingParts } from "../routing/parts.ts";

/** The parts that attempts work with. */
export interface AttemptParts extends Pick<RoutingParts, "routing" | "now" | "uptime"> {
  readonly egress: Egress;
  readonly converter: Converter;
}
