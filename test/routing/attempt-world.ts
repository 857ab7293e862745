import type fc from "fast-check";
import { z } from "zod";
import { aloneCluster } from "../../src/cluster/alone.ts";
import type { Channel } from "../../src/core/channel.ts";
import { type ErrorCode, PinholeError } from "../../src/core/errors.ts";
import type { Picture, PictureSpool } from "../../src/core/picture.ts";
import {
  type BaseSettings,
  defineProvider,
  type GenerateInput,
  type ProviderEvent,
} from "../../src/core/provider.ts";
import type { ImageRequest } from "../../src/core/request.ts";
import { runCalls } from "../../src/gateway/attempts/calls.ts";
import { buildCatalog } from "../../src/gateway/catalog/catalog.ts";
import { createRouting } from "../../src/gateway/routing/routing.ts";
import { openCalls } from "../../src/gateway/routing/dispatch.ts";
import type { RequestParts } from "../../src/gateway/requests/parts.ts";
import { planRoute } from "../../src/gateway/routing/route.ts";

/** How a scripted upstream ends an attempt. */
export const endings = [
  "ok",
  "never_sent",
  "refused",
  "rate_limited",
  "credentials",
  "caller",
  "unknown",
  "after_preview",
  "after_link",
] as const;
export type Ending = (typeof endings)[number];

export interface WorldChannel {
  readonly priority: number;
  readonly weight: number;
  readonly credentials: number;
  readonly retryUnknown: boolean;
  readonly concurrency: number | undefined;
  readonly rpm: number | undefined;
  /** Used up in turn, then from the start. */
  readonly endings: readonly Ending[];
  readonly tookMs: number;
}

export interface SeenAttempt {
  readonly request: string;
  /** Which upstream call of the request. */
  readonly offset: number;
  readonly channel: string;
  readonly credential: string;
  readonly at: number;
  /** Running on the channel, this one included. */
  readonly running: number;
  readonly ending: Ending;
}

export interface World {
  readonly attempts: readonly SeenAttempt[];
  /** Undefined: served. */
  readonly outcomes: ReadonlyMap<string, ErrorCode | undefined>;
  readonly deadlines: ReadonlyMap<string, number>;
}

const codes = {
  never_sent: "upstream_unreachable",
  refused: "upstream_busy",
  rate_limited: "upstream_rate_limited",
  credentials: "upstream_credentials",
  caller: "moderation_blocked",
  unknown: "upstream_failed",
  after_preview: "upstream_refused",
} as const satisfies Partial<Record<Ending, ErrorCode>>;

// The attempt machine hands pictures on without looking into them.
const picture = { format: "png", width: 1, height: 1 } as unknown as Picture;
const fault = (code: ErrorCode): PinholeError =>
  new PinholeError(code, { message: "Scripted.", retryAfterSeconds: 20 });

export const totalMs = 60_000;

type WorkTimer = { readonly at: number; readonly work: () => void };

/** What a run of the world shares. */
interface Run {
  readonly scheduler: fc.Scheduler;
  readonly channels: readonly WorldChannel[];
  readonly timers: Set<WorkTimer>;
  readonly attempts: SeenAttempt[];
  readonly running: Map<string, number>;
  readonly turns: Map<string, number>;
  clock: number;
}

/**
 * Runs requests at once through planning, choosing and attempting, on scripted upstreams, with a clock
 * and an order of events that the test decides.
 */
export async function runWorld(
  scheduler: fc.Scheduler,
  channels: readonly WorldChannel[],
  requests: readonly { readonly n: number; readonly startMs: number }[],
  random: () => number,
): Promise<World> {
  const run: Run = {
    scheduler,
    channels,
    timers: new Set(),
    attempts: [],
    running: new Map(),
    turns: new Map(),
    clock: 1_000_000,
  };
  const parts = partsOf(run, random);
  const outcomes = new Map<string, ErrorCode | undefined>();
  const deadlines = new Map<string, number>();
  const all = requests.map(async ({ n, startMs }, index) => {
    const id = `r${index}`;
    const start = Promise.withResolvers<void>();
    run.timers.add({ at: run.clock + startMs, work: () => start.resolve() });
    await start.promise;
    try {
      await serve(run, parts, id, n, (deadline) => deadlines.set(id, deadline));
      outcomes.set(id, undefined);
    } catch (thrown) {
      outcomes.set(id, thrown instanceof PinholeError ? thrown.code : "internal_error");
    }
  });
  await drive(run, Promise.all(all));
  return { attempts: run.attempts, outcomes, deadlines };
}

/** Lets things happen, one at a time, until the work is done. */
async function drive(run: Run, work: Promise<unknown>): Promise<void> {
  const { timers, scheduler } = run;
  let isDone = false;
  void work.then(() => {
    isDone = true;
  });
  for (;;) {
    // Lets every promise that can settle do so.
    await new Promise((resolve) => setImmediate(resolve));
    if (isDone) return;
    const [next] = [...timers].toSorted((a, b) => a.at - b.at);
    // What is due comes first; time passes by itself only where nothing else can happen.
    if (next !== undefined && (next.at <= run.clock || scheduler.count() === 0)) {
      timers.delete(next);
      run.clock = Math.max(run.clock, next.at);
      next.work();
    } else if (scheduler.count() > 0) {
      await scheduler.waitOne();
    } else {
      throw new Error("nothing can go on, but requests are not done");
    }
  }
}

