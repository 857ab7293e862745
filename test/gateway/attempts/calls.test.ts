import { describe, expect, test } from "vitest";
import { PinholeError } from "../../../src/core/errors.ts";
import type { ProviderEvent } from "../../../src/core/provider.ts";
import { runCalls } from "../../../src/gateway/attempts/calls.ts";
import type { AttemptBook, AttemptContext } from "../../../src/gateway/attempts/terms.ts";
import type { OpenCall } from "../../../src/gateway/routing/dispatch.ts";
import type { Route } from "../../../src/gateway/routing/terms.ts";
import { Tried } from "../../../src/gateway/routing/tried.ts";
import type { NewAttempt } from "../../../src/store/request-records.ts";
import { madePicture } from "../delivery/made.ts";
import { contextOf, type Generate, scripted } from "./attempting.ts";

const picture = madePicture();
const good = { verdict: { kind: "good" }, scope: "channel" };

/** One call after another with its script; nothing else can be chosen, so each has one attempt. */
async function run(scripts: readonly Generate[], change: Partial<AttemptContext> = {}, count = 1) {
  const events: unknown[] = [];
  const open: OpenCall[] = scripts.map((generate, index) => {
    const lease = {
      credential: 0,
      end: (verdict: unknown, scope: unknown) => void events.push(["lease", { verdict, scope }]),
      cancel: () => void events.push(["cancel"]),
    };
    const plan = scripted(generate, { n: count });
    const chosen = { plan, lease, member: { target: plan.target } };
    return {
      part: { count, offset: index * count },
      tried: new Tried(),
      // Calls look at plan, lease and target alone.
      first: chosen as unknown as OpenCall["first"],
    };
  });
  const { context } = contextOf();
  const record: AttemptBook = {
    recorded: Promise.resolve(),
    attempts: () => 1,
    open: async (call, attempt) => ({ id: `${call}-${attempt}` }) as NewAttempt,
    close: ({ id }, outcome) => void events.push(["close", id, outcome]),
  };
  const routing = {
    retryBudget: { call: () => void events.push(["call"]), tryRetry: () => true },
    states: { wake() {} },
  };
  const whole = {
    ...context,
    parts: { ...context.parts, routing },
    record,
    spend: (images: number) => void events.push(["spend", images]),
    ...change,
  } as unknown as AttemptContext;
  const route = { tiers: [], random: () => 0 } as unknown as Route;
  const ended = await runCalls(whole, route, open).then(
    (result) => ({ result, thrown: undefined }),
    (thrown: unknown) => ({ result: undefined, thrown }),
  );
  return { ...ended, events };
}

const play = (events: readonly ProviderEvent[], error?: Error): Generate =>
  async function* () {
    yield* events;
    if (error !== undefined) throw error;
  };
const made = { picture, index: 0 };
const busy = new PinholeError("upstream_busy", {
  message: "Busy.",
  detail: "503",
  retryAfterSeconds: 3,
});

/** The entry of the provider's book for a stated charge. */
const stated = {
  channelId: "one",
  nano: 30,
  evidence: "known",
  images: 1,
  isOverrun: false,
};

describe("an attempt that made what was asked for", () => {
  test("speaks well of its channel and is written down with its charge", async () => {
    const { result, events } = await run([play([{ charge: 30 }, made])]);
    expect(result).toMatchObject({ results: [{ made: [{ index: 0 }] }], faults: [] });
    expect(events).toEqual([
      ["call"],
      ["lease", good],
      [
        "close",
        "0-1",
        {
          state: "succeeded",
          errorCode: null,
          evidence: null,
          detail: null,
          providerNano: 30,
          charge: stated,
        },
      ],
      ["spend", 1],
    ]);
  });

  test("has an unknown charge where none was told", async () => {
    const { events } = await run([play([made])]);
    expect(events).toContainEqual([
      "close",
      "0-1",
      expect.objectContaining({ providerNano: null }) as unknown,
    ]);
  });
});

