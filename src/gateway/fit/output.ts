import type { Target } from "../../core/channel.ts";
import { PinholeError } from "../../core/errors.ts";
import type { ModelCard } from "../../core/model-card.ts";
import type { FittedRequest, ImageRequest, Size } from "../../core/request.ts";
import { rulingCard } from "../catalog/serving.ts";
import { deliveryOf } from "./form.ts";
import type { Complain, FitOptions, OutputPlan } from "./terms.ts";

export interface FittedOutput {
  /** The format that the upstream is asked for. */
  readonly format: FittedRequest["output_format"];
  readonly compression: number | undefined;
  /** The changes that the gateway makes to the result. */
  readonly plan: OutputPlan;
}

/** Format, compression and resampling: natively where the model can, else by the gateway. */
export function fitOutput(
  request: ImageRequest,
  target: Target,
  size: Size | undefined,
  complain: Complain,
): FittedOutput {
  checkBackground(request);
  const { output_format: format } = request;
  if (format === "gif" || format === "svg") {
    return fitForeign(format, request, target, size, complain);
  }
  const { card } = target;
  const compression = fitCompression(request, card, complain);
  const takesFormat =
    card === undefined
      ? target.takes("output_format")
      : card.format_parameter && (format === undefined || card.formats.includes(format));
  const takesCompression =
    takesFormat &&
    (card === undefined ? target.takes("output_compression") : card.compression_parameter);
  return {
    format: takesFormat ? format : undefined,
    compression: takesCompression ? compression : undefined,
    plan: {
      format,
      compression: takesCompression && size === undefined ? undefined : compression,
      size,
    },
  };
}

function checkBackground({ background, output_format: format }: ImageRequest): void {
  if (background !== "transparent" || format !== "jpeg") return;
  throw new PinholeError("invalid_value", {
    message:
      "`background` transparent needs `output_format` png or webp; jpeg has no transparency.",
    param: "background",
  });
}

/**
 * The compression, where the format that comes takes one. Models that have it by OpenAI's own rules refuse it
 * otherwise, as OpenAI does; of a model without a card only the picture tells which format comes unasked.
 */
function fitCompression(
  { output_format: format, output_compression: compression }: ImageRequest,
  card: ModelCard | undefined,
  complain: Complain,
): number | undefined {
  if (compression === undefined || compression === 100) return compression;
  if ((format ?? card?.formats[0]) !== "png") return compression;
  const message =
    "`output_compression` below 100 needs `output_format` jpeg or webp; png is lossless";
  if (card?.strict === true && card.compression_parameter) {
    throw new PinholeError("invalid_value", {
      message: `${message}.`,
      param: "output_compression",
    });
  }
  complain("output_compression", "unsupported_parameter", `${message}, so it was left out.`);
  return undefined;
}

/** Refuses to host what a model makes as SVG, which may hold scripts: asked for as a URL alone it would be delivered to nobody. */
export function checkHosting(
  request: ImageRequest,
  target: Target,
  parts: Pick<FitOptions, "images">,
): void {
  if (!isVector(request, target)) return;
  const { url, base64 } = deliveryOf(request, parts, rulingCard(target)?.delivery);
  if (!url || base64) return;
  throw new PinholeError("invalid_value", {
    message: `${request.model} makes SVG here, which is delivered as base64 only; set \`response_format\` to b64_json.`,
    param: "response_format",
  });
}

/** True where the model will make an SVG: one that makes nothing else does so whatever is asked for. */
function isVector({ output_format: format }: ImageRequest, { card }: Target): boolean {
  if (format === "svg" || card === undefined) return format === "svg";
  const isFirst = card.formats[0] === "svg";
  return format === undefined ? isFirst : isFirst && card.formats.length === 1;
}

/** Formats that the gateway neither makes nor changes: only a model that has them gives them. */
function fitForeign(
  format: "gif" | "svg",
  request: ImageRequest,
  target: Target,
  size: Size | undefined,
  complain: Complain,
): FittedOutput {
  const { card } = target;
  const parameter = card === undefined ? target.takes("output_format") : card.format_parameter;
  const unasked = card?.formats[0] === format;
  if (!unasked && !(parameter && (card === undefined || card.formats.includes(format)))) {
    throw new PinholeError("invalid_value", {
      message: `\`output_format\` ${format} is not made by ${request.model}; use png, jpeg or webp.`,
      param: "output_format",
    });
  }
  const { output_compression: compression } = request;
  if (compression !== undefined && compression !== 100) {
    complain(
      "output_compression",
      "unsupported_parameter",
      `\`output_compression\` has no meaning for ${format}.`,
    );
  }
  if (size !== undefined) {
    complain("size", "adjusted_value", `A ${format} is delivered in the size it is made in.`);
  }
  return {
    format: parameter ? format : undefined,
    compression: undefined,
    plan: { format: undefined, compression: undefined, size: undefined },
  };
}
