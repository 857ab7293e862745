import type { Target } from "../../core/channel.ts";
import type { ImageRequest, Warning } from "../../core/request.ts";
import { servedName } from "../catalog/serving.ts";
import type { Plan } from "./terms.ts";

/**
 * A request for a retired model as it is asked of the model in its place. `ruled` is the request as the
 * retired model's own card reads it: its defaults are said aloud (size, quality), since the other
 * model's differ, and what it never took is gone.
 */
export function translateRetired(
  request: ImageRequest,
  { request: ruled, output }: Pick<Plan, "request" | "output">,
): ImageRequest {
  return {
    ...request,
    operation: ruled.operation,
    prompt: ruled.prompt,
    size: output.size ?? ruled.size,
    // What a model without tiers or backgrounds does unasked, another one has to be told.
    quality: ruled.quality ?? (request.quality === "standard" ? "standard" : undefined),
    style: ruled.style,
    background: ruled.background ?? (request.background === "opaque" ? "opaque" : undefined),
    output_compression: ruled.output_compression ?? output.compression,
    watermark: ruled.watermark,
    moderation: ruled.moderation,
    partial_images: ruled.partial_images,
    // A shape that was asked for by name is the other model's to find.
    more:
      ruled.ratio === undefined || request.more.aspect_ratio === undefined
        ? ruled.more
        : { ...ruled.more, aspect_ratio: ruled.ratio },
  };
}

/** The target as the translation is fitted to it: words of the retired model become the nearest that it has. */
export function standInTarget(target: Target): Target {
  const { card } = target;
  return card === undefined ? target : { ...target, card: { ...card, strict: false } };
}

/** Said on every request for a retired model. */
export function replacedWarning(request: ImageRequest, target: Target): Warning {
  const since = target.model.named?.retires_at;
  const when = since === undefined ? "" : ` on ${since}`;
  return {
    param: "model",
    code: "model_replaced",
    message: `\`${request.model}\` was retired${when}; ${servedName(target)} serves it. Name that one in \`model\`.`,
  };
}
