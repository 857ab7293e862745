import { expect, test } from "vitest";
import { z } from "zod";
import { aloneCluster } from "../../src/cluster/alone.ts";
import type { Channel } from "../../src/core/channel.ts";
import { defineProvider } from "../../src/core/provider.ts";
import type { ImageRequest } from "../../src/core/request.ts";
import { buildCatalog } from "../../src/gateway/catalog/catalog.ts";
import { choose } from "../../src/gateway/routing/choose.ts";
import { createRouting } from "../../src/gateway/routing/routing.ts";
import type { RequestParts } from "../../src/gateway/requests/parts.ts";
import { planRoute } from "../../src/gateway/routing/route.ts";
import { Tried } from "../../src/gateway/routing/tried.ts";

const provider = defineProvider({
  id: "scripted",
  name: "Scripted",
  docs: "",
  about: "",
  settings: z.object({ base_url: z.string() }),
  options: z.looseObject({}),
  models: [],
  openEnded: true,
  authorize: () => ({}),
  // oxlint-disable-next-line require-yield -- never called: nothing is attempted here
  async *generate() {
    throw new Error("nothing is attempted here");
  },
});

const request: ImageRequest = {
  operation: "generation",
  model: "any",
  prompt: "a fox",
  n: 1,
  stream: false,
  partial_images: 0,
  images: [],
  more: {},
  unknown: {},
  provider_options: {},
};

/** Channels that note each time one of them is looked at. */
function watched(count: number, looks: { count: number }): Channel[] {
  return Array.from({ length: count }, (_, index) => {
    const channel: Channel = {
      id: `c${index}`,
      provider,
      credentials: [{ base_url: "https://example.com" }],
      models: [{ name: "any", upstream: "any", card: undefined, price: undefined }],
      priority: index % 2,
      weight: 1 + (index % 3),
      enabled: true,
      retryUnknown: false,
      limits: { concurrency: undefined, rpm: undefined, ipm: undefined, queue: undefined },
      timeout: { connectMs: 1000, firstByteMs: undefined, totalMs: 1000 },
    };
    return new Proxy(channel, {
      get(target, name, receiver) {
        looks.count += 1;
        return Reflect.get(target, name, receiver) as unknown;
      },
    });
  });
}

/** Looks at channels that planning and three attempts take, after the first request has arranged them; and who was chosen. */
function looksFor(count: number): { readonly looks: number; readonly chosen: string[] } {
  const looks = { count: 0 };
  const now = (): number => 1000;
  let seed = 0;
  const random = (): number => (seed = (seed + 0.382) % 1);
  const log = { info() {}, warn() {}, error() {} };
  const routing = createRouting({ now, uptime: now, random, log, cluster: aloneCluster(now) });
  const catalog = buildCatalog(watched(count, looks), {});
  // Only what planning uses of the gateway.
  const parts = {
    now,
    uptime: now,
    random,
    routing,
    catalog: () => catalog,
    policy: { resample: false, style: "drop", strict: false },
    images: { defaultDelivery: "auto" },
  } as unknown as RequestParts;
  const serve = (): string[] => {
    const route = planRoute(parts, catalog.find("any"), request, { strict: false });
    const tried = new Tried();
    return [1, 2, 3].map(() => {
      const choice = choose(route, tried, { images: 1, now: 1000, waitMsMax: 0 });
      if (choice === undefined || !("chosen" in choice)) throw new Error("nothing was chosen");
      const { member, lease } = choice.chosen;
      tried.add(member);
      lease.end({ kind: "failed", why: "scripted", isUnreachable: false }, "channel");
      return member.target.channel.id;
    });
  };
  serve();
  looks.count = 0;
  const chosen = serve();
  return { looks: looks.count, chosen };
}

test("choosing from 10,000 channels looks at no more of them than choosing from 10", () => {
  const few = looksFor(10);
  const many = looksFor(10_000);
  expect(new Set(many.chosen).size).toBe(3);
  expect(few.looks).toBeGreaterThan(0);
  expect(many.looks).toBeLessThanOrEqual(few.looks);
});

test("a clock that ticks while a target is chosen does not make healthy channels look as if they cooled", () => {
  let time = 1000;
  const now = (): number => (time += 1);
  const random = (): number => 0;
  const routing = createRouting({
    now,
    uptime: now,
    cluster: aloneCluster(now),
    random,
    log: { info() {}, warn() {}, error() {} },
  });
  const catalog = buildCatalog(watched(4, { count: 0 }), {});
  // Only what planning uses of the gateway.
  const parts = {
    now,
    uptime: now,
    random,
    routing,
    catalog: () => catalog,
    policy: { resample: false, style: "drop", strict: false },
    images: { defaultDelivery: "auto" },
  } as unknown as RequestParts;
  for (let turn = 0; turn < 3; turn += 1) {
    const route = planRoute(parts, catalog.find("any"), request, { strict: false });
    const choice = choose(route, new Tried(), { images: 1, now: now(), waitMsMax: 0 });
    if (choice === undefined || !("chosen" in choice)) throw new Error("nothing was chosen");
    expect(choice.chosen.member.target.channel.priority).toBe(1);
    choice.chosen.lease.end({ kind: "good" }, "channel");
  }
});
