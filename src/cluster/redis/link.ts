import { createRedisClient, isOffline, isRefused, type RedisClient } from "./client.ts";
import { memoryScript, type Script } from "./scripts.ts";
import type { RedisServer } from "../../core/redis-server.ts";

/** The server may look at a command later than that by as much: clocks are compared over the network. */
const lateMs = 50;
/** Commands in a row without an answer after which nobody waits for the server but probes. */
const failuresMax = 3;
/** Probes without an answer after which the connection itself is taken for dead. */
const probesMax = 5;
/** Time that a start waits for the server, milliseconds. */
const startMsMax = 2000;

/** The numbers and texts of an answer. */
export type Answer = readonly (number | string)[];

/** The sight of the server's memory: its name changes when the server has forgotten what it knew. */
export interface Memory {
  readonly name: string;
  /** Age in milliseconds. */
  readonly ageMs: number;
}

export interface LinkParts {
  readonly server: RedisServer;
  /** Milliseconds since the process began. */
  readonly uptime: () => number;
  /** The time to go by instead of the server's; undefined but in tests. */
  readonly clock?: (() => number) | undefined;
  /** A new name for a server's memory. */
  readonly newName: () => string;
  /** Words of all nodes. */
  readonly onWord?: ((text: string) => void) | undefined;
}

/** The way to the server. A command that has no answer in time counts as refused, and nobody knows whether it was done. */
export class RedisLink {
  readonly #parts: LinkParts;
  #client: RedisClient | undefined;
  /** Probes in a row that had no answer. */
  #silent = 0;
  /** Commands in a row that had no answer. */
  #failures = 0;
  #isClosed = false;
  /** The server's clock less the process's uptime; undefined until it was asked. */
  #offset: number | undefined;
  #fault: unknown;

  constructor(parts: LinkParts) {
    this.#parts = parts;
  }

  /** True where so many commands in a row had no answer that waiting for the next one is in vain. */
  get isBroken(): boolean {
    return this.#failures >= failuresMax;
  }

  /** The server's address, for people. */
  get address(): string {
    return this.#parts.server.hosts.map(({ host, port }) => `${host}:${port}`).join(",");
  }

  /** The words for what was wrong last. */
  get why(): string {
    const fault = this.#fault;
    if (fault === undefined) return `no answer within ${this.#parts.server.timeoutMs} ms`;
    return fault instanceof Error ? fault.message || fault.name : "it failed without a word";
  }

