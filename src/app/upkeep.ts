import type { KeptPictures } from "../blobs/kept-pictures.ts";
import type { BlobStore } from "../blobs/types.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { asPinholeError } from "../core/errors.ts";
import type { GatewayLog } from "../core/log.ts";
import type { DatabaseClock } from "./database-clock.ts";
import type { Identity } from "../identity/identity.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { SharedImages } from "./image-store.ts";

/** A periodic task. */
export interface UpkeepTask {
  /** As the log names it when it fails. */
  readonly name: string;
  readonly everyMs: number;
  /** A failure is logged, and the next run tries again. */
  readonly run: () => Promise<unknown> | void;
}

/** The tasks of one gateway. */
export interface UpkeepParts {
  readonly blobs: Pick<BlobStore, "sweep">;
  /** The same store, where other nodes share it. */
  readonly shared?: SharedImages | undefined;
  readonly kept: Pick<KeptPictures, "tick">;
  readonly clock: Pick<DatabaseClock, "measure">;
  readonly cluster: Pick<Cluster, "isShared" | "beat">;
  readonly gateway: {
    readonly nodes: Pick<Gateway["nodes"], "renew" | "isFirst" | "count">;
    readonly writeOutcomes: Gateway["writeOutcomes"];
    readonly followErasures: Gateway["followErasures"];
    readonly reviewNotices: Gateway["reviewNotices"];
    readonly sendNotices: Gateway["sendNotices"];
    readonly retention: Pick<Gateway["retention"], "sweep">;
    readonly gallery: Pick<Gateway["gallery"], "sweepLeft">;
    readonly administration: {
      readonly keys: Pick<Gateway["administration"]["keys"], "catchUp">;
      readonly reseal: Gateway["administration"]["reseal"];
    };
  };
  /** Sends spans to their collector; undefined: there is none. */
  readonly sendTraces?: (() => Promise<void>) | undefined;
  readonly identity: { readonly sessions: Pick<Identity["sessions"], "sweep"> };
  /** Unix milliseconds. */
  readonly now: () => number;
}

const minuteMs = 60_000;
const tracesMs = 1_000;
const hourMs = 60 * minuteMs;
const clockMs = 30_000;
/** A key that was revoked on one node stops on all within 5 s. */
const keysMs = 2_000;
/** A node that others wait for shows itself as often as this. */
const nodeMs = 500;
const outcomesMs = 5_000;
/** Between looks for notices to send. */
const noticesMs = 2_000;
const lookMs = 1_000;
const beatMs = 1_000;
const strayMs = 30 * 60_000;

/** The periodic tasks of a gateway. */
export function upkeepTasks(parts: UpkeepParts): readonly UpkeepTask[] {
  const { blobs, shared, kept, clock, cluster, gateway, identity, sendTraces, now } = parts;
  // Of several that share a store one sweeps it.
  const maySweep = (): boolean => shared === undefined || gateway.nodes.isFirst();
  return [
    ...(sendTraces === undefined
      ? []
      : [{ name: "sending traces", everyMs: tracesMs, run: sendTraces }]),
    { name: "reading the database's clock", everyMs: clockMs, run: () => clock.measure() },
    {
      name: "sweeping expired images",
      everyMs: minuteMs,
      run: async () => (maySweep() ? blobs.sweep(now()) : undefined),
    },
    {
      name: "forgetting old records",
      everyMs: minuteMs,
      run: () => gateway.retention.sweep(),
    },
    {
      name: "deleting pictures that removed people have left",
      everyMs: minuteMs,
      run: () => gateway.gallery.sweepLeft(),
    },
    { name: "dropping old kept images", everyMs: minuteMs, run: () => kept.tick() },
    {
      name: "reading keys and channels that another node changed",
      everyMs: keysMs,
      run: () => gateway.administration.keys.catchUp(),
    },
    {
      name: "forgetting what another node has forgotten of end users",
      everyMs: keysMs,
      run: () => gateway.followErasures(),
    },
    {
      name: "forgetting sessions that ended",
      everyMs: hourMs,
      run: () => identity.sessions.sweep(),
    },
    {
      name: "sealing credentials with today's secret",
      everyMs: minuteMs,
      run: () => gateway.administration.reseal(),
    },
    { name: "watching nodes", everyMs: nodeMs, run: () => gateway.nodes.renew() },
    {
      name: "looking at what asks for attention",
      everyMs: minuteMs,
      run: () => gateway.reviewNotices(),
    },
    { name: "sending notices", everyMs: noticesMs, run: () => gateway.sendNotices() },
    { name: "writing outcomes late", everyMs: outcomesMs, run: () => gateway.writeOutcomes() },
    ...(cluster.isShared
      ? [
          {
            name: "counting with other nodes",
            everyMs: beatMs,
            run: () => cluster.beat(gateway.nodes.count()),
          },
        ]
      : []),
    ...(shared === undefined ? [] : sharedTasks(shared, maySweep)),
  ];
}

/** The tasks of a store that other nodes share. */
function sharedTasks(shared: SharedImages, maySweep: () => boolean): readonly UpkeepTask[] {
  return [
    {
      name: "looking whether the bucket of images is back",
      everyMs: lookMs,
      run: () => shared.look(),
    },
    {
      name: "looking for images without a record",
      everyMs: strayMs,
      run: async () => (maySweep() ? shared.removeStrays() : undefined),
    },
  ];
}

/** Runs each task now and then every so often, none twice at once. Keeps no process alive. */
export function startUpkeep(
  tasks: readonly UpkeepTask[],
  log: GatewayLog,
): {
  /** Resolves when the tasks that may be running have ended. */
  stop(): Promise<void>;
} {
  const running = new Map<UpkeepTask, Promise<void>>();
  const run = async (task: UpkeepTask): Promise<void> => {
    try {
      await task.run();
    } catch (thrown) {
      log.error({ detail: asPinholeError(thrown).detail }, `${task.name} failed`);
    }
  };
  const begin = (task: UpkeepTask): void => {
    if (running.has(task)) return;
    const over = (): void => void running.delete(task);
    running.set(task, run(task).then(over));
  };
  const timers = tasks.map((task) => {
    begin(task);
    return setInterval(begin, task.everyMs, task).unref();
  });
  return {
    async stop() {
      for (const timer of timers) clearInterval(timer);
      await Promise.all(running.values());
    },
  };
}
