import type { FastifyInstance } from "fastify";
import { setTimeout as sleep } from "node:timers/promises";
import type { GatewayLog } from "../../core/log.ts";
import type { Connections } from "./connections.ts";

export interface Shutdown {
  readonly app: FastifyInstance;
  readonly connections: Connections;
  readonly log: GatewayLog;
  /** Time for which new connections are still taken, so that a load balancer sees that we are not ready, milliseconds. */
  readonly graceMs: number;
  /** Time for requests in flight to finish, milliseconds. */
  readonly finishMsMax: number;
  /** Resolves when work that goes on after answers is over. */
  readonly background: () => Promise<unknown>;
  /** Cuts off what is still running. */
  readonly abort: () => void;
}

/** Time for the last outcomes to be written after the cut, milliseconds. */
const lastWritesMsMax = 5_000;

/** Time for a connection to send the head of a request once nothing new is taken, milliseconds. */
const idleMsMax = 1_000;

/** Ends a listening server: grace, no new connections, requests in flight finish, and in the end the cut. */
export async function shutDown(parts: Shutdown): Promise<void> {
  const { app, connections, log, graceMs, finishMsMax, background, abort } = parts;
  connections.drain();
  if (graceMs > 0) await sleep(graceMs);
  const finished = app.close().then(background);
  const idle = setTimeout(() => connections.cutIdle(), idleMsMax);
  void finished.finally(() => clearTimeout(idle)).catch(() => undefined);
  if (!(await within(finished, finishMsMax))) {
    log.warn(
      { after_ms: finishMsMax },
      "requests in flight did not finish in time and were cut; holds they leave are voided by the next sweep",
    );
    abort();
    app.server.closeAllConnections();
    await within(finished, lastWritesMsMax);
  }
  abort();
}

/** True where the work ended in time. Its failure is the caller's. */
async function within(work: Promise<unknown>, ms: number): Promise<boolean> {
  const timer = new AbortController();
  const late = sleep(ms, false, { signal: timer.signal }).catch(() => false);
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    timer.abort();
  }
}