  /** True where the server does not let this user do what is needed. */
  get isRefused(): boolean {
    return isRefused(this.#fault);
  }

  /** Connects. Resolves also where nobody answers: probes go on trying. */
  async start(): Promise<void> {
    await inTime(this.#connect(), startMsMax, this.#parts.uptime);
  }

  /** The server's time at an instant of the process's uptime, Unix milliseconds. */
  timeOf(uptime: number): number {
    const { clock, uptime: now } = this.#parts;
    if (clock !== undefined) return clock() + uptime - now();
    return Math.round((this.#offset ?? 0) + uptime);
  }

  /** The answer to a script; undefined: none in time. */
  async run(
    script: Script,
    keys: readonly string[],
    args: readonly string[],
  ): Promise<Answer | undefined> {
    let answer = await this.#ask(script, keys, args);
    // A server whose clock was set says so, and tells its time by that: the second try goes by it.
    if (answer?.[0] === tooLate) answer = await this.#ask(script, keys, args);
    if (answer !== undefined && answer[0] !== tooLate) {
      this.#failures = 0;
      this.#fault = undefined;
      return answer;
    }
    this.#failures += 1;
    return undefined;
  }

  /** Asks whether the server is there. Wants to be called every second. */
  async probe(): Promise<Memory | undefined> {
    const { server, newName } = this.#parts;
    const answer = await this.run(memoryScript, [`{${server.prefix}}:memory`], [newName()]);
    if (answer === undefined) {
      this.#silent += 1;
      if (this.#silent % probesMax === 0)
        await inTime(this.#reconnect(), server.timeoutMs, this.#parts.uptime);
      return undefined;
    }
    this.#silent = 0;
    const [, now, memory] = answer;
    const [name = "", since] = String(memory).split(" ");
    return { name, ageMs: Number(now) - Number(since) };
  }

  /** Tells all nodes a word; whether they hear it nobody knows. */
  async say(text: string): Promise<void> {
    const said = this.#client?.publish(this.#channel, text);
    if (said !== undefined) await this.#caught(said);
  }

  get #channel(): string {
    return `{${this.#parts.server.prefix}}:words`;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#client?.destroy();
  }

  async #connect(): Promise<void> {
    const client = await createRedisClient(this.#parts.server, (fault) => this.#blame(fault));
    this.#client = client;
    try {
      await client.connect();
      const { onWord } = this.#parts;
      if (onWord !== undefined) await client.subscribe(this.#channel, onWord);
    } catch (thrown) {
      this.#blame(thrown);
    }
  }

  /** Leaves a connection that says nothing for a new one: the network may have forgotten it. */
  async #reconnect(): Promise<void> {
    const before = this.#client;
    this.#client = undefined;
    await before?.destroy();
    if (!this.#isClosed) await this.#connect();
  }

  async #ask(
    script: Script,
    keys: readonly string[],
    args: readonly string[],
  ): Promise<Answer | undefined> {
    const client = this.#client;
    if (client === undefined) return undefined;
    const { clock, uptime, server } = this.#parts;
    const { timeoutMs } = server;
    const sentAt = uptime();
    const time = clock === undefined ? "" : String(clock());
    const isGuarded = this.#offset !== undefined && clock === undefined;
    const until = isGuarded ? this.timeOf(sentAt) + timeoutMs + lateMs : unguarded;
    const asked = client.run(script, keys, [time, String(until), ...args]);
    const answer = readAnswer(await inTime(this.#caught(asked), timeoutMs, uptime));
    if (answer !== undefined) this.#offset = Number(answer[1]) - (sentAt + uptime()) / 2;
    return answer;
  }

  /** Notes what went wrong. A refusal is the reason of all that follows from it, and what ended a connection that of its being away. */
  #blame(fault: unknown): void {
    const isKnown = this.#fault !== undefined && isOffline(fault);
    if (!isRefused(this.#fault) && !isKnown) this.#fault = fault;
  }

  async #caught(asked: Promise<unknown>): Promise<unknown> {
    try {
      return await asked;
    } catch (thrown) {
      this.#blame(thrown);
      return undefined;
    }
  }
}

/** The first number of an answer to what came too late to be done. */
const tooLate = 2;
const unguarded = Number.MAX_SAFE_INTEGER;

/** An answer as the scripts give it: the outcome, the time, and what else there is. */
function readAnswer(reply: unknown): Answer | undefined {
  if (!Array.isArray(reply) || reply.length < 2) return undefined;
  const words: (number | string)[] = [];
  for (const word of reply) {
    if (typeof word !== "number" && typeof word !== "string") return undefined;
    words.push(word);
  }
  return words;
}

/** Timers may be late by this before the process itself is taken for the one that stood still, milliseconds. */
const lateTimerMs = 10;
/** Times that waiting begins anew after that. */
const againMax = 5;

/** The result of some work; undefined where it takes longer. Time in which this process stood still does not count. */
async function inTime<T>(
  work: Promise<T>,
  ms: number,
  uptime: () => number,
): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  let timer: NodeJS.Timeout | undefined;
  let times = 0;
  const wait = (): void => {
    const dueAt = uptime() + ms;
    timer = setTimeout(() => {
      times += 1;
      if (times <= againMax && uptime() - dueAt > lateTimerMs) wait();
      // An answer that has come by now is read before this comes to its turn.
      else setImmediate(resolve, undefined);
    }, ms);
  };
  wait();
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
