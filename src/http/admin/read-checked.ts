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
    message: `${param === undefined || param === "" ? "The body" : `\`${param}\``} is not valid: ${issue === undefined ? "unknown fault" : faultOf(issue)}.`,
    param: param === "" ? undefined : param,
  });
}

type Issue = z.core.$ZodIssue;

/** A mistake in plain words; bounds have none of their own, and would be told as a library tells them. */
function faultOf(issue: Issue): string {
  const isOwn = !/^(?:Too small|Too big|Invalid input): expected/.test(issue.message);
  if (isOwn) return issue.message;
  if (issue.code === "too_small") return `must ${bounded(issue.origin, issue.minimum, "more")}`;
  if (issue.code === "too_big") return `must ${bounded(issue.origin, issue.maximum, "fewer")}`;
  if (issue.code !== "invalid_type") return issue.message;
  // The value itself is in no issue; the message says only of what kind it was.
  if (issue.message.endsWith("received undefined")) return "must be given";
  return `must be ${kinds[issue.expected] ?? issue.expected}`;
}

const kinds: Readonly<Record<string, string>> = {
  string: "text",
  boolean: "true or false",
  number: "a number",
  int: "a whole number",
  array: "a list",
  object: "an object",
};

function bounded(origin: string, limit: number | bigint, side: "more" | "fewer"): string {
  if (origin === "string" && side === "more" && limit === 1) return "not be empty";
  if (origin === "string") return `have ${limit} characters or ${side}`;
  if (origin === "array") return `have ${limit} entries or ${side}`;
  return `be ${limit} or ${side === "more" ? "more" : "less"}`;
}

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
