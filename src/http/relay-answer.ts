import type { FastifyReply } from "fastify";
import type { RelayClient } from "../gateway/relay.ts";
import { originHeaders, serverTiming } from "./answer-headers.ts";

/** How much of a slow client is borne. */
export interface RelayPatience {
  /** Bytes that wait for a client before its upstream is asked to wait. */
  readonly backlogBytesMax: number;
  /** How long an upstream waits for one client in all; after that its answer is read to its end. */
  readonly pauseMsMax: number;
  /** Bytes that wait for a client that was waited for in vain, before its connection is cut. */
  readonly stuckBytesMax: number;
}

export const usualPatience: RelayPatience = {
  backlogBytesMax: 262_144,
  pauseMsMax: 30_000,
  stuckBytesMax: 8_388_608,
};

/** An answer that is an upstream's body, as it arrives. */
export interface RelayAnswer extends RelayClient {
  begun(): boolean;
  /** All of it has been written and the request has succeeded. */
  end(): void;
  /** The body was found bad after its head had gone: nobody must take it for a whole one. */
  cut(): void;
}

/** `started`: of `performance.now()`. */
export function relayAnswer(
  reply: FastifyReply,
  options: {
    readonly exposeChannel: boolean;
    readonly started: number;
    readonly patience: RelayPatience;
    /** Further headers, as they stand when the answer begins: a hijacked reply passes no hook. */
    headers(): Readonly<Record<string, string>>;
  },
): RelayAnswer {
  const { raw } = reply;
  const { backlogBytesMax, pauseMsMax, stuckBytesMax } = options.patience;
  let begun = false;
  let pausedMs = 0;
  return {
    begun: () => begun,
    begin(start) {
      begun = true;
      reply.hijack();
      const { byteLength, attempts, upstreamMs } = start;
      const totalMs = performance.now() - options.started;
      const headers = {
        ...reply.getHeaders(),
        ...options.headers(),
        ...originHeaders(start, options),
        "x-pinhole-attempts": String(attempts),
        "server-timing": serverTiming(totalMs, upstreamMs),
        "content-type": "application/json",
        "content-length": byteLength,
      };
      for (const [name, value] of Object.entries(headers)) {
        if (value !== undefined) raw.setHeader(name, value);
      }
    },
    write(chunk) {
      if (raw.destroyed) return;
      raw.write(chunk);
      // What it does not read is kept for its return, not in memory.
      if (raw.writableLength > stuckBytesMax) raw.destroy();
    },
    congested(resume) {
      if (raw.destroyed || raw.writableLength < backlogBytesMax || pausedMs >= pauseMsMax) {
        return false;
      }
      const since = performance.now();
      const go = (): void => {
        clearTimeout(timer);
        raw.off("drain", go);
        raw.off("close", go);
        pausedMs += performance.now() - since;
        resume();
      };
      const timer = setTimeout(go, pauseMsMax - pausedMs);
      raw.once("drain", go);
      raw.once("close", go);
      return true;
    },
    end: () => void raw.end(),
    cut: () => void raw.destroy(),
  };
}
