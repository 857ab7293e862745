import type { FastifyReply } from "fastify";
import type { Gateway, RelayClient, RelayStart } from "../../gateway/gateway.ts";
import { beginAnswer } from "../server/begin-answer.ts";
import { originHeaders, serverTiming } from "./answer-headers.ts";
import { headersFor } from "./rate-limit-headers.ts";
import { release } from "../../runtime/release.ts";

/** Bounds within which a slow client is waited for. */
export interface RelayPatience {
  /** Bytes that wait for a client before its upstream is asked to wait; fewer where many relays share the memory. */
  readonly backlogBytesMax: number;
  /** Time for which an upstream waits for one client in all; after that its answer is read to its end. */
  readonly pauseMsMax: number;
  /** Bytes that wait for a client that was waited for in vain, before its connection is cut. */
  readonly stuckBytesMax: number;
}

export const usualPatience: RelayPatience = {
  backlogBytesMax: 262_144,
  pauseMsMax: 30_000,
  stuckBytesMax: 8_388_608,
};

/** Bytes that wait for all clients together, as far as more than one chunk waits for each. */
const sharedBacklogBytesMax = 16_777_216;

/** An answer that is an upstream's body, as it arrives. */
export interface RelayAnswer extends RelayClient {
  begun(): boolean;
  /** All of it has been written and the request has succeeded. */
  end(): void;
  /** The body was found bad after its head had gone: nobody must take it for a whole one. */
  cut(): void;
}

/** The parts that relays work with. */
export interface RelayParts {
  readonly gateway: Pick<Gateway, "rates">;
  /** Answers name the channel that made them. */
  readonly exposeChannel: boolean;
  /** With clients that read a relayed answer slowly, or not at all. */
  readonly relayPatience: RelayPatience;
}

/** The relays of one server, which share the memory for what waits. */
export interface Relays {
  /** `started`: of `performance.now()`. */
  open(reply: FastifyReply, started: number): RelayAnswer;
}

export function createRelays(parts: RelayParts): Relays {
  const traffic = { underWay: 0 };
  return { open: (reply, started) => new ClientRelay(parts, traffic, reply, started) };
}

/** Answers that are being relayed. */
interface Traffic {
  underWay: number;
}

/** The relay of one answer. A class, since one is made for each request and few of them are ever used. */
class ClientRelay implements RelayAnswer {
  readonly #parts: RelayParts;
  readonly #traffic: Traffic;
  readonly #reply: FastifyReply;
  readonly #started: number;
  #begun = false;
  #pausedMs = 0;
  #isPaid = false;
  /** The latest chunk of a paid answer: which one is the last is only known at its end. */
  #held: Buffer | undefined;

  constructor(parts: RelayParts, traffic: Traffic, reply: FastifyReply, started: number) {
    this.#parts = parts;
    this.#traffic = traffic;
    this.#reply = reply;
    this.#started = started;
  }

  begun(): boolean {
    return this.#begun;
  }

  begin(start: RelayStart): void {
    this.#begun = true;
    this.#isPaid = start.isPaid;
    const { raw } = this.#reply;
    // Of a client that has gone there is no further word, and nothing waits for it.
    if (!raw.destroyed) {
      this.#traffic.underWay += 1;
      raw.once("close", () => (this.#traffic.underWay -= 1));
    }
    const { byteLength, attempts, upstreamMs, seed } = start;
    const totalMs = performance.now() - this.#started;
    const limits = headersFor(this.#parts.gateway, this.#reply.request.gatewayKey);
    beginAnswer(this.#reply, limits, originHeaders(start, this.#parts), {
      "x-pinhole-attempts": String(attempts),
      ...(seed === undefined ? {} : { "x-pinhole-seed": seed }),
      "server-timing": serverTiming(totalMs, upstreamMs),
      "content-type": "application/json",
      ...(byteLength === undefined ? {} : { "content-length": byteLength }),
    });
  }

  write(chunk: Buffer): void {
    const next = this.#isPaid ? this.#held : chunk;
    if (this.#isPaid) this.#held = chunk;
    if (next !== undefined) this.#send(next);
  }

  #send(chunk: Buffer): void {
    const { raw } = this.#reply;
    if (raw.destroyed) return;
    raw.write(chunk, () => release(chunk));
    // What it does not read is kept for its return, not in memory.
    if (raw.writableLength > this.#parts.relayPatience.stuckBytesMax) raw.destroy();
  }

  congested(resume: () => void): boolean {
    const { raw } = this.#reply;
    const { backlogBytesMax, pauseMsMax } = this.#parts.relayPatience;
    const bytesMax = Math.min(backlogBytesMax, sharedBacklogBytesMax / this.#traffic.underWay);
    // Of fewer bytes than its mark there is no word when they have gone.
    const isLong = raw.writableLength >= Math.max(bytesMax, raw.writableHighWaterMark);
    if (raw.destroyed || !isLong || this.#pausedMs >= pauseMsMax) return false;
    const since = performance.now();
    const go = (): void => {
      clearTimeout(timer);
      raw.off("drain", go);
      raw.off("close", go);
      this.#pausedMs += performance.now() - since;
      resume();
    };
    const timer = setTimeout(go, pauseMsMax - this.#pausedMs);
    raw.once("drain", go);
    raw.once("close", go);
    return true;
  }

  end(): void {
    if (this.#held !== undefined) this.#send(this.#held);
    this.#held = undefined;
    this.#reply.raw.end();
  }

  cut(): void {
    if (this.#held !== undefined) release(this.#held);
    this.#held = undefined;
    this.#reply.raw.destroy();
  }
}
