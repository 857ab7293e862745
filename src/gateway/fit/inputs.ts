import { PinholeError } from "../../core/errors.ts";
import type { ModelCard } from "../../core/model-card.ts";
import { contentTypes, type OutputFormat, type Picture } from "../../core/picture.ts";
import type { Target } from "../../core/channel.ts";
import type { ImageRequest } from "../../core/request.ts";
import type { MaskRule } from "../../pictures/masks.ts";
import { narrowingOf } from "../catalog/serving.ts";

/** The work on the input pictures before an upstream call; done once, lazily. */
export interface InputPlan {
  readonly images: readonly {
    readonly picture: Picture;
    readonly convertTo: OutputFormat | undefined;
  }[];
  readonly mask: Picture | undefined;
  /** The way in which the upstream reads a mask. */
  readonly maskRule: MaskRule;
}

/** Input images that a model may be sent whose card says nothing of them; the number OpenAI takes. */
const openImagesMax = 16;

/** Checks the input pictures against the card. A mask or reference image that cannot be honoured is always a 400. */
export function fitInputs(request: ImageRequest, target: Target): InputPlan {
  const { images, mask, operation, model } = request;
  const { card } = target;
  const maskRule = maskRuleOf(target);
  const rule = imagesRule(card, operation);
  if (images.length > 0 && rule === undefined) {
    throw new PinholeError("unsupported_parameter", {
      message: `${model} takes no reference images${card?.operations.includes("edit") ? " on generations; send them to /v1/images/edits" : ""}.`,
      param: "image",
    });
  }
  if (rule !== undefined && images.length > rule.max) {
    throw new PinholeError("invalid_value", {
      message: `\`image\` has ${images.length} images; ${model} takes at most ${rule.max}.`,
      param: "image",
    });
  }
  if (mask !== undefined) checkMaskAllowed(request, target, maskRule, mask);
  return {
    images: images.map((picture, index) => ({
      picture,
      convertTo:
        card?.images === undefined
          ? undefined
          : checkImage(picture, index, card.images, card, model),
    })),
    mask,
    maskRule: maskRule ?? openAiMask,
  };
}

/** OpenAI's own reading of a mask. */
const openAiMask: MaskRule = { polarity: "transparent", binary: false };

/** The way in which the upstream reads a mask: as the card says, else the channel's settings; a server of OpenAI's dialect without a card as OpenAI does. */
function maskRuleOf(target: Target): MaskRule | undefined {
  const { card, channel } = target;
  if (card !== undefined) return card.mask;
  const polarity = narrowingOf(target)?.mask;
  if (polarity !== undefined) return { polarity, binary: false };
  return channel.provider.forwardsUnknown === true ? openAiMask : undefined;
}

/** The number of images that the operation takes; undefined: none. A model that edits takes the image that is edited, also where its card says nothing of images. */
function imagesRule(
  card: ModelCard | undefined,
  operation: ImageRequest["operation"],
): { readonly max: number } | undefined {
  if (card === undefined) return { max: openImagesMax };
  if (operation === "generation") return card.images?.references === true ? card.images : undefined;
  return card.images ?? { max: 1 };
}

function checkMaskAllowed(
  request: ImageRequest,
  { card }: Target,
  rule: MaskRule | undefined,
  mask: Picture,
): void {
  if (request.operation !== "edit") {
    throw new PinholeError("unsupported_parameter", {
      message:
        "`mask` belongs to /v1/images/edits; this request has no image that it could apply to.",
      param: "mask",
    });
  }
  if (rule === undefined && card === undefined) {
    throw new PinholeError("unsupported_parameter", {
      message: `It is not known how ${request.model} reads a mask, so none is sent: leave \`mask\` out, or have the operator say it in the model's card.`,
      param: "mask",
    });
  }
  if (rule === undefined) {
    throw new PinholeError("unsupported_parameter", {
      message: `${request.model} takes no mask; leave \`mask\` out or use a model that does.`,
      param: "mask",
    });
  }
  const bytesMax = card?.mask?.bytes_max;
  if (bytesMax !== undefined && mask.bytes.byteLength > bytesMax) {
    throw new PinholeError("image_too_large", {
      message: `\`mask\` has ${mask.bytes.byteLength} bytes; ${request.model} takes at most ${bytesMax}.`,
      param: "mask",
    });
  }
}

/** Refuses what the card rules out; says which format to convert to where only the format is wrong. */
function checkImage(
  picture: Picture,
  index: number,
  rule: NonNullable<ModelCard["images"]>,
  card: ModelCard,
  model: string,
): OutputFormat | undefined {
  const name = index === 0 ? "The image" : `Image ${index + 1}`;
  if (picture.bytes.byteLength > rule.bytes_max) {
    throw new PinholeError("image_too_large", {
      message: `${name} has ${picture.bytes.byteLength} bytes; ${model} takes at most ${rule.bytes_max}.`,
      param: "image",
    });
  }
  if (rule.square && picture.width !== picture.height) {
    throw new PinholeError("invalid_image", {
      message: `${name} is ${picture.width}x${picture.height}; ${model} takes square images only.`,
      param: "image",
    });
  }
  const known = rule.formats.find((format) => format === picture.format);
  if (known !== undefined) return undefined;
  if (card.strict) {
    throw new PinholeError("invalid_image", {
      message: `${name} is ${contentTypes[picture.format]} by its bytes; ${model} takes ${rule.formats.join(", ")} only.`,
      param: "image",
    });
  }
  return rule.formats[0];
}
