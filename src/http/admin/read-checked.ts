import type { z } from "zod";
import { PinholeError } from "../../core/errors.ts";

/** A body or query as its schema reads it. Throws invalid_value with the first fault. */
export function read<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value ?? {});
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const param = issue?.path.map(String).join(".");
  throw new PinholeError("invalid_value", {
    message: `${param === undefined || param === "" ? "The body" : `\`${param}\``} is not valid: ${issue?.message ?? "unknown fault"}.`,
    param: param === "" ? undefined : param,
  });
}
