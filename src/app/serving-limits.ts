import type { Config } from "../config.ts";

/** Time that a stop waits for requests in flight beyond the longest time of a channel, milliseconds. */
const finishSlackMs = 10_000;

/** Files that are open whatever happens: the database's, those of threads, the one that listens. */
const filesOpen = 32;

/** Share of the other files that connections of clients may take before idle ones are cut; a crowd may take a third more. */
const connectionsShare = 3 / 8;

/** Connections of clients beyond which idle ones are cut. */
export function connectionsFor(filesMax: number): number {
  return Math.max(1, Math.floor((filesMax - filesOpen) * connectionsShare));
}

/** Time that a stop waits for requests in flight, milliseconds: as long as any channel may take, and a little. */
export function finishMsOf(config: Config): number {
  return Math.max(0, ...config.channels.map((channel) => channel.timeout.totalMs)) + finishSlackMs;
}
