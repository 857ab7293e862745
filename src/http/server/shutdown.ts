import type { FastifyInstance } from "fastify";
import { setTimeout as sleep } from "node:timers/promises";
import type { GatewayLog } from "../../core/log.ts";
import type { Connections } from "./connections.ts";

export interface Shutdown {
  readonly app: FastifyInstance;
  readonly connections: Connections;
  readonly log: GatewayLog;
  /** New connections are taken for so long, so that whoever balances load sees in time that we are not ready. */
  readonly graceMs: number;
  /** Requests in flight may take so long to finish. */
  readonly finishMsMax: number;
  /** Resolves when work that goes on after answers is over. */
  readonly background: () => Promise<unknown>;
  /** Cuts off what is still running. */
  readonly abort: () => void;
}

/** After the cut, how long the last outcomes may take to be written. */
const lastWritesMsMax = 5_000;

/** Once nothing new is taken, how long a connection may take to send the head of a request. */
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
