import type { Picture, PictureSpool } from "../core/picture.ts";
import type { Converter } from "../pictures/convert.ts";
import { fitMask } from "../pictures/masks.ts";
import type { Plan } from "./fit.ts";

/** Input pictures as one upstream wants them. */
export interface PreparedInputs {
  readonly images: readonly Picture[];
  readonly mask: Picture | undefined;
}

/**
 * Converts a plan's input pictures (format, mask polarity) once for each plan and shares the result
 * among its calls and attempts: a failover does not read the client again.
 */
export function createInputs(
  converter: Converter,
  spool: PictureSpool,
): (plan: Plan) => Promise<PreparedInputs> {
  const prepared = new Map<Plan, Promise<PreparedInputs>>();
  return (plan) => {
    const known = prepared.get(plan);
    if (known !== undefined) return known;
    const work = prepare(plan, converter, spool);
    prepared.set(plan, work);
    return work;
  };
}

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
  return {
    images: converted,
    mask: mask === undefined ? undefined : await fitMask(mask, maskRule, spool, converter),
  };
}
