import { z } from "zod";
import { PinholeError } from "../core/errors.ts";

/**
 * An upstream's answer read with a minimal schema. Throws upstream_bad_answer, which says that the
 * work may have been done and billed: the status was 2xx.
 */
export function readAnswer<S extends z.ZodType>(schema: S, json: unknown): z.output<S> {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  throw new PinholeError("upstream_bad_answer", {
    message: "The upstream's answer could not be read; the request may have been billed.",
    detail: z.prettifyError(result.error),
  });
}
