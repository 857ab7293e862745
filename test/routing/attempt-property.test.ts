import fc from "fast-check";
import { expect, test } from "vitest";
import {
  endings,
  runWorld,
  type SeenAttempt,
  type World,
  type WorldChannel,
} from "./attempt-world.ts";

const channel = (limited: boolean): fc.Arbitrary<WorldChannel> =>
  fc.record({
    priority: fc.integer({ min: 0, max: 1 }),
    weight: fc.constantFrom(1, 3),
    credentials: fc.integer({ min: 1, max: 3 }),
    retryUnknown: fc.boolean(),
    concurrency: limited
      ? fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined })
      : fc.constant(undefined),
    rpm: limited
      ? fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined })
      : fc.constant(undefined),
    endings: fc.array(fc.constantFrom(...endings), { minLength: 1, maxLength: 6 }),
    tookMs: fc.constantFrom(0, 10, 900, 25_000, 45_000),
  });

const scenario = (limited: boolean) =>
  [
    fc.scheduler(),
    fc.array(channel(limited), { minLength: 1, maxLength: 6 }),
    fc.array(
      fc.record({
        n: fc.integer({ min: 1, max: 3 }),
        startMs: fc.oneof(fc.constantFrom(0, 1), fc.integer({ min: 0, max: 200_000 })),
      }),
      { minLength: 1, maxLength: 30 },
    ),
    fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
  ] as const;

function byCall({ attempts }: World): SeenAttempt[][] {
  return Object.values(Object.groupBy(attempts, (one) => `${one.request} ${one.offset}`)).map(
    (list) => list ?? [],
  );
}

/** May another attempt follow this one (DESIGN §6)? */
function mayFollow(
  { ending, channel: id }: SeenAttempt,
  channels: readonly WorldChannel[],
): boolean {
  if (["never_sent", "refused", "rate_limited", "credentials"].includes(ending)) return true;
  return ending === "unknown" && channels[Number(id)]?.retryUnknown === true;
}

function checkCalls(world: World, channels: readonly WorldChannel[]): void {
  for (const list of byCall(world)) {
    expect(list.length).toBeLessThanOrEqual(3);
    for (const one of list.slice(0, -1)) expect(mayFollow(one, channels)).toBe(true);
    for (const one of list) expect(one.at).toBeLessThan(world.deadlines.get(one.request) ?? 0);
    const targets = new Set(list.map((one) => `${one.channel} ${one.credential}`));
    expect(targets.size).toBe(list.length);
    // The same channel again only with another credential, after one that the first was at fault for.
    for (const [index, one] of list.entries()) {
      const before = list.slice(0, index).filter((earlier) => earlier.channel === one.channel);
      for (const { ending } of before) expect(["rate_limited", "credentials"]).toContain(ending);
    }
  }
}

function checkLimits({ attempts }: World, channels: readonly WorldChannel[]): void {
  for (const one of attempts) {
    const { concurrency = Infinity, rpm = Infinity } = channels[Number(one.channel)] ?? {};
    expect(one.running).toBeLessThanOrEqual(concurrency);
    const inMinute = attempts.filter(
      (other) => other.channel === one.channel && other.at > one.at - 60_000 && other.at <= one.at,
    );
    expect(inMinute.length).toBeLessThanOrEqual(rpm);
  }
}

/** Retries that load an upstream a second time: at most ten in ten seconds, or a fifth of the calls. */
function checkBudget(world: World): void {
  const calls = byCall(world);
  const firsts = calls.map(([first]) => first?.at ?? 0);
  const retries = calls
    .flatMap((list) => list.slice(1).filter((_, index) => list[index]?.ending !== "never_sent"))
    .map(({ at }) => at);
  for (const at of retries) {
    const within = (ms: number, times: readonly number[]): number =>
      times.filter((time) => time > at - ms && time <= at).length;
    const allowed = Math.max(10, 0.2 * within(11_001, firsts));
    expect(within(10_000, retries)).toBeLessThanOrEqual(allowed);
  }
}

const draw = (stream: fc.Stream<number>) => (): number => {
  const next: unknown = stream.next().value;
  return typeof next === "number" ? next : 0;
};

test("one call: never after evidence of production, past the deadline, or to a tried target; limits and budget hold", async () => {
  const [scheduler, channels, requests, randoms] = scenario(true);
  await fc.assert(
    fc.asyncProperty(
      scheduler,
      channels,
      requests,
      randoms,
      async (order, upstreams, asked, numbers) => {
        const world = await runWorld(order, upstreams, asked, draw(numbers));
        checkCalls(world, upstreams);
        checkLimits(world, upstreams);
        checkBudget(world);
        expect(world.outcomes.size).toBe(asked.length);
        expect([...world.outcomes.values()]).not.toContain("internal_error");
      },
    ),
    { numRuns: 150 },
  );
});

test("the last channel of a model is never ejected: without limits every request is attempted", async () => {
  const [scheduler, channels, requests, randoms] = scenario(false);
  await fc.assert(
    fc.asyncProperty(
      scheduler,
      channels,
      requests,
      randoms,
      async (order, upstreams, asked, numbers) => {
        const world = await runWorld(order, upstreams, asked, draw(numbers));
        checkCalls(world, upstreams);
        expect([...world.outcomes.values()]).not.toContain("no_channel_available");
        expect(new Set(world.attempts.map(({ request }) => request)).size).toBe(asked.length);
      },
    ),
    { numRuns: 150 },
  );
});
