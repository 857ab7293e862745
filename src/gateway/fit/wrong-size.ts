import { PinholeError } from "../../core/errors.ts";
import type { ModelCard } from "../../core/model-card.ts";
import { type Size, sizeText } from "../../core/request.ts";

/** The refusal of a size that a strict card does not have. */
export function wrongSize(
  asked: Size | "auto",
  card: ModelCard,
  words: readonly string[],
  model: string,
): PinholeError {
  const rule = card.size_rule;
  const free =
    rule === undefined
      ? ""
      : `${words.length > 0 ? ", or " : ""}WIDTHxHEIGHT with both sides divisible by ${rule.multiple}, edges up to ${rule.edge_max}, an aspect of at most ${rule.aspect_max}:1 and ${rule.pixels_min} to ${rule.pixels_max} pixels`;
  const sent = asked === "auto" ? "auto" : sizeText(asked);
  return new PinholeError("invalid_value", {
    message: `\`size\` must be ${words.length > 1 ? "one of " : ""}${words.join(", ")}${free} for ${model}; you sent ${sent}.`,
    param: "size",
  });
}
