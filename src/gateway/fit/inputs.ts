import { PinholeError } from "../../core/errors.ts";
import type { ModelCard } from "../../core/model-card.ts";
import { contentTypes, type OutputFormat, type Picture } from "../../core/picture.ts";
import type { ImageRequest } from "../../core/request.ts";

/** What must be done to the input pictures before an upstream call; done once, lazily. */
export interface InputPlan {
  readonly images: readonly {
    readonly picture: Picture;
    readonly convertTo: OutputFormat | undefined;
  }[];
  readonly mask: Picture | undefined;
  /** How the upstream reads a mask. */
  readonly maskRule: {
    readonly polarity: "transparent" | "white" | "black";
    readonly binary: boolean;
  };
}

/** Input images that a model may be sent whose card says nothing of them; the number OpenAI takes. */
const openImagesMax = 16;

/** Checks the input pictures against the card. A mask or reference image that cannot be honoured is always a 400. */
export function fitInputs(request: ImageRequest, card: ModelCard | undefined): InputPlan {
  const { images, mask, operation, model } = request;
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
  if (mask !== undefined) checkMaskAllowed(request, card, mask);
  return {
    images: images.map((picture, index) => ({
      picture,
      convertTo:
        card?.images === undefined
          ? undefined
          : checkImage(picture, index, card.images, card, model),
    })),
    mask,
    maskRule: card?.mask ?? { polarity: "transparent", binary: false },
  };
}

/** The number of images that the operation takes; undefined: none. A model that edits takes what is edited, whatever its card says of images. */
function imagesRule(
  card: ModelCard | undefined,
  operation: ImageRequest["operation"],
): { readonly max: number } | undefined {
  if (card === undefined) return { max: openImagesMax };
  if (operation === "generation") return card.images?.references === true ? card.images : undefined;
  return card.images ?? { max: openImagesMax };
}

function checkMaskAllowed(request: ImageRequest, card: ModelCard | undefined, mask: Picture): void {
  if (request.operation !== "edit") {
    throw new PinholeError("unsupported_parameter", {
      message:
        "`mask` belongs to /v1/images/edits; this request has no image that it could apply to.",
      param: "mask",
    });
  }
  if (card !== undefined && card.mask === undefined) {
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