async function serve(
  run: Run,
  parts: RequestParts,
  id: string,
  n: number,
  onDeadline: (deadline: number) => void,
): Promise<void> {
  await run.scheduler.schedule(Promise.resolve(), `request ${id}`);
  const route = planRoute(parts, parts.catalog().find("any"), requestOf(id, n), { strict: false });
  const deadline = run.clock + route.totalMs;
  onDeadline(deadline);
  const { signal } = new AbortController();
  const open = await openCalls({ parts, signal, deadline }, route, n);
  const context = {
    parts,
    // Nothing is spooled.
    spool: {} as PictureSpool,
    inputs: () => Promise.resolve({ images: [], mask: undefined, warnings: [] }),
    signal,
    charge: { at: 0, teamMarkup: undefined },
    deadline,
    record: bookOf(run, id, parts.now),
    receiver: { preview() {}, made() {}, ended() {} },
    relay: undefined,
    spend() {},
    seed: () => 0,
    isWanted: () => true,
  };
  await runCalls(context, route, open);
}

/** Only what planning and attempting use of the gateway. */
function partsOf(run: Run, random: () => number): RequestParts {
  const now = (): number => run.clock;
  const routing = createRouting({
    now,
    uptime: now,
    cluster: aloneCluster(now),
    random,
    log: { info() {}, warn() {}, error() {} },
    timer(ms, work) {
      const timer = { at: run.clock + ms, work };
      run.timers.add(timer);
      return () => run.timers.delete(timer);
    },
  });
  const provider = scriptedProvider(run);
  const catalog = buildCatalog(
    run.channels.map((one, id) => channelOf(one, String(id), provider)),
    {},
  );
  return {
    now,
    uptime: now,
    random,
    routing,
    catalog: () => catalog,
    policy: { resample: false, style: "drop", strict: false },
    images: { defaultDelivery: "auto", metadata: "strip" },
    egress: {
      upstream: () => ({ download: () => Promise.reject(fault("upstream_timeout")) }),
    },
    converter: {},
  } as unknown as RequestParts;
}

function scriptedProvider(run: Run): Channel["provider"] {
  return defineProvider({
    id: "scripted",
    name: "Scripted",
    docs: "",
    about: "",
    settings: z.object({ base_url: z.string(), key: z.string() }),
    options: z.looseObject({}),
    models: [],
    openEnded: true,
    // The seed that each call gets tells its place.
    needsSeed: true,
    authorize: () => ({}),
    generate: (input) => generate(run, input),
  });
}

async function* generate(
  run: Run,
  input: GenerateInput<BaseSettings & { key: string }, unknown>,
): AsyncGenerator<ProviderEvent, void, void> {
  const { base_url: channel, key: credential } = input.settings;
  const { running, turns } = run;
  const script = run.channels[Number(channel)];
  const turn = turns.get(channel) ?? 0;
  turns.set(channel, turn + 1);
  running.set(channel, (running.get(channel) ?? 0) + 1);
  const ending = script?.endings[turn % script.endings.length] ?? "ok";
  run.attempts.push({
    request: input.request.prompt,
    offset: Number(input.request.more["seed"]),
    channel,
    credential,
    at: run.clock,
    running: running.get(channel) ?? 0,
    ending,
  });
  try {
    await run.scheduler.schedule(Promise.resolve(), `upstream ${channel}`);
    run.clock += script?.tookMs ?? 0;
    if (ending === "after_preview") yield { partial: picture, index: 0 };
    if (ending === "after_link") await input.http.download("https://example.com/a.png");
    else if (ending !== "ok") throw fault(codes[ending]);
    for (let index = 0; index < input.request.n; index += 1) yield { picture, index };
  } finally {
    running.set(channel, (running.get(channel) ?? 1) - 1);
  }
}

function channelOf(one: WorldChannel, id: string, provider: Channel["provider"]): Channel {
  const { concurrency, rpm, priority, weight, retryUnknown } = one;
  const credentials = Array.from({ length: one.credentials }, (_, key) => ({
    base_url: id,
    key: String(key),
  }));
  return {
    id,
    provider,
    credentials,
    models: [{ name: "any", upstream: "any", card: undefined, price: undefined }],
    priority,
    weight,
    enabled: true,
    retryUnknown,
    limits: { concurrency, rpm, ipm: undefined, queue: undefined },
    timeout: { connectMs: 1000, firstByteMs: undefined, totalMs },
  };
}

function requestOf(prompt: string, n: number): ImageRequest {
  return {
    operation: "generation",
    model: "any",
    prompt,
    n,
    stream: false,
    partial_images: 0,
    images: [],
    more: {},
    unknown: {},
    provider_options: {},
  };
}

function bookOf(run: Run, requestId: string, now: () => number) {
  return {
    recorded: Promise.resolve(),
    attempts: () => run.attempts.length,
    open: (call: number, attempt: number) =>
      Promise.resolve({
        id: `${requestId}-${call}-${attempt}`,
        requestId,
        call,
        attempt,
        channelId: "",
        providerId: "",
        upstreamModel: "",
        startedAt: now(),
        boundNano: null,
      }),
    close() {},
  };
}
