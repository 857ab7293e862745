/** Part of a body: `start` inclusive, `end` exclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * A `Range` header over a body of `length` bytes (RFC 9110 §14.1.2). `whole` where there is none, it
 * cannot be read, is in other units, or names several parts (a server may always send everything).
 */
export function readRange(
  header: string | undefined,
  length: number,
): ByteRange | "whole" | "unsatisfiable" {
  const [, first = "", last = ""] =
    /^bytes=(\d{0,15})-(\d{0,15})$/i.exec(header?.trim() ?? "") ?? [];
  if (first === "" && last === "") return "whole";
  if (first === "") {
    const count = Math.min(Number(last), length);
    return count === 0 ? "unsatisfiable" : { start: length - count, end: length };
  }
  const start = Number(first);
  if (last !== "" && Number(last) < start) return "whole";
  if (start >= length) return "unsatisfiable";
  return { start, end: last === "" ? length : Math.min(Number(last) + 1, length) };
}
