/**
 * Checks of what comes back from the database, in the few shapes that it has. The rest of the program
 * has zod for what strangers send; in the store's thread, which reads only what this program wrote,
 * loading it took half of the CPU of opening the store and 13 MB.
 */
export interface Shape<T> {
  /** Throws where the value is something else. */
  parse(value: unknown): T;
}

export type Shaped<S> = S extends Shape<infer T> ? T : never;

function shape<T>(what: string, is: (value: unknown) => value is T): Shape<T> {
  return {
    parse(value) {
      if (is(value)) return value;
      throw new TypeError(`the database holds ${typeof value} where ${what} is due`);
    },
  };
}

export const text = shape("text", (value): value is string => typeof value === "string");
export const boolean = shape("a boolean", (value) => typeof value === "boolean");
export const number = shape("a number", (value): value is number => Number.isFinite(value));
/** A decimal as people wrote it: a number, or text where one of JavaScript would lose digits. */
export const decimal = shape(
  "a number or text",
  (value): value is number | string => typeof value === "string" || Number.isFinite(value),
);
/** One that JavaScript holds exactly. */
export const integer = shape("an integer", (value): value is number => Number.isSafeInteger(value));

/** 0 or 1: not every database has booleans. */
export const flag = shape("0 or 1", (value): value is 0 | 1 => value === 0 || value === 1);

export function oneOf<const T extends string>(words: readonly T[]): Shape<T> {
  return shape(words.join(" or "), (value): value is T => words.some((word) => word === value));
}

export function nullable<T>(inner: Shape<T>): Shape<T | null> {
  return { parse: (value) => (value === null ? null : inner.parse(value)) };
}

export function optional<T>(inner: Shape<T>): Shape<T | undefined> {
  return { parse: (value) => (value === undefined ? undefined : inner.parse(value)) };
}

export function listOf<T>(inner: Shape<T>): Shape<T[]> {
  return {
    parse(value) {
      if (!Array.isArray(value)) throw new TypeError("the database holds no list where one is due");
      return value.map((item) => inner.parse(item));
    },
  };
}

type Fields = Readonly<Record<string, Shape<unknown>>>;

/** An object of these fields; others that it has are left out. */
export function record<F extends Fields>(
  fields: F,
): Shape<{ [K in keyof F]: Shaped<F[K]> }> & { readonly fields: F } {
  const entries = Object.entries(fields);
  return {
    fields,
    parse(value) {
      if (typeof value !== "object" || value === null)
        throw new TypeError(`the database holds ${typeof value} where an object is due`);
      const named = value as Readonly<Record<string, unknown>>;
      const out: Record<string, unknown> = {};
      for (const [name, field] of entries) {
        const read = field.parse(named[name]);
        if (read !== undefined) out[name] = read;
      }
      // Every field was read by its own shape.
      return out as { [K in keyof F]: Shaped<F[K]> };
    },
  };
}