describe("an attempt that failed", () => {
  test("behind what it made speaks against its channel, and its pictures stay", async () => {
    const { result, events } = await run([play([{ charge: 30 }, made], busy)], {}, 2);
    expect(result).toMatchObject({ results: [{ made: [{ index: 0 }] }], faults: [busy] });
    expect(events).toEqual([
      ["call"],
      [
        "lease",
        {
          verdict: { kind: "refused", why: "upstream_busy", retryAfterMs: 3000 },
          scope: "channel",
        },
      ],
      [
        "close",
        "0-1",
        {
          state: "failed",
          errorCode: "upstream_busy",
          evidence: "produced",
          detail: "503",
          providerNano: 30,
          charge: stated,
        },
      ],
      ["spend", 2],
    ]);
  });

  test("with nothing made is its fault, written down with its evidence", async () => {
    const { thrown, events } = await run([play([], busy)]);
    expect(thrown).toBe(busy);
    expect(events.slice(2)).toEqual([
      [
        "close",
        "0-1",
        {
          state: "failed",
          errorCode: "upstream_busy",
          evidence: "refused",
          detail: "503",
          providerNano: 0,
        },
      ],
      ["spend", 0],
    ]);
  });

  test("says its message to the operator where it has nothing else to say", async () => {
    const plain = new PinholeError("upstream_failed", { message: "It failed." });
    const { events } = await run([play([], plain)], {}, 2);
    expect(events).toContainEqual([
      "close",
      "0-1",
      expect.objectContaining({ detail: "It failed.", providerNano: null }) as unknown,
    ]);
    expect(events).toContainEqual(["spend", 2]);
  });

  test("from outside says nothing about its channel", async () => {
    const stop = new AbortController();
    stop.abort();
    for (const script of [play([], busy), play([made], busy)]) {
      const { events } = await run([script], { signal: stop.signal }, 2);
      expect(events).toContainEqual(["lease", { verdict: { kind: "neutral" }, scope: "channel" }]);
    }
  });
});

describe("an attempt without a record", () => {
  const lost = new PinholeError("storage_full", { message: "No room." });
  const record = (change: Partial<AttemptBook>): AttemptBook => ({
    recorded: Promise.resolve(),
    attempts: () => 1,
    open: async () => ({ id: "0-1" }) as NewAttempt,
    close: () => {
      throw new Error("there is no record to close");
    },
    ...change,
  });

  test("is not begun where its line cannot be written", async () => {
    const { thrown, events } = await run([play([made])], {
      record: record({ open: () => Promise.reject(lost) }),
    });
    expect(thrown).toBe(lost);
    expect(events).toEqual([["call"], ["cancel"]]);
  });

  test("was never begun where the request's record failed meanwhile", async () => {
    const recorded = Promise.reject(lost);
    recorded.catch(() => undefined);
    const { thrown, events } = await run([play([], busy)], { record: record({ recorded }) });
    expect(thrown).toBe(lost);
    expect(events).toEqual([["call"], ["cancel"]]);
  });
});

describe("several calls", () => {
  test("are made side by side; those that failed are faults beside the others' results", async () => {
    const { result } = await run([play([made]), play([], busy), play([made])]);
    expect(result?.results.map(({ part }) => part.offset)).toEqual([0, 2]);
    expect(result?.faults).toEqual([busy]);
  });

  test("that all failed are the first one's fault", async () => {
    const other = new PinholeError("upstream_failed", { message: "It failed." });
    expect((await run([play([], busy), play([], other)])).thrown).toBe(busy);
  });

  test("keep what a call made although it broke behind that", async () => {
    const { result } = await run([play([made], busy), play([made])], {}, 2);
    expect(result?.results).toHaveLength(2);
    expect(result?.faults).toEqual([busy]);
  });
});

test("a target that makes fewer at once has the call split into calls of its own", async () => {
  const generate: Generate = async function* ({ request }) {
    for (let index = 0; index < request.n; index += 1) yield { picture, index };
  };
  const plan = { ...scripted(generate, { n: 5 }), perCall: 2 };
  const { context, heard } = contextOf();
  const opened: unknown[] = [];
  const record: AttemptBook = {
    recorded: Promise.resolve(),
    attempts: () => 1,
    async open(call, attempt) {
      opened.push([call, attempt]);
      return { id: `${call}` } as NewAttempt;
    },
    close() {},
  };
  const lease = { credential: 0, end: () => 0, cancel() {} };
  const chosen = { plan, lease, member: { target: plan.target } };
  const routing = { retryBudget: { call() {}, tryRetry: () => true }, states: { wake() {} } };
  const whole = {
    ...context,
    parts: { ...context.parts, routing },
    record,
    spend() {},
  } as unknown as AttemptContext;
  const open = [
    { part: { count: 5, offset: 0 }, tried: new Tried(), first: chosen },
  ] as unknown as OpenCall[];
  // The pieces beyond the first find no target of their own here.
  const route = { tiers: [], random: () => 0 } as unknown as Route;
  const result = await runCalls(whole, route, open);
  expect(result.results.map(({ part }) => part)).toEqual([{ count: 2, offset: 0 }]);
  expect(result.faults.map(({ code }) => code)).toEqual([
    "no_channel_available",
    "no_channel_available",
  ]);
  expect(heard.made.map(({ index }) => index)).toEqual([0, 1]);
  expect(opened).toEqual([[0, 1]]);
});
