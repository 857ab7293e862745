import { errorRow, PinholeError } from "../core/errors.ts";
import { mayHaveCredentials } from "../core/hosts.ts";
import type { BaseSettings, ProviderEvent, ProviderTools } from "../core/provider.ts";
import type { UpstreamFault, WireAnswer, WireError, WireRequest } from "../core/wire.ts";
import { valuesAt } from "./picture-places.ts";
import { followJob } from "./polled-jobs.ts";

/** The rules by which one upstream's jobs are submitted, asked for and ended, as data. */
export interface JobRules {
  /** Places of the job's id in the answer to its submission. */
  readonly idAt: readonly string[];
  /** True: the definition's `cancel` takes a job back, so its id is reported as soon as it is known. */
  readonly cancels?: boolean;
  /** Places of the address at which `cancel` takes a job back, where the upstream gives one: it is reported in the id's stead. */
  readonly cancelAt?: readonly string[];
  /** The request for the state of the job with this id. */
  readonly byId?: (id: string) => WireRequest;
  /**
   * Places of the address to ask, where the upstream gives one. It is used on the origin of `base_url`
   * and on `hosts`, where credentials may go; elsewhere the job is asked for by its id.
   */
  readonly urlAt?: readonly string[];
  /** The definition's own `credentialHosts`. */
  readonly hosts?: readonly string[];
  /** Places of the status word. */
  readonly statusAt: readonly string[];
  /** Status words that mean that the result is there, compared without case. */
  readonly done: readonly string[];
  /**
   * Status words that mean that there will be none. Any word that is in neither list is a running job,
   * which the deadline ends: vendors add words.
   */
  readonly failed: readonly string[];
  /**
   * The fault that a failed job ended in; undefined: of something that the upstream may have billed. It is only
   * asked of states with a word of `failed`.
   */
  readonly failure?: (state: WireError) => UpstreamFault | undefined;
  /** Places at which the state says how far the job is, and the number there at its end: 1 or 100. */
  readonly progress?: { readonly at: readonly string[]; readonly whole: number };
  /** Places of the address of the result, where it is not in the state itself. */
  readonly resultAt?: readonly string[];
  /** The request for the result of the job with this id, where it is not in the state itself. */
  readonly resultById?: (id: string) => WireRequest;
  /** Sent with each question at an address that the upstream gave: a key that travels there. */
  readonly query?: WireRequest["query"];
  /** Places of pictures that come as base64, in states and results. */
  readonly lift?: readonly string[];
  /** Milliseconds between two questions, at first and at most. */
  readonly pace?: { readonly firstMs?: number; readonly maxMs?: number };
}

/** The adapter's tools that jobs need. */
export type JobTools = Pick<ProviderTools, "http" | "poll" | "sleep"> & {
  readonly settings: BaseSettings;
};

/** An accepted job, and the answer that holds its result. */
export interface FinishedJob {
  /** The answer to the submission. */
  readonly accepted: WireAnswer;
  /** The answer in which the result stands. */
  readonly result: WireAnswer;
}

/**
 * Submits a job and follows it to its result, reporting how far it is. It is submitted once; what is
 * lost while it is asked for is asked for again, and a failure after it was accepted never says that
 * nothing was billed. An answer to the submission that is finished already is the result.
 */
export async function* runJob(
  tools: JobTools,
  rules: JobRules,
  submission: WireRequest,
): AsyncGenerator<ProviderEvent, FinishedJob, void> {
  const { lift = [] } = rules;
  const accepted = await tools.http.call({
    lift,
    ...submission,
    refused: (answer) => submission.refused?.(answer) ?? failureIn(rules, answer),
  });
  const job = cancellable(tools, rules, accepted);
  if (job !== undefined) yield { job };
  const state = isDone(rules, accepted)
    ? accepted
    : yield* followState(tools, rules, stateRequest(tools, rules, accepted));
  const { resultAt, resultById } = rules;
  if (resultAt === undefined && resultById === undefined) return { accepted, result: state };
  // The address of the result may be in the answer to the submission alone.
  const question =
    questionFor(tools, rules, state, resultAt, undefined) ??
    questionFor(tools, rules, accepted, resultAt, resultById);
  if (question === undefined) throw lostJob("there is no way to ask for its result");
  const result = await followJob({
    tools,
    read: () => orItsEnd(() => tools.http.call({ lift, ...question }), isCallers),
    judge: answerOf,
  });
  return { accepted, result };
}

/** The name by which the definition's `cancel` knows the job; undefined where it takes none back. */
function cancellable(tools: JobTools, rules: JobRules, accepted: WireAnswer): string | undefined {
  const { cancels = false, cancelAt, idAt } = rules;
  if (cancelAt !== undefined) return givenAddress(tools, rules, accepted, cancelAt);
  const id = cancels ? wordAt(accepted.json, idAt) : undefined;
  return id !== undefined && idPattern.test(id) ? id : undefined;
}

/** The outcome of a question about a job: an answer, or the error that the job ended in. */
type Reading = { readonly answer: WireAnswer } | { readonly end: unknown };

