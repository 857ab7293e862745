import type { PictureFacts } from "../../core/picture.ts";
import { sizeText, type Warning } from "../../core/request.ts";
import type { Plan } from "../fit/terms.ts";

const none: readonly Warning[] = [];

/**
 * Warnings about a made picture that is another than the upstream was asked for, and that the gateway
 * does not change: its size, or a format that only models make.
 */
export function differencesOf(picture: PictureFacts, plan: Plan): readonly Warning[] {
  const size = sizeDifference(picture, plan);
  const format = formatDifference(picture, plan);
  if (size === undefined && format === undefined) return none;
  return [size, format].filter((one) => one !== undefined);
}

function sizeDifference(picture: PictureFacts, plan: Plan): Warning | undefined {
  const { size, ratio } = plan.request;
  if (size === undefined || size === "auto") return undefined;
  const made = shownSize(picture);
  if (made === sizeText(size) || plan.output.size !== undefined) return undefined;
  // Of a ratio that was taken in the size's place the plan has told already.
  if (ratio !== undefined && plan.warnings.some(({ param }) => param === "size")) return undefined;
  const message = `The image is ${made}; the model was asked for ${sizeText(size)}.`;
  return { param: "size", code: "size_differs", message };
}

/** As people see it: turned by its EXIF orientation. */
function shownSize({ width, height, orientation }: PictureFacts): string {
  return sizeText(orientation >= 5 ? { width: height, height: width } : { width, height });
}

function formatDifference(picture: PictureFacts, plan: Plan): Warning | undefined {
  const format = plan.request.output_format;
  if (format === undefined || format === picture.format) return undefined;
  // What the gateway makes, it makes of any picture.
  if (plan.output.format !== undefined) return undefined;
  const message = `The image is a ${picture.format}; the model was asked for ${format}.`;
  return { param: "output_format", code: "format_mismatch", message };
}
