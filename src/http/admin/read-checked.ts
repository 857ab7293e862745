import type { z } from "zod";
import { PinholeError } from "../../core/errors.ts";

/** A body or query as its schema reads it. Throws invalid_value with the first fault. */
export function read<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value ?? {});
  if (result.success) return result.data;
  const issue = meant(result.error.issues[0]);
  if (issue?.code === "unrecognized_keys") throw unknownFields(issue.path, issue.keys);
  const param = issue?.path.map(String).join(".");
  throw new PinholeError("invalid_value", {
    message: `${param === undefined || param === "" ? "The body" : `\`${param}\``} is not valid: ${issue?.message ?? "unknown fault"}.`,
    param: param === "" ? undefined : param,
  });
}

type Issue = z.core.$ZodIssue;

/** The mistake in that form of a value, of several that it may have, which was meant: the one whose kind it is of. */
function meant(issue: Issue | undefined): Issue | undefined {
  if (issue?.code !== "invalid_union") return issue;
  const fitting = issue.errors.filter((branch) => branch.every(isInside));
  const inner = fitting.length === 1 ? fitting[0]?.[0] : undefined;
  return inner === undefined ? issue : meant({ ...inner, path: [...issue.path, ...inner.path] });
}

function isInside({ code, path }: Issue): boolean {
  return path.length > 0 || code === "unrecognized_keys" || code === "custom";
}

function unknownFields(path: readonly PropertyKey[], names: readonly string[]): PinholeError {
  const fields = names.map((name) => [...path.map(String), name.slice(0, 100)].join("."));
  const shown = fields.slice(0, 10).map((field) => `\`${field}\``);
  return new PinholeError("invalid_value", {
    message: `There is no field ${shown.join(", ")} here; remove it, or write it as the documentation does.`,
    param: fields[0],
  });
}

/** The fields of a body, whatever they are. Throws invalid_value where it is no object. */
export function readFields(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body === "object" && body !== null && !Array.isArray(body)) return { ...body };
  throw new PinholeError("invalid_value", { message: "The body must be a JSON object." });
}
