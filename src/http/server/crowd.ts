import type { Socket } from "node:net";

/** A connection as one of many. */
export interface Crowded {
  /** True while the answer to its newest request is under way. */
  answering: boolean;
  /** A request of it came with a key that is good. */
  trusted: boolean;
  /** Unix milliseconds. */
  readonly since: number;
}

export interface CrowdRules {
  /** Connections beyond which idle ones are cut: the rest of what the process may open is for its work. */
  readonly connectionsMax: number;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Told when there are too many connections, once until half of them have gone. */
  readonly onCrowd: () => void;
}

/** Time that a new connection has for its first request before it may be cut, milliseconds. */
const graceMs = 1_000;
/** The factor by which connections that are new or at work may exceed `connectionsMax`. */
const crowdFactor = 4 / 3;

/**
 * A function to call when a connection has come (`newest`) or an answer has ended. Where there are too many connections, it
 * cuts those that wait for nothing: first the oldest that never showed a key, then the oldest that did. New
 * ones have a moment for their first request, unless there are far too many; where all are at work then, the newest goes.
 */
export function createCrowdControl(
  sockets: Map<Socket, Crowded>,
  { connectionsMax, now, onCrowd }: CrowdRules,
): (newest?: Socket) => void {
  let crowded = false;
  /** The order of the map is that in which they came. */
  const oldestIdle = (trusted: boolean, before: number): Socket | undefined => {
    for (const [socket, connection] of sockets) {
      if (connection.since > before) return undefined;
      if (!connection.answering && connection.trusted === trusted) return socket;
    }
    return undefined;
  };
  return (newest) => {
    if (sockets.size <= connectionsMax / 2) crowded = false;
    while (sockets.size > connectionsMax) {
      if (!crowded) onCrowd();
      crowded = true;
      const isFull = sockets.size > connectionsMax * crowdFactor;
      const before = isFull ? Infinity : now() - graceMs;
      const idle = oldestIdle(false, before) ?? oldestIdle(true, before);
      const going = idle ?? (isFull ? newest : undefined);
      if (going === undefined) return;
      sockets.delete(going);
      going.destroy();
    }
  };
}
