import type { ErrorCode } from "../core/errors.ts";
import { faultFromStatus } from "../core/provider.ts";
import type { UpstreamFault, WireError } from "../core/wire.ts";
import { valuesAt } from "./picture-places.ts";
import { publicText } from "../core/public-text.ts";

/** Words or patterns by the code that they mean. */
type Meanings<T> = Readonly<Partial<Record<ErrorCode, readonly T[]>>>;

/** The errors of one upstream, as data: where its words stand, and what they mean. */
export interface FaultWords {
  /** Places of words for machines, the most exact first: `error.code`, `base_resp.status_code`. A number is its digits. */
  readonly codeAt: readonly string[];
  /** Places of the sentence for people. */
  readonly messageAt: readonly string[];
  /** Places of the name of the field that is at fault. */
  readonly paramAt?: readonly string[];
  /** Words for machines by meaning, compared whole and without case; a `*` at the end stands for any rest. */
  readonly codes?: Meanings<string>;
  /**
   * Sentences by meaning, asked where no word for machines is known. A sentence may quote the caller's
   * prompt, so a pattern for anything but moderation begins with `^`.
   */
  readonly sentences?: Meanings<RegExp>;
  /** Statuses that mean something else here than they do elsewhere, where no word says more. */
  readonly statuses?: Readonly<Partial<Record<number, ErrorCode>>>;
  /** Words for machines that are no error, in answers with a good status: `0`, `success`. */
  readonly fine?: readonly string[];
  /** Places of the seconds to wait, where the body says them: `23`, `"23"` or `"23s"`. */
  readonly retryAfterAt?: readonly string[];
}

/** The reader of an upstream's faults that `FaultWords` describe. */
export interface FaultReader {
  /** For `readError`: what an answer with an error status means; undefined leaves it to the status. */
  readonly readError: (error: WireError) => UpstreamFault | undefined;
  /**
   * For `refused`: what an answer with a good status means that holds an error after all. Undefined
   * where no word for machines stands in it, or one that is fine. An unknown word means that the
   * outcome is unknown.
   */
  readonly refused: (answer: WireError) => UpstreamFault | undefined;
}

/** The reader of one upstream's errors. */
export function faultReader(words: FaultWords): FaultReader {
  const codes = codeTable(words.codes ?? {});
  const fine = new Set((words.fine ?? []).map((word) => word.toLowerCase()));
  const patterns = entriesOf(words.sentences ?? {});
  const meaningOf = (codeWords: readonly string[], sentence: string): ErrorCode | undefined =>
    codeWords.map(codes).find((code) => code !== undefined) ??
    patterns.find(([, pattern]) => pattern.test(sentence))?.[0];
  return {
    readError(error) {
      const sentence = sentenceIn(error, words.messageAt);
      const codeWords = wordsAt(error.json, words.codeAt);
      const code =
        meaningOf(codeWords, sentence) ??
        words.statuses?.[error.status] ??
        (sentence === "" && codeWords.length === 0
          ? undefined
          : (sharedMeaning(sentence) ?? codeOfStatus(error.status)));
      return code === undefined ? undefined : faultOf(code, sentence, error, words);
    },
    refused(answer) {
      const codeWords = wordsAt(answer.json, words.codeAt).filter((word) => !fine.has(word));
      if (codeWords.length === 0) return undefined;
      const sentence = sentenceIn(answer, words.messageAt);
      const code = meaningOf(codeWords, sentence) ?? sharedMeaning(sentence) ?? "upstream_failed";
      return faultOf(code, sentence, answer, words);
    },
  };
}

function entriesOf<T>(meanings: Meanings<T>): (readonly [ErrorCode, T])[] {
  // Keys of a `Meanings` are codes and nothing else.
  return Object.entries(meanings).flatMap(([code, all]) =>
    all.map((one) => [code as ErrorCode, one] as const),
  );
}

function codeTable(meanings: Meanings<string>): (word: string) => ErrorCode | undefined {
  const exact = new Map<string, ErrorCode>();
  const beginnings: (readonly [string, ErrorCode])[] = [];
  for (const [code, given] of entriesOf(meanings)) {
    const word = given.toLowerCase();
    if (word.endsWith("*")) beginnings.push([word.slice(0, -1), code]);
    else exact.set(word, code);
  }
  return (word) =>
    exact.get(word) ?? beginnings.find(([beginning]) => word.startsWith(beginning))?.[1];
}

/** Texts and numbers at the places, in lower case; those that are empty say nothing. */
function wordsAt(json: unknown, places: readonly string[]): string[] {
  return places
    .flatMap((place) => valuesAt(json, place))
    .filter((value) => typeof value === "string" || typeof value === "number")
    .map((value) => String(value).toLowerCase())
    .filter((word) => word !== "");
}

/** The first sentence at the places; a body of plain text is one itself. */
function sentenceIn({ json, text, headers }: WireError, places: readonly string[]): string {
  for (const place of places) {
    const said = valuesAt(json, place).filter((value) => typeof value === "string" && value !== "");
    if (said.length > 0) return said.join("; ");
  }
  const isPlain = (headers["content-type"] ?? "").startsWith("text/plain");
  return json === undefined && isPlain ? text.trim() : "";
}

/** Sentences that many upstreams begin with, whatever status they come with. */
const sharedSentences: readonly (readonly [RegExp, ErrorCode])[] = [
  [
    /^(incorrect|invalid|missing|wrong|unknown|expired) (api[ _-]?key|(access )?token|credentials?)\b/i,
    "upstream_credentials",
  ],
  [
    /^((request )?unauthori[sz]ed|unauthenticated|authentication failed)\b/i,
    "upstream_credentials",
  ],
  [
    /^(insufficient|not enough) (account )?(balance|funds|credits?|quota)\b/i,
    "upstream_credentials",
  ],
  [/^(rate limit (exceeded|reached)|too many requests)\b/i, "upstream_rate_limited"],
];

function sharedMeaning(sentence: string): ErrorCode | undefined {
  return sharedSentences.find(([pattern]) => pattern.test(sentence))?.[1];
}

/** A refusal in the upstream's own form, by its status alone. */
function codeOfStatus(status: number): ErrorCode {
  // These are about how this gateway calls the server: the operator's fault, not the caller's.
  if (status === 405 || status === 406 || status === 415) return "upstream_refused";
  return faultFromStatus(status);
}

function faultOf(
  code: ErrorCode,
  sentence: string,
  error: WireError,
  words: FaultWords,
): UpstreamFault {
  const message = publicText(sentence);
  const [param] = (words.paramAt ?? []).flatMap((place) => valuesAt(error.json, place));
  const [seconds] = (words.retryAfterAt ?? [])
    .flatMap((place) => valuesAt(error.json, place))
    .map((value) => Number(typeof value === "string" ? value.replace(/s$/, "") : value))
    .filter((value) => Number.isFinite(value) && value >= 0);
  return {
    code,
    ...(message === "" ? {} : { message }),
    ...(typeof param === "string" && param !== "" ? { param } : {}),
    ...(seconds === undefined ? {} : { retryAfterSeconds: Math.ceil(seconds) }),
  };
}
