import { knownNano, usdText } from "../../core/money.ts";
import type { Warning } from "../../core/request.ts";
import type { ImageOutcome, LiveOrigin } from "../../gateway/gateway.ts";

/** Bytes of `x-pinhole-warnings`; the rest is in the request's record. */
const warningsBytesMax = 2048;

/** Warnings as an ASCII JSON array of at most 2 KB: whole entries from the front, the last one says how many are missing. */
export function warningsHeader(warnings: readonly Warning[]): string {
  const entries = warnings.map((warning) => asciiJson(warning));
  for (let kept = entries.length; kept > 0; kept -= 1) {
    const missing = entries.length - kept;
    const tail =
      missing === 0
        ? []
        : [
            asciiJson({
              param: "",
              code: "more",
              message: `${missing} more warnings are in the request record.`,
            }),
          ];
    const text = `[${[...entries.slice(0, kept), ...tail].join(",")}]`;
    if (text.length <= warningsBytesMax) return text;
  }
  return "[]";
}

function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** The headers of CONTRACT "Headers a client can rely on" that one answer knows. */
export function answerHeaders(
  requestId: string,
  answer: ImageOutcome,
  options: { readonly exposeChannel: boolean; readonly totalMs: number },
): Record<string, string> {
  const headers = originHeaders(answer, options);
  if (answer.requestId !== requestId) headers["x-pinhole-replay-of"] = answer.requestId;
  headers["x-pinhole-attempts"] = String(answer.attempts);
  const seeds = seedsHeader(answer.pictures);
  if (seeds !== undefined) headers["x-pinhole-seed"] = seeds;
  const nano = knownNano(answer.cost);
  if (nano !== undefined) headers["x-pinhole-cost"] = usdText(nano);
  headers["x-pinhole-price"] = answer.cost.state;
  headers["server-timing"] = serverTiming(options.totalMs, answer.upstreamMs);
  return headers;
}

/** The seeds of all pictures in the answer's order, `7,8,9`; undefined where one of them is not known. */
function seedsHeader(pictures: ImageOutcome["pictures"]): string | undefined {
  const seeds = pictures.flatMap(({ seed }) => seed ?? []);
  return seeds.length > 0 && seeds.length === pictures.length ? seeds.join(",") : undefined;
}

/** The gateway's own share of the time and the upstream's, milliseconds. */
export function serverTiming(totalMs: number, upstreamMs: number): string {
  const own = Math.max(0, totalMs - upstreamMs);
  return `gateway;dur=${own.toFixed(1)}, upstream;dur=${upstreamMs.toFixed(1)}`;
}

/** Headers that say what ran and what was left out; a stream has them too, where its first event knows them. */
export function originHeaders(
  origin: LiveOrigin,
  options: { readonly exposeChannel: boolean },
): Record<string, string> {
  const { servedModel, channelId, warnings } = origin;
  const headers: Record<string, string> = { "x-pinhole-model": headerText(servedModel) };
  if (warnings.length > 0) headers["x-pinhole-warnings"] = warningsHeader(warnings);
  if (options.exposeChannel) headers["x-pinhole-channel"] = headerText(channelId);
  return headers;
}

/** A name as a header value, which may hold fewer characters. */
function headerText(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : encodeURIComponent(text);
}
