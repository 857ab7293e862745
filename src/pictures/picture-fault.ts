import { PinholeError } from "../core/errors.ts";
import type { PictureLimits } from "../core/picture.ts";

/** Bytes that are no whole picture. `message` is one sentence that says what to do. */
export function invalidImage(message: string, cause?: unknown): PinholeError {
  return new PinholeError("invalid_image", { message, cause });
}

/** A picture beyond a limit. */
export function imageTooLarge(message: string): PinholeError {
  return new PinholeError("image_too_large", { message });
}

/** A picture's fault as seen by whoever must mend it: with the caller's field name, or as the upstream's bad answer. */
export function blamed(
  thrown: unknown,
  { param, blame }: Pick<PictureLimits, "param" | "blame">,
): unknown {
  if (!(thrown instanceof PinholeError)) return thrown;
  if (thrown.code !== "invalid_image" && thrown.code !== "image_too_large") return thrown;
  if (blame === "upstream") {
    return new PinholeError("upstream_bad_answer", {
      message: "The upstream gave an image that cannot be used; try again or choose another model.",
      detail: thrown.message,
      cause: thrown,
    });
  }
  if (param === undefined || thrown.param !== undefined) return thrown;
  return new PinholeError(thrown.code, {
    message: thrown.message,
    param,
    detail: thrown.detail,
    cause: thrown.cause,
  });
}
