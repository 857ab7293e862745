import type { BaseSettings } from "../../core/provider.ts";
import type { WireRequest } from "../../core/wire.ts";
import type { PassedOver } from "../routing/terms.ts";
import { secretsOf, wireFields } from "./wire-fields.ts";

/** Milliseconds since the process began. */
type Uptime = () => number;

/** Calls of one attempt whose fields are kept: an upload and the call itself, and what a quirk may add. */
const callsMax = 4;

/** The moments of one attempt, and what was sent for it. Each mark is the last of its kind, but those of what begins. */
export class AttemptTrace {
  readonly call: number;
  readonly attempt: number;
  readonly channelId: string;
  readonly #now: Uptime;
  readonly begun: number;
  sentAt: number | undefined;
  answeredAt: number | undefined;
  madeAt: number | undefined;
  fetchedAt: number | undefined;
  endedAt: number | undefined;
  /** The seed that was sent, in decimal digits. */
  seed: string | undefined;
  /** The place of the credential among several. */
  credential: number | undefined;
  passedOver: readonly PassedOver[] = [];
  readonly requests: WireRequest[] = [];
  settings: BaseSettings | undefined;

  constructor(now: Uptime, call: number, attempt: number, channelId: string) {
    this.#now = now;
    this.call = call;
    this.attempt = attempt;
    this.channelId = channelId;
    this.begun = now();
  }

  /** Notes a call that is about to be made; those that only look how the work is going say nothing new. */
  calls(request: WireRequest): void {
    const hasBody = request.json ?? request.form ?? request.body;
    if (hasBody !== undefined && this.requests.length < callsMax) this.requests.push(request);
  }

  sent(): void {
    this.sentAt ??= this.#now();
  }

  answered(): void {
    this.answeredAt ??= this.#now();
  }

  made(): void {
    this.madeAt = this.#now();
  }

  fetched(): void {
    this.fetchedAt = this.#now();
  }

  ended(): void {
    this.endedAt = this.#now();
  }
}

/** The moments of a request, from its first byte to its answer, for whoever asks later why it was so. */
export class RequestTrace {
  readonly #now: Uptime;
  readonly #receivedAt: number;
  readonly #origin: number;
  readonly #attempts: AttemptTrace[] = [];
  #fitted: number | undefined;
  #chosen: number | undefined;
  #recorded: number | undefined;
  #stored: number | undefined;
  #delivered: number | undefined;
  #unfit: readonly PassedOver[] = [];

  /** `now`: Unix milliseconds. `readMs`: the time that reading the request took. */
  constructor(parts: { readonly now: Uptime; readonly uptime: Uptime }, readMs = 0) {
    this.#now = parts.uptime;
    this.#receivedAt = Math.round(parts.now() - readMs);
    this.#origin = parts.uptime() - readMs;
  }

  /** Notes that it is known which targets can serve the request. */
  fitted(unfit: readonly PassedOver[]): void {
    this.#fitted = this.#now();
    this.#unfit = unfit;
  }

  chosen(): void {
    this.#chosen = this.#now();
  }

  recorded(): void {
    this.#recorded ??= this.#now();
  }

  /** Notes that the pictures are as they will be delivered, and in the image store where it goes there. */
  stored(): void {
    this.#stored = this.#now();
  }

  /** Notes that the answer is handed to the client's connection. */
  delivered(): void {
    this.#delivered = this.#now();
  }

  attempt(call: number, attempt: number, channelId: string): AttemptTrace {
    const begun = new AttemptTrace(this.#now, call, attempt, channelId);
    this.#attempts.push(begun);
    return begun;
  }

  /** All of it as JSON, as the admin API shows it. `keepsPrompts`: with the fields that were sent upstream, which hold the prompt. */
  text(keepsPrompts: boolean): string {
    return JSON.stringify({
      received_at: new Date(this.#receivedAt).toISOString(),
      fitted_ms: this.#since(this.#fitted),
      chosen_ms: this.#since(this.#chosen),
      recorded_ms: this.#since(this.#recorded),
      stored_ms: this.#since(this.#stored),
      delivered_ms: this.#since(this.#delivered),
      unfit: this.#unfit.length === 0 ? undefined : this.#unfit,
      attempts: this.#attempts.map((one) => this.#attemptJson(one, keepsPrompts)),
    });
  }

  #attemptJson(one: AttemptTrace, keepsPrompts: boolean): object {
    const told = one.passedOver.flatMap((passed) => this.#reasonOf(passed, one));
    return {
      call: one.call,
      attempt: one.attempt,
      credential: one.credential,
      seed: one.seed,
      begun_ms: this.#since(one.begun),
      sent_ms: this.#since(one.sentAt),
      first_byte_ms: this.#since(one.answeredAt),
      made_ms: this.#since(one.madeAt),
      fetched_ms: this.#since(one.fetchedAt),
      ended_ms: this.#since(one.endedAt),
      passed_over: told.length === 0 ? undefined : told,
      upstream: one.requests.length === 0 || !keepsPrompts ? undefined : sentOf(one),
    };
  }

  /** A channel that was tried before is told of by its attempt; one that was not cannot pay. */
  #reasonOf(passed: PassedOver, { call, attempt }: AttemptTrace): object[] {
    const { waitMs, ...rest } = passed;
    if (passed.reason !== "tried") return [{ ...rest, wait_ms: waitMs }];
    const isTold = this.#attempts.some(
      (one) => one.call === call && one.attempt < attempt && one.channelId === passed.channel,
    );
    return isTold ? [] : [{ ...rest, reason: "budget" }];
  }

  #since(at: number | undefined): number | undefined {
    return at === undefined ? undefined : Math.round((at - this.#origin) * 10) / 10;
  }
}

function sentOf({ requests, settings }: AttemptTrace): readonly object[] {
  const secrets = settings === undefined ? [] : secretsOf(settings);
  return requests.map((request) => ({
    method: request.method ?? "POST",
    path: pathOf(request.url),
    fields: wireFields(request, secrets),
  }));
}

/** The path alone: what follows it may be a credential. */
function pathOf(url: string): string {
  const [path = ""] = url.replace(/^[a-z]+:\/\/[^/]*/i, "").split(/[?#]/);
  return path;
}