/** Asks; an error that `isEnd` is what the job ended in, and any other is one of the asking. */
async function orItsEnd(
  ask: () => Promise<WireAnswer>,
  isEnd: (thrown: unknown) => boolean,
): Promise<Reading> {
  try {
    return { answer: await ask() };
  } catch (thrown) {
    if (isEnd(thrown)) return { end: thrown };
    throw thrown;
  }
}

function answerOf(reading: Reading): WireAnswer {
  if ("end" in reading) throw reading.end;
  return reading.answer;
}

function isCallers(thrown: unknown): boolean {
  return thrown instanceof PinholeError && errorRow(thrown.code).evidence === "caller";
}

/** The first text or number at the places, as text. */
export function wordAt(json: unknown, places: readonly string[]): string | undefined {
  for (const place of places) {
    for (const value of valuesAt(json, place)) {
      if (typeof value === "string" && value !== "") return value;
      if (typeof value === "number") return String(value);
    }
  }
  return undefined;
}

function hasStatus(rules: JobRules, json: unknown, words: readonly string[]): boolean {
  const status = wordAt(json, rules.statusAt)?.toLowerCase();
  return words.some((word) => word.toLowerCase() === status);
}

function isDone(rules: JobRules, { json }: WireAnswer): boolean {
  return hasStatus(rules, json, rules.done);
}

function failureIn(rules: JobRules, answer: WireError): UpstreamFault | undefined {
  if (!hasStatus(rules, answer.json, rules.failed)) return undefined;
  return rules.failure?.(answer) ?? { code: "upstream_failed" };
}

/** An address that the upstream gave and that the channel's credentials may go to. */
function givenAddress(
  { settings }: JobTools,
  { hosts = [] }: JobRules,
  { json }: WireAnswer,
  places: readonly string[],
): string | undefined {
  const given = wordAt(json, places);
  const url = given === undefined ? null : URL.parse(given);
  return url !== null && mayHaveCredentials(url, settings.base_url, hosts) ? given : undefined;
}

/** Ids that cannot lead anywhere but to a job. */
const idPattern = /^[\w.:~-]{1,200}$/;

/** At the address that an answer gives where credentials may go there, else by the job's id. */
function questionFor(
  tools: JobTools,
  rules: JobRules,
  answer: WireAnswer,
  places: readonly string[] = [],
  byId: JobRules["byId"],
): WireRequest | undefined {
  const url = givenAddress(tools, rules, answer, places);
  if (url !== undefined)
    return { url, ...(rules.query === undefined ? {} : { query: rules.query }) };
  const id = wordAt(answer.json, rules.idAt);
  return byId !== undefined && id !== undefined && idPattern.test(id) ? byId(id) : undefined;
}

function stateRequest(tools: JobTools, rules: JobRules, accepted: WireAnswer): WireRequest {
  const question = questionFor(tools, rules, accepted, rules.urlAt, rules.byId);
  if (question !== undefined) return question;
  throw lostJob("the answer has neither a usable id nor an address that credentials may go to");
}

function lostJob(detail: string): PinholeError {
  return new PinholeError("upstream_bad_answer", {
    message:
      "The upstream took the job but did not say where to ask for it; it may have been billed.",
    detail,
  });
}

async function* followState(
  tools: JobTools,
  rules: JobRules,
  request: WireRequest,
): AsyncGenerator<ProviderEvent, WireAnswer, void> {
  const { pace } = rules;
  let reported = 0;
  let wait = pace;
  for (;;) {
    const found = await followJob({
      tools,
      read: () => readState(tools, rules, request),
      judge: (reading) => {
        const answer = answerOf(reading);
        if (isDone(rules, answer)) return { answer };
        const progress = progressIn(rules, answer);
        return progress > reported ? { progress } : undefined;
      },
      ...(wait === undefined ? {} : { pace: wait }),
    });
    if ("answer" in found) return found.answer;
    reported = found.progress;
    yield { progress: reported };
    // A job that reports how far it is goes on at the slowest pace, or each report would be asked for at the fastest.
    wait = { ...pace, firstMs: pace?.maxMs ?? slowestMs };
    await tools.sleep(wait.firstMs ?? slowestMs);
  }
}

/** A failed job is what its state says, also where that comes with an error status; it is not asked for again. */
function readState(tools: JobTools, rules: JobRules, request: WireRequest): Promise<Reading> {
  let hasFailed = false;
  const refused = (state: WireError): UpstreamFault | undefined => {
    const failure = failureIn(rules, state);
    hasFailed ||= failure !== undefined;
    return failure;
  };
  return orItsEnd(
    () => tools.http.call({ lift: rules.lift ?? [], ...request, refused }),
    (thrown) =>
      hasFailed || (thrown instanceof PinholeError && thrown.code === "moderation_blocked"),
  );
}

/** The pace of `poll` where the rules name none. */
const slowestMs = 5000;

/** From 0 to 1. */
function progressIn({ progress }: JobRules, { json }: WireAnswer): number {
  const word = progress === undefined ? undefined : wordAt(json, progress.at);
  const part = progress === undefined ? 0 : Number(word) / progress.whole;
  return Number.isFinite(part) ? Math.min(Math.max(part, 0), 1) : 0;
}
