import type fc from "fast-check";
import { z } from "zod";
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
import { runCalls } from "../../src/gateway/calls.ts";
import { buildCatalog } from "../../src/gateway/catalog.ts";
import { createRouting } from "../../src/gateway/choose-lanes.ts";
import { openCalls } from "../../src/gateway/dispatch.ts";
import type { GatewayParts } from "../../src/gateway/parts.ts";
import { planTargets } from "../../src/gateway/plan.ts";

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
  let clock = 1_000_000;
  const now = (): number => clock;
  const timers = new Set<{ readonly at: number; readonly work: () => void }>();
  const attempts: SeenAttempt[] = [];
  const running = new Map<string, number>();
  const turns = new Map<string, number>();

  async function* generate(
    input: GenerateInput<BaseSettings & { key: string }, unknown>,
  ): AsyncGenerator<ProviderEvent, void, void> {
    const { base_url: channel, key: credential } = input.settings;
    const script = channels[Number(channel)];
    const turn = turns.get(channel) ?? 0;
    turns.set(channel, turn + 1);
    running.set(channel, (running.get(channel) ?? 0) + 1);
    const ending = script?.endings[turn % script.endings.length] ?? "ok";
    attempts.push({
      request: input.request.prompt,
      offset: input.request.firstIndex ?? 0,
      channel,
      credential,
      at: clock,
      running: running.get(channel) ?? 0,
      ending,
    });
    try {
      await scheduler.schedule(Promise.resolve(), `upstream ${channel}`);
      clock += script?.tookMs ?? 0;
      if (ending === "after_preview") yield { partial: picture, index: 0 };
      if (ending === "after_link") await input.http.download("https://example.com/a.png");
      else if (ending !== "ok") throw fault(codes[ending]);
      for (let index = 0; index < input.request.n; index += 1) yield { picture, index };
    } finally {
      running.set(channel, (running.get(channel) ?? 1) - 1);
    }
  }

  const routing = createRouting({
    now,
    random,
    log: { info() {}, warn() {}, error() {} },
    timer(ms, work) {
      const timer = { at: clock + ms, work };
      timers.add(timer);
      return () => timers.delete(timer);
    },
  });
  const provider = defineProvider({
    id: "scripted",
    name: "Scripted",
    docs: "",
    about: "",
    settings: z.object({ base_url: z.string(), key: z.string() }),
    options: z.looseObject({}),
    models: [],
    openEnded: true,
    authorize: () => ({}),
    generate,
  });
  const catalog = buildCatalog(
    channels.map((one, id) => channelOf(one, String(id), provider)),
    {},
  );
  // Only what planning and attempting use of the gateway.
  const parts = {
    now,
    random,
    routing,
    catalog: () => catalog,
    policy: { resample: false, style: "drop", strict: false },
    egress: {
      upstream: () => ({
        async download() {
          throw fault("upstream_timeout");
        },
      }),
    },
    converter: {},
  } as unknown as GatewayParts;

  const outcomes = new Map<string, ErrorCode | undefined>();
  const deadlines = new Map<string, number>();
  const serve = async (id: string, n: number): Promise<void> => {
    await scheduler.schedule(Promise.resolve(), `request ${id}`);
    const route = planTargets(parts, catalog.find("any"), requestOf(id, n), false);
    const deadline = clock + route.totalMs;
    deadlines.set(id, deadline);
    const { signal } = new AbortController();
    const open = await openCalls({ parts, signal, deadline }, route, n);
    const context = {
      parts,
      // Nothing is spooled.
      spool: {} as PictureSpool,
      inputs: () => Promise.resolve({ images: [], mask: undefined }),
      signal,
      deadline,
      onMade() {},
      attempts: () => attempts.length,
    };
    await runCalls(context, bookOf(id, now), route, open);
  };
  const all = Promise.all(
    requests.map(async ({ n, startMs }, index) => {
      const id = `r${index}`;
      const start = Promise.withResolvers<void>();
      timers.add({ at: clock + startMs, work: () => start.resolve() });
      await start.promise;
      await serve(id, n).then(
        () => outcomes.set(id, undefined),
        (error: unknown) =>
          outcomes.set(id, error instanceof PinholeError ? error.code : "internal_error"),
      );
    }),
  );
  let isDone = false;
  void all.then(() => {
    isDone = true;
  });
  for (;;) {
    // Lets every promise that can settle do so.
    await new Promise((resolve) => setImmediate(resolve));
    if (isDone) break;
    const [next] = [...timers].toSorted((a, b) => a.at - b.at);
    // What is due comes first; time passes by itself only where nothing else can happen.
    if (next !== undefined && (next.at <= clock || scheduler.count() === 0)) {
      timers.delete(next);
      clock = Math.max(clock, next.at);
      next.work();
    } else if (scheduler.count() > 0) {
      await scheduler.waitOne();
    } else {
      throw new Error("nothing can go on, but requests are not done");
    }
  }
  return { attempts, outcomes, deadlines };
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

function bookOf(requestId: string, now: () => number) {
  return {
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
      }),
    close() {},
  };
}
