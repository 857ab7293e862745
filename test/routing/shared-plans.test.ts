import fc from "fast-check";
import { expect, test } from "vitest";
import { aloneCluster } from "../../src/cluster/alone.ts";
import type { Channel } from "../../src/core/channel.ts";
import { PinholeError } from "../../src/core/errors.ts";
import type { ImageRequest } from "../../src/core/request.ts";
import { buildCatalog } from "../../src/gateway/catalog/catalog.ts";
import { fit } from "../../src/gateway/fit/fit.ts";
import type { Plan } from "../../src/gateway/fit/terms.ts";
import { openCalls } from "../../src/gateway/routing/dispatch.ts";
import { planRoute } from "../../src/gateway/routing/route.ts";
import { createRouting } from "../../src/gateway/routing/routing.ts";
import { channels, requests } from "../gateway/random-requests.ts";

/** What a plan says beside its target. */
type Fitted = Omit<Plan, "target">;

/** The plan, or the refusal's code and message. */
type Answer = Fitted | readonly [string, string];

const policy = { resample: true, style: "prompt", variationsAsEdits: true, strict: false } as const;

const images = { defaultDelivery: "auto" } as const;

/** One gateway's planning: what it shares among requests it shares from the first to the last. */
function planner(channel: Channel) {
  const catalog = buildCatalog([channel], {});
  const now = (): number => 1;
  const routing = createRouting({
    now,
    uptime: now,
    cluster: aloneCluster(now),
    random: () => 0,
    log: { info() {}, warn() {}, error() {} },
    timer: () => () => undefined,
  });
  const parts = {
    catalog: () => catalog,
    routing,
    policy,
    images,
    now,
    uptime: now,
    random: () => 0,
  };
  const entry = catalog.find("asked");
  const [target] = entry.targets;
  if (target === undefined) throw new Error("the catalog dropped the channel");
  return {
    async shared(request: ImageRequest, strict: boolean): Promise<Plan | undefined> {
      const route = planRoute(parts, entry, request, { strict });
      const { signal } = new AbortController();
      const [call] = await openCalls({ parts, signal, deadline: 60_000 }, route, request.n);
      return call?.first?.plan;
    },
    alone: (request: ImageRequest, strict: boolean): Plan =>
      fit(request, target, { policy, images, strict, chain: new Set(["stub"]) }),
  };
}

async function answer(work: () => Plan | undefined | Promise<Plan | undefined>): Promise<Answer> {
  try {
    const plan = await work();
    if (plan === undefined) throw new Error("there was no room in an idle gateway");
    const { request, inputs, perCall, options, output, warnings } = plan;
    return { request, inputs, perCall, options, output, warnings };
  } catch (thrown) {
    if (thrown instanceof PinholeError) return [thrown.code, thrown.message];
    throw thrown;
  }
}

/** Generations of words alone, which are the requests that share plans. */
const plain = requests.map((request): ImageRequest => ({
  ...request,
  operation: "generation",
  prompt: request.prompt === "" ? "a" : request.prompt,
  style: undefined,
  images: [],
  mask: undefined,
  more: {},
  unknown: {},
  provider_options: {},
}));

/** A request and, for each of its fields, one that differs there: those would share a plan by mistake. */
const alike = fc
  .record({ first: plain, other: fc.oneof(plain, requests) })
  .map(({ first, other }) => {
    const names = Object.keys(first) as (keyof ImageRequest)[];
    const long = { ...other, prompt: other.prompt.repeat(9) };
    // A mask that is not of its picture's size is refused before anything is fitted.
    const changed = names.map((name) => ({ ...first, [name]: long[name], mask: undefined }));
    return [first, ...changed];
  });

test("a plan that requests share is the one that each would have alone", async () => {
  await fc.assert(
    fc.asyncProperty(channels, alike, async (channel, asked) => {
      const { shared, alone } = planner(channel);
      for (const strict of [false, true])
        for (const request of asked)
          expect(await answer(() => shared(request, strict))).toEqual(
            await answer(() => alone(request, strict)),
          );
    }),
    { numRuns: 150 },
  );
});
