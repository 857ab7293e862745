import { PinholeError } from "../../core/errors.ts";
import type { ModelCard } from "../../core/model-card.ts";
import type { FittedRequest, ImageRequest, Warning } from "../../core/request.ts";
import type { Target } from "../../core/channel.ts";
import { countCodePoints } from "../../core/text.ts";
import { narrowingOf, servedName } from "../catalog/serving.ts";
import { fitInputs } from "./inputs.ts";
import { fitOperation, operationCard } from "./operation.ts";
import { fitOptions } from "./options.ts";
import { checkHosting, fitOutput } from "./output.ts";
import { fitQuality } from "./quality.ts";
import { fitSize } from "./size.ts";
import { checkWords } from "./words.ts";
import type { Plan, Complain, FitOptions } from "./terms.ts";
import { replacedWarning, standInTarget, translateRetired } from "./retired.ts";

/**
 * Fits a request to one target's model: refuses (throws), emulates (`output`), or leaves out with a
 * warning. A model without a card takes everything. A request for a retired model is read by that
 * model's own card first and then translated to the one that serves it.
 */
export function fit(request: ImageRequest, target: Target, options: FitOptions): Plan {
  const { named } = target.model;
  if (named === undefined) return fitModel(request, target, options);
  // What is passed on under names of the provider's own is judged once, where it is passed on.
  const known = { ...request, unknown: {}, provider_options: {} };
  const ruled = fitModel(known, { ...target, card: named }, options);
  // From here on it is the model that runs which takes or does not take something.
  const translated = { ...translateRetired(request, ruled), model: servedName(target) };
  const plan = fitModel(translated, standInTarget(target), {
    ...options,
    // The old sizes are what its clients are laid out for.
    policy: { ...options.policy, resample: true },
  });
  return {
    ...plan,
    target,
    warnings: [replacedWarning(request, target), ...ruled.warnings, ...plan.warnings],
  };
}

function fitModel(sent: ImageRequest, whole: Target, fitting: FitOptions): Plan {
  const { policy, strict } = fitting;
  const warnings: Warning[] = [];
  const complain: Complain = (param, code, message) => {
    if (strict) {
      const refusal = code === "adjusted_value" ? "invalid_value" : "unsupported_parameter";
      throw new PinholeError(refusal, { message, param });
    }
    warnings.push({ param, code, message });
  };
  const request = fitOperation(sent, whole.card, policy, complain);
  const target = { ...whole, card: operationCard(whole.card, request.operation) };
  const { card } = target;
  checkWords(request, card);
  checkPrompt(request, card);
  checkCount(request, card);
  const size = fitSize(request, target, policy, complain);
  const quality = fitQuality(request, target, complain);
  checkHosting(request, whole, fitting);
  const output = fitOutput(request, target, size.resampleTo, complain);
  const options = fitOptions(request, target, fitting, complain);
  return {
    target: whole,
    request: {
      operation: request.operation,
      prompt: options.prompt,
      size: size.size,
      ratio: size.ratio,
      tier: size.tier,
      quality,
      style: options.style,
      background: options.background,
      output_format: output.format,
      output_compression: output.compression,
      watermark: options.watermark,
      moderation: options.moderation,
      user: options.user,
      ...fitStream(request, target, complain),
      more: options.more,
    },
    inputs: fitInputs(request, target),
    perCall: perCallOf(target, request),
    options: options.providerOptions,
    output: output.plan,
    warnings,
  };
}

/** Any model is streamed to the client; only some of them are asked for a stream, and only these show previews. */
function fitStream(
  request: ImageRequest,
  target: Target,
  complain: Complain,
): Pick<FittedRequest, "stream" | "partial_images"> {
  const leaveOut = (why: string): void => {
    if (request.partial_images === 0) return;
    complain("partial_images", "unsupported_parameter", `\`partial_images\` ${why}`);
  };
  if (!request.stream) {
    leaveOut("needs `stream: true`; it was left out.");
    return { stream: false, partial_images: 0 };
  }
  const stream = target.card?.streaming ?? target.takes("stream");
  if (!stream) {
    leaveOut(`is left out: ${request.model} makes no previews, only finished images are streamed.`);
  }
  return { stream, partial_images: stream ? request.partial_images : 0 };
}

/** A model without a card is asked for all images at once, unless the channel's settings say how many one call makes. */
function perCallOf(target: Target, request: ImageRequest): number {
  if (target.card !== undefined) return target.card.n;
  return narrowingOf(target)?.imagesPerCall ?? request.n;
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
