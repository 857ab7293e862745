/** The id of what a command works on: its first argument, or that one's request or id. */
export function subjectOf([first]: readonly unknown[]): string | undefined {
  if (typeof first === "string") return first;
  if (typeof first !== "object" || first === null) return undefined;
  if ("requestId" in first && typeof first.requestId === "string") return first.requestId;
  return "id" in first && typeof first.id === "string" ? first.id : undefined;
}

/** A number of a text, the same each time. */
export function hash(text: string): number {
  let sum = 0;
  for (let at = 0; at < text.length; at += 1)
    sum = (Math.imul(sum, 31) + text.charCodeAt(at)) >>> 0;
  return sum;
}
