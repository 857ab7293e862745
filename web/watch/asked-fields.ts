import type { WholeRequest } from "./requests.ts";

/** Fields of a record that are not the client's own, or stand elsewhere. */
const notSent: ReadonlySet<string> = new Set([
  "operation",
  "images",
  "mask",
  "markup",
  "more",
  "unknown",
  "partial_images",
  "stream",
  "made_from",
]);

/** The fields of a request as `/v1` takes them, with the seed that it was made with. Pictures are not among them. */
export function askedFields({ fields, pictures, trace }: WholeRequest): Record<string, unknown> {
  const asked = Object.fromEntries(
    Object.entries(fields).filter(
      ([name, value]) => !notSent.has(name) && value !== null && !isEmptyObject(value),
    ),
  );
  const more = (fields["more"] ?? {}) as Readonly<Record<string, unknown>>;
  const seed = more["seed"] ?? pictures[0]?.seed ?? trace?.attempts.at(-1)?.seed;
  const all = { ...asked, ...more, ...(fields["unknown"] as object | undefined) };
  return seed === undefined || seed === null ? all : { ...all, seed: numberOf(seed) };
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

/** Numbers past 2^53 stay as they were written. */
function numberOf(seed: unknown): unknown {
  const number = Number(seed);
  return Number.isSafeInteger(number) ? number : seed;
}

/** The pictures that a request brought along, by how many there are. */
export function inputsOf({ fields }: WholeRequest): {
  readonly images: number;
  readonly hasMask: boolean;
} {
  const { images, mask } = fields;
  return {
    images: Array.isArray(images) ? images.length : 0,
    hasMask: mask !== undefined && mask !== null,
  };
}
