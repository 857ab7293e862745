import type { WatchWords } from "../language/watch-en.ts";
import type { Figures } from "./written-figures.ts";
import {
  type AttemptTrace,
  type PassedOver,
  type RecordAttempt,
  type WholeRequest,
  tookMs,
} from "./requests.ts";

/** One row of the timeline, in milliseconds after the request was received. */
export interface Step {
  readonly id: string;
  readonly name: string;
  readonly from: number;
  /** Undefined: it still goes on. */
  readonly to: number | undefined;
  /** Moments within it: from when the upstream was waited for, and from when its answer came. */
  readonly waits?: number | undefined;
  readonly comes?: number | undefined;
  readonly tone: "own" | "good" | "bad" | "warn";
  /** The same said in full. */
  readonly words: readonly string[];
}

/** The rows of a request's timeline; those that were noted, or what its attempts' times tell. */
export function stepsOf(
  request: WholeRequest,
  words: WatchWords["request"],
  figures: Figures,
): Step[] {
  const { trace, attempts } = request;
  const begun = Date.parse(trace?.received_at ?? request.created_at);
  const own = trace === null ? [] : ownSteps(request, words, figures);
  const rows = attempts.map((attempt, at) => {
    const marks = trace?.attempts.find(
      (one) => one.call === attempt.call && one.attempt === attempt.attempt,
    );
    const isLast = at === attempts.length - 1;
    return attemptStep({ attempt, marks, begun, isLast }, request, words, figures);
  });
  return [...own, ...rows, ...endSteps(request, words, figures)];
}

function ownSteps({ trace }: WholeRequest, words: WatchWords["request"], figures: Figures): Step[] {
  if (trace === null) return [];
  const { fitted_ms: fitted = 0, chosen_ms: chosen, unfit = [] } = trace;
  const passed = [...unfit, ...(trace.attempts[0]?.passed_over ?? [])];
  const steps: Step[] = [
    {
      id: "read",
      name: words.steps.read,
      from: 0,
      to: fitted,
      tone: "own",
      words: [figures.duration(fitted)],
    },
  ];
  if (chosen !== undefined)
    steps.push({
      id: "chosen",
      name: words.steps.chosen,
      from: fitted,
      to: chosen,
      tone: "own",
      words: [
        figures.duration(Math.max(0, chosen - fitted)),
        ...(passed.length === 0 ? [] : [words.passedOver(passedText(passed, words, figures))]),
      ],
    });
  return steps;
}

function passedText(
  passed: readonly PassedOver[],
  words: WatchWords["request"],
  figures: Figures,
): readonly string[] {
  return passed.map((one) => words.passedOne(one.channel, reasonText(one, words, figures)));
}

function reasonText(
  { reason, param, message, wait_ms: wait }: PassedOver,
  { reasons }: WatchWords["request"],
  figures: Figures,
): string {
  if (reason === "unfit") return reasons.unfit(param ?? message ?? "");
  if (reason === "cooling")
    return wait === undefined ? reasons.probing : reasons.cooling(figures.duration(wait));
  return reasons[reason];
}

/** An attempt with what was noted of it. */
interface Tried {
  readonly attempt: RecordAttempt;
  readonly marks: AttemptTrace | undefined;
  /** When the request was received, Unix milliseconds. */
  readonly begun: number;
  readonly isLast: boolean;
}

function attemptStep(
  { attempt, marks, begun, isLast }: Tried,
  request: WholeRequest,
  words: WatchWords["request"],
  figures: Figures,
): Step {
  const since = (iso: string | null): number | undefined =>
    iso === null ? undefined : Math.max(0, Date.parse(iso) - begun);
  const from = marks?.begun_ms ?? since(attempt.started_at) ?? 0;
  const to = marks?.ended_ms ?? since(attempt.finished_at);
  const isMany = request.attempts.some(({ call }) => call !== 0);
  const { steps } = words;
  const failed = attempt.state === "failed";
  return {
    id: attempt.id,
    name: isMany
      ? steps.callAttempt(attempt.call + 1, attempt.attempt)
      : steps.attempt(attempt.attempt),
    from,
    to,
    waits: marks?.sent_ms,
    comes: marks?.first_byte_ms,
    tone: failed ? (attempt.evidence === "unknown" ? "warn" : "bad") : "good",
    words: [
      attempt.channel ?? attempt.error_code ?? "",
      to === undefined ? "" : figures.duration(to - from),
      ...attemptWords(attempt, marks, words),
      failed && !isLast ? words.thenNext : "",
    ].filter((text) => text !== ""),
  };
}

function attemptWords(
  { error_code: code, evidence, channel }: RecordAttempt,
  marks: AttemptTrace | undefined,
  words: WatchWords["request"],
): string[] {
  const told: string[] = [];
  if (marks?.credential !== undefined) told.push(words.credential(marks.credential + 1));
  if (code !== null && channel !== undefined) told.push(code);
  if (evidence !== null) told.push(words.evidence[evidence] ?? evidence);
  if (marks?.seed !== undefined) told.push(words.seed(marks.seed));
  return told;
}

function endSteps(request: WholeRequest, words: WatchWords["request"], figures: Figures): Step[] {
  const { trace, fields, state } = request;
  if (state === "failed" && request.attempts.length === 0) return [refusedStep(request, words)];
  if (trace === null || state === "failed" || state === "lost") return [];
  const { stored_ms: stored, delivered_ms: delivered } = trace;
  const made = Math.max(0, ...trace.attempts.map(({ ended_ms: ended = 0 }) => ended));
  const steps: Step[] = [];
  if (stored !== undefined)
    steps.push({
      id: "stored",
      name: words.steps.stored,
      from: Math.min(made, stored),
      to: stored,
      tone: "own",
      words: [figures.duration(Math.max(0, stored - made))],
    });
  if (delivered !== undefined)
    steps.push({
      id: "delivered",
      name: words.steps.delivered,
      from: delivered,
      to: delivered,
      tone: "own",
      words: [figures.duration(delivered), wayOf(fields, words)].filter((text) => text !== ""),
    });
  return steps;
}

/** The end of a request that was refused before anything was asked upstream. */
function refusedStep(request: WholeRequest, words: WatchWords["request"]): Step {
  const { trace, error } = request;
  const from = trace?.chosen_ms ?? trace?.fitted_ms ?? 0;
  return {
    id: "refused",
    name: words.steps.refused,
    from,
    to: Math.max(from, tookMs(request) ?? from),
    tone: "bad",
    words: [...(error === null ? [] : [error.code]), words.nothingAsked],
  };
}

function wayOf(fields: Readonly<Record<string, unknown>>, words: WatchWords["request"]): string {
  if (fields["stream"] === true) return words.asStream;
  if (fields["response_format"] === "url") return words.asUrl;
  return fields["response_format"] === "b64_json" ? words.asBase64 : "";
}
