import type { EntryPath } from "./resource.ts";

/** True for a plain object: what a map of YAML or JSON becomes. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Groups of a price in which null is a value: an option, or a setting, that is not set. */
const conditions: ReadonlySet<string> = new Set(["options", "settings"]);

/** A value without the settings that are null, in it and in what it holds; conditions of prices keep theirs. */
export function withoutNulls(value: unknown, isPrice = false): unknown {
  if (Array.isArray(value)) return value.map((inner: unknown) => withoutNulls(inner, isPrice));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null)
      .map(([name, inner]) => {
        const isCondition = isPrice && conditions.has(name);
        return [name, isCondition ? inner : withoutNulls(inner, isPrice || name === "price")];
      }),
  );
}

/** The value at a path below another; undefined where there is none. */
export function valueAt(value: unknown, path: EntryPath): unknown {
  return path.reduce<unknown>((inner, step) => {
    if (Array.isArray(inner)) return inner[Number(step)];
    return isRecord(inner) && Object.hasOwn(inner, step) ? inner[step] : undefined;
  }, value);
}

/** A copy with one value replaced; groups that are missing on the way are made. */
export function replaceAt(value: unknown, path: EntryPath, replacement: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return replacement;
  if (Array.isArray(value)) {
    return value.map((inner: unknown, index) =>
      index === Number(step) ? replaceAt(inner, rest, replacement) : inner,
    );
  }
  const record = isRecord(value) ? value : {};
  return { ...record, [step]: replaceAt(record[step], rest, replacement) };
}

/** A path as one text, as JSON Pointer (RFC 6901) writes it. */
export function pointerOf(path: EntryPath): string {
  return path
    .map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`)
    .join("");
}

/** The path that a pointer writes; places in lists come back as text. */
export function pathOf(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}
