import type { Picture, PictureSpool } from "../../core/picture.ts";
import type { ImageRequest, Warning } from "../../core/request.ts";
import { type Converter, needsNormalising } from "../../pictures/convert.ts";
import { fitMask, isOpaqueMask } from "../../pictures/masks.ts";
import type { Plan } from "../fit/terms.ts";

/** Input pictures as one upstream wants them. */
export interface PreparedInputs {
  readonly images: readonly Picture[];
  readonly mask: Picture | undefined;
  /** Oddities of theirs that are no mistakes. */
  readonly warnings: readonly Warning[];
}

/**
 * Turns input pictures upright that carry an EXIF orientation: sizes, masks and models mean the
 * picture as people see it. All others are passed on byte for byte.
 */
export async function uprightInputs(
  converter: Converter,
  request: ImageRequest,
  spool: PictureSpool,
  isWanted?: () => boolean,
): Promise<ImageRequest> {
  const { images, mask } = request;
  const isUpright =
    !images.some(needsNormalising) && (mask === undefined || !needsNormalising(mask));
  if (isUpright) return request;
  const upright = async (picture: Picture): Promise<Picture> =>
    needsNormalising(picture) ? converter.normalise(picture, spool, isWanted) : picture;
  return {
    ...request,
    images: await Promise.all(images.map(upright)),
    mask: mask === undefined ? undefined : await upright(mask),
  };
}

/**
 * Converts a plan's input pictures (format, mask polarity) once and shares the result
 * among its calls and attempts: a failover does not read the client again.
 */
export function createInputs(
  converter: Converter,
  spool: PictureSpool,
): (plan: Plan) => Promise<PreparedInputs> {
  // Plans of one class of targets share what they want of the inputs.
  let prepared: Map<Plan["inputs"], Promise<PreparedInputs>> | undefined;
  return (plan) => {
    const { images, mask } = plan.inputs;
    if (images.length === 0 && mask === undefined) return noInputs;
    const known = prepared?.get(plan.inputs);
    if (known !== undefined) return known;
    const work = prepare(plan, converter, spool);
    prepared ??= new Map();
    prepared.set(plan.inputs, work);
    return work;
  };
}

/** The one promise for all requests without input pictures, which are most. */
const noInputs: Promise<PreparedInputs> = Promise.resolve({
  images: [],
  mask: undefined,
  warnings: [],
});

const opaqueMask: Warning = {
  param: "mask",
  code: "adjusted_value",
  message:
    "The mask is opaque everywhere, so no part of the image may change; make it transparent where it may.",
};

async function prepare(
  plan: Plan,
  converter: Converter,
  spool: PictureSpool,
): Promise<PreparedInputs> {
  const { images, mask, maskRule } = plan.inputs;
  const converted: Picture[] = [];
  for (const { picture, convertTo } of images) {
    converted.push(
      convertTo === undefined
        ? picture
        : await converter.convert(picture, { format: convertTo }, spool),
    );
  }
  if (mask === undefined) return { images: converted, mask, warnings: [] };
  const isOpaque = await isOpaqueMask(mask, maskRule, spool, converter);
  return {
    images: converted,
    mask: await fitMask(mask, maskRule, spool, converter),
    warnings: isOpaque ? [opaqueMask] : [],
  };
}
