import type { ModelCard } from "../../src/core/model-card.ts";
import { parseSize } from "../../src/core/request.ts";
import type { Fixture } from "./fixture.ts";

type Request = Fixture["request"];

function sizeFits(text: string, request: Request, card: ModelCard): boolean {
  if (text === "auto" || card.ratios !== undefined) return true;
  const listed = request.operation === "generation" ? card.sizes : (card.edit_sizes ?? card.sizes);
  // A card that names no sizes at all takes any, as it came.
  if ([card.sizes, card.edit_sizes, card.size_rule].every((one) => one === undefined)) return true;
  if (listed?.includes(text)) return true;
  const size = parseSize(text);
  const rule = card.size_rule;
  if (size === undefined || rule === undefined) return false;
  const [short, long] = [size.width, size.height].toSorted((a, b) => a - b);
  const pixels = size.width * size.height;
  return (
    size.width % rule.multiple === 0 &&
    size.height % rule.multiple === 0 &&
    (short ?? 0) >= rule.edge_min &&
    (long ?? 0) <= rule.edge_max &&
    pixels >= rule.pixels_min &&
    pixels <= rule.pixels_max &&
    (long ?? 0) / (short ?? 1) <= rule.aspect_max
  );
}

/**
 * What of a fixture's request its card does not take: a fixture must be a request that the gateway
 * could really hand to the adapter. Empty where all is well.
 */
export function fitFaults(request: Request, card: ModelCard, forwardsUnknown: boolean): string[] {
  const faults: string[] = [];
  const need = (ok: boolean, what: string): void => {
    if (!ok) faults.push(what);
  };
  const listed = (value: string | undefined, list: readonly string[] | undefined, what: string) =>
    need(value === undefined || (list ?? []).includes(value), `${what} ${value ?? ""}`);
  need(card.operations.includes(request.operation), request.operation);
  need(request.n <= card.n, `n ${request.n}`);
  need(request.size === undefined || sizeFits(request.size, request, card), `size ${request.size}`);
  listed(request.quality, card.qualities, "quality");
  listed(request.style, card.styles, "style");
  listed(request.background, card.backgrounds, "background");
  listed(request.output_format, card.format_parameter ? card.formats : [], "output_format");
  need(
    request.output_compression === undefined || card.compression_parameter,
    "output_compression",
  );
  for (const name of ["watermark", "moderation", "user"] as const)
    need(request[name] === undefined || card.parameters.includes(name), name);
  // Where unknown fields are forwarded, `more` may hold what no card lists.
  for (const name of forwardsUnknown ? [] : Object.keys(request.more))
    need(card.parameters.includes(name), name);
  const { images } = request;
  need(images.length <= (card.images?.max ?? 0), `${images.length} images`);
  for (const spec of images) {
    const format = spec.split(" ")[0];
    need(card.images?.formats.some((one) => one === format) ?? false, `a ${format} image`);
  }
  need(request.mask === undefined || card.mask !== undefined, "mask");
  return faults;
}
