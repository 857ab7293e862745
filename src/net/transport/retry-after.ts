/** More than a day says nothing that a client could wait for. */
const secondsMax = 86_400;

/**
 * The time that an answer asks to wait, in seconds: `retry-after-ms`, or `retry-after` in seconds or as an
 * HTTP date (RFC 9110 §10.2.3). `now`: Unix milliseconds.
 */
export function retryAfterSeconds(
  headers: Readonly<Record<string, string>>,
  now: number,
): number | undefined {
  const ms = plainNumber(headers["retry-after-ms"]);
  if (ms !== undefined) return bounded(ms / 1000);
  const text = headers["retry-after"];
  const seconds = plainNumber(text);
  if (seconds !== undefined) return bounded(seconds);
  // Date.parse takes much that is no date; an HTTP date begins with the day's name.
  if (text === undefined || !/^[A-Z][a-z]+,? /.test(text)) return undefined;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : bounded(Math.max(0, Math.ceil((date - now) / 1000)));
}

function plainNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+(?:\.\d+)?$/.test(text.trim()) ? Number(text) : undefined;
}

function bounded(seconds: number): number {
  return Math.min(seconds, secondsMax);
}
