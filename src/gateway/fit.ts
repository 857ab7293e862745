import { PinholeError } from "../core/errors.ts";
import type { ModelCard } from "../core/model-card.ts";
import type { OutputFormat } from "../core/picture.ts";
import type { FittedRequest, ImageRequest, Size, Warning } from "../core/request.ts";
import type { Target } from "../core/channel.ts";
import { countCodePoints } from "../core/text.ts";
import { fitInputs, type InputPlan } from "./fit-inputs.ts";
import { fitOptions } from "./fit-options.ts";
import { fitQuality } from "./fit-quality.ts";
import { fitSize } from "./fit-size.ts";

/** What the operator lets the gateway do where a model cannot do what was asked. */
export interface FitPolicy {
  /** Change the size of a made picture to the one asked for. */
  readonly resample: boolean;
  /** `drop`: leave `style` out with a warning. `prompt`: say it in the prompt. */
  readonly style: "drop" | "prompt";
}

/** What is done to each made picture before it is delivered. */
export interface OutputPlan {
  /** Undefined: as the upstream made it. */
  readonly format: OutputFormat | undefined;
  readonly compression: number | undefined;
  /** Undefined: as the upstream made it. */
  readonly size: Size | undefined;
}

/** A request fitted to one target: nothing in it was dropped in silence. */
export interface Plan {
  readonly target: Target;
  /** The upstream call's fields; `n`, `seed` and the mask are completed for each call. */
  readonly request: Omit<FittedRequest, "n" | "mask" | "images">;
  readonly inputs: InputPlan;
  /** Images that one upstream call makes. */
  readonly perCall: number;
  readonly options: unknown;
  readonly output: OutputPlan;
  readonly warnings: readonly Warning[];
}

/** Where a step of fitting puts what it could not honour: a warning, or in strict mode a 400. */
export type Complain = (param: string, code: Warning["code"], message: string) => void;

/**
 * Fits a request to one target's model: refuses (throws), emulates (`output`), or leaves out with a
 * warning. A model without a card takes everything.
 */
export function fit(
  request: ImageRequest,
  target: Target,
  policy: FitPolicy,
  strict: boolean,
): Plan {
  const { card } = target;
  const warnings: Warning[] = [];
  const complain: Complain = (param, code, message) => {
    if (strict) {
      const refusal = code === "adjusted_value" ? "invalid_value" : "unsupported_parameter";
      throw new PinholeError(refusal, { message, param });
    }
    warnings.push({ param, code, message });
  };
  checkOperation(request, card);
  checkPrompt(request, card);
  checkCount(request, card);
  const size = fitSize(request, target, policy, complain);
  const quality = fitQuality(request, target, complain);
  const output = fitOutput(request, target, size.resampleTo, complain);
  const options = fitOptions(request, target, policy, strict, complain);
  return {
    target,
    request: {
      operation: request.operation,
      prompt: options.prompt,
      size: size.size,
      ratio: size.ratio,
      tier: size.tier,
      quality,
      style: options.style,
      background: options.background,
      output_format: output.native,
      output_compression: output.nativeCompression,
      watermark: options.watermark,
      moderation: options.moderation,
      user: options.user,
      stream: request.stream && (card?.streaming ?? true),
      partial_images: request.partial_images,
      more: options.more,
    },
    inputs: fitInputs(request, card),
    perCall: perCallOf(target, request),
    options: options.providerOptions,
    output: output.plan,
    warnings,
  };
}

/** A model without a card is asked for all images at once, unless the channel's settings say how many one call makes. */
function perCallOf(target: Target, request: ImageRequest): number {
  if (target.card !== undefined) return target.card.n;
  const [settings] = target.channel.credentials;
  const narrowing = settings === undefined ? undefined : target.channel.provider.narrow?.(settings);
  return narrowing?.imagesPerCall ?? request.n;
}

function checkOperation(request: ImageRequest, card: ModelCard | undefined): void {
  const takes = card?.operations ?? ["generation", "edit"];
  if (takes.includes(request.operation)) return;
  throw new PinholeError("unsupported_operation", {
    message: `The model \`${request.model}\` does not take ${request.operation} requests; it takes: ${takes.join(", ")}.`,
    param: "model",
  });
}

function checkPrompt(request: ImageRequest, card: ModelCard | undefined): void {
  const max =
    request.operation === "generation"
      ? card?.prompt_max
      : (card?.edit_prompt_max ?? card?.prompt_max);
  if (max === undefined || request.prompt.length <= max) return;
  const count = countCodePoints(request.prompt);
  if (count <= max) return;
  throw new PinholeError("string_above_max_length", {
    message: `\`prompt\` has ${count} characters; ${request.model} takes at most ${max}.`,
    param: "prompt",
  });
}

function checkCount(request: ImageRequest, card: ModelCard | undefined): void {
  const max = card?.n_max ?? 10;
  if (request.n <= max) return;
  throw new PinholeError("invalid_value", {
    message: `\`n\` must be ${max === 1 ? "1" : `1 to ${max}`} for ${request.model}; you sent ${request.n}.`,
    param: "n",
  });
}

interface FittedOutput {
  readonly native: FittedRequest["output_format"];
  readonly nativeCompression: number | undefined;
  readonly plan: OutputPlan;
}

function fitOutput(
  request: ImageRequest,
  target: Target,
  size: Size | undefined,
  complain: Complain,
): FittedOutput {
  const { card } = target;
  const { output_format: format, output_compression: compression } = request;
  if (request.background === "transparent" && format === "jpeg") {
    throw new PinholeError("invalid_value", {
      message:
        "`background` transparent needs `output_format` png or webp; jpeg has no transparency.",
      param: "background",
    });
  }
  if (
    compression !== undefined &&
    compression !== 100 &&
    (format === undefined || format === "png")
  ) {
    throw new PinholeError("invalid_value", {
      message:
        "`output_compression` below 100 needs `output_format` jpeg or webp; png is lossless.",
      param: "output_compression",
    });
  }
  if (format === "gif" || format === "svg") {
    if (card !== undefined && !card.formats.includes(format)) {
      throw new PinholeError("invalid_value", {
        message: `\`output_format\` ${format} is not made by ${request.model}; use png, jpeg or webp.`,
        param: "output_format",
      });
    }
    if (compression !== undefined && compression !== 100) {
      complain(
        "output_compression",
        "unsupported_parameter",
        `\`output_compression\` has no meaning for ${format}.`,
      );
    }
    return {
      native: format,
      nativeCompression: undefined,
      plan: { format: undefined, compression: undefined, size: undefined },
    };
  }
  const takesFormat =
    card === undefined
      ? target.takes("output_format")
      : card.format_parameter && (format === undefined || card.formats.includes(format));
  const takesCompression =
    takesFormat &&
    (card === undefined ? target.takes("output_compression") : card.compression_parameter);
  return {
    native: takesFormat ? format : undefined,
    nativeCompression: takesCompression ? compression : undefined,
    plan: {
      format,
      compression: takesCompression && size === undefined ? undefined : compression,
      size,
    },
  };
}
