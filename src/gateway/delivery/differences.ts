import type { PictureFacts } from "../../core/picture.ts";
import { sizeText, type Warning } from "../../core/request.ts";
import type { Plan } from "../fit/terms.ts";

const none: readonly Warning[] = [];

/**
 * Warnings about a made picture that is another than the upstream was asked for, and that the gateway
 * does not change: its size, a format that only models make, or one that cannot be compressed as asked.
 */
export function differencesOf(picture: PictureFacts, plan: Plan): readonly Warning[] {
  const size = sizeDifference(picture, plan);
  const format = formatDifference(picture, plan);
  const compression = compressionDifference(picture, plan);
  if (size === undefined && format === undefined && compression === undefined) return none;
  return [size, format, compression].filter((one) => one !== undefined);
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

/** A compression of a picture that nobody said a format for, which came in one that has none. */
function compressionDifference({ format }: PictureFacts, plan: Plan): Warning | undefined {
  const compression = plan.request.output_compression ?? plan.output.compression ?? 100;
  if (compression === 100 || format === "jpeg" || format === "webp") return undefined;
  const message = `\`output_compression\` had no effect: the image is a ${format}.`;
  return { param: "output_compression", code: "unsupported_parameter", message };
}
