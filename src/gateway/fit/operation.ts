import { PinholeError } from "../../core/errors.ts";
import type { ModelCard } from "../../core/model-card.ts";
import { contentTypes } from "../../core/picture.ts";
import { type ImageRequest, sizeText } from "../../core/request.ts";
import type { Complain, FitPolicy } from "./terms.ts";

/** The prompt of a variation that is served as an edit: it names nothing, so that the picture itself decides. */
export const variationPrompt =
  "Make a variation of this image: the same subject, style, palette and mood, newly composed.";

/** "Under 4 MB" (CONTRACT, variations), in bytes. */
const variationBytesMax = 4 * 1024 * 1024 - 1;

/** The operations that a model without a card is taken to have. */
const openOperations: ModelCard["operations"] = ["generation", "edit"];

/**
 * The request as an operation that the model has: a variation becomes an edit where the operator lets
 * it and the model has only those. Throws unsupported_operation, and what the rules of variations refuse.
 */
export function fitOperation(
  request: ImageRequest,
  card: ModelCard | undefined,
  policy: Pick<FitPolicy, "variationsAsEdits">,
  complain: Complain,
): ImageRequest {
  const takes = card?.operations ?? openOperations;
  const { operation } = request;
  if (operation === "variation") checkVariation(request);
  const asEdit =
    operation === "variation" && !takes.includes(operation) && policy.variationsAsEdits;
  if (!takes.includes(asEdit ? "edit" : operation)) {
    throw new PinholeError("unsupported_operation", {
      message: `The model \`${request.model}\` does not take ${operation} requests; it takes: ${takes.join(", ")}.`,
      param: "model",
    });
  }
  if (operation !== "variation") return request;
  if (request.prompt !== "") {
    complain(
      "prompt",
      "unsupported_parameter",
      "Variations take no prompt, so `prompt` was left out; /v1/images/edits takes one.",
    );
  }
  return asEdit
    ? { ...request, operation: "edit", prompt: variationPrompt }
    : { ...request, prompt: "" };
}

/** dall-e-2's rules, which are those of the operation: one square PNG under 4 MB, and no stream. */
function checkVariation(request: ImageRequest): void {
  const [image, second] = request.images;
  const refuse = (
    code: "invalid_image" | "image_too_large" | "invalid_value",
    message: string,
  ): PinholeError => new PinholeError(code, { message, param: "image" });
  if (request.stream) {
    throw new PinholeError("unsupported_parameter", {
      message: "Variations are not streamed; leave `stream` out.",
      param: "stream",
    });
  }
  if (second !== undefined) {
    throw refuse(
      "invalid_value",
      `\`image\` must be one image for a variation; you sent ${request.images.length}.`,
    );
  }
  if (image === undefined) return;
  if (image.format !== "png") {
    throw refuse(
      "invalid_image",
      `The image is ${contentTypes[image.format]} by its bytes; variations take a PNG.`,
    );
  }
  if (image.width !== image.height) {
    throw refuse("invalid_image", `The image is ${sizeText(image)}; variations take a square one.`);
  }
  if (image.bytes.byteLength > variationBytesMax) {
    throw refuse(
      "image_too_large",
      `The image has ${image.bytes.byteLength} bytes; variations take less than 4 MB.`,
    );
  }
}

/** The card as it holds for the operation: variations have no quality, style, background or format. */
export function operationCard(
  card: ModelCard | undefined,
  operation: ImageRequest["operation"],
): ModelCard | undefined {
  if (card === undefined || operation !== "variation") return card;
  return {
    ...card,
    qualities: undefined,
    quality_default: undefined,
    styles: undefined,
    // Empty where the model has them otherwise: it cannot be told to make opaque ones.
    backgrounds: card.backgrounds === undefined ? undefined : [],
    format_parameter: false,
    compression_parameter: false,
  };
}
