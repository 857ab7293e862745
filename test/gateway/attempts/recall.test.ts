import { expect, test } from "vitest";
import type { Provider, ProviderEvent, TakenBack } from "../../../src/core/provider.ts";
import { attempt } from "../../../src/gateway/attempts/attempt.ts";
import type { AttemptEnd } from "../../../src/gateway/attempts/terms.ts";
import { madePicture } from "../delivery/made.ts";
import { card } from "../fit/fitting.ts";
import { contextOf, type Generate, scripted } from "./attempting.ts";

const part = { count: 2, offset: 0 };
const picture = madePicture();

interface Played {
  readonly end: Promise<AttemptEnd>;
  readonly stop: () => void;
  /** Jobs that the upstream was asked to take back. */
  readonly asked: readonly string[];
}

/** Runs an attempt whose upstream answers `word` where it is asked to take work back. */
function play(generate: Generate, word: TakenBack | Error, failuresBilled = true): Played {
  const stopping = new AbortController();
  const asked: string[] = [];
  const { context } = contextOf({ stopped: () => stopping.signal });
  const plan = scripted(generate, {}, { card: card({ failures_billed: failuresBilled }) });
  const { channel } = plan.target;
  const provider: Provider = {
    ...channel.provider,
    async cancel({ job }) {
      asked.push(job);
      if (word instanceof Error) throw word;
      return word;
    },
  };
  const target = { ...plan.target, channel: { ...channel, provider } };
  const end = attempt(context, { ...plan, target }, 0, part);
  return { end, stop: () => stopping.abort(), asked };
}

/** Resolves when the signal of everything that an adapter is handed is aborted, as its tools' waiting does. */
const untilAborted: Generate = async function* ({ sleep }) {
  yield { job: "j1" };
  await sleep(60_000);
};

/** Tells of its job, then of these once the test says so. */
function later(gate: Promise<void>, ...events: readonly ProviderEvent[]): Generate {
  return async function* () {
    yield { job: "j1" };
    await gate;
    yield* events;
  };
}

test.each([
  ["free", "refused", "nothing was billed."],
  ["doubtful", "unknown", "it may have been billed."],
] as const)(
  "work that is taken back (%s) ends the attempt at once, and says so",
  async (word, evidence, words) => {
    const { end, stop, asked } = play(untilAborted, word);
    stop();
    expect(await end).toMatchObject({
      failure: { error: { code: "request_stopped", evidence }, cancelled: true },
    });
    const { failure } = (await end) as Extract<AttemptEnd, { failure: unknown }>;
    expect(failure.error.message.endsWith(words)).toBe(true);
    expect(asked).toEqual(["j1"]);
  },
);

test("no bill is spoken of where the card says that failures are not billed", async () => {
  const { end, stop } = play(untilAborted, "doubtful", false);
  stop();
  const { failure } = (await end) as Extract<AttemptEnd, { failure: unknown }>;
  expect(failure.error.message).not.toContain("billed");
});

test.each(["kept", new Error("no answer")] as const)(
  "where the upstream goes on (%s) its picture comes",
  async (word) => {
    const gate = Promise.withResolvers<void>();
    const { end, stop, asked } = play(later(gate.promise, { picture, index: 0 }), word);
    stop();
    gate.resolve();
    expect(await end).toMatchObject({ result: { made: [{ index: 0 }], fault: undefined } });
    expect(asked).toEqual(["j1"]);
  },
);

test("a picture that comes of work that was taken back is unfinished, and dropped", async () => {
  const gate = Promise.withResolvers<void>();
  const { end, stop } = play(later(gate.promise, { picture, index: 0 }), "free");
  await new Promise((resolve) => setImmediate(resolve));
  stop();
  gate.resolve();
  expect(await end).toMatchObject({ failure: { error: { code: "request_stopped" } } });
});

test("pictures that came before stay, with the fault beside them", async () => {
  const gate = Promise.withResolvers<void>();
  const first = { picture, index: 0 };
  const generate: Generate = async function* () {
    yield { job: "j1" };
    yield first;
    await gate.promise;
    yield { picture, index: 1 };
  };
  const { end, stop } = play(generate, "doubtful");
  await new Promise((resolve) => setImmediate(resolve));
  stop();
  gate.resolve();
  expect(await end).toMatchObject({
    result: { made: [{ index: 0 }], fault: { code: "request_stopped" } },
  });
});

test("a stop before the job is known is heeded once it is", async () => {
  const gate = Promise.withResolvers<void>();
  const generate: Generate = async function* ({ sleep }) {
    await gate.promise;
    yield { job: "late" };
    await sleep(60_000);
  };
  const { end, stop, asked } = play(generate, "free");
  stop();
  await new Promise((resolve) => setImmediate(resolve));
  expect(asked).toEqual([]);
  gate.resolve();
  expect(await end).toMatchObject({ failure: { error: { code: "request_stopped" } } });
  expect(asked).toEqual(["late"]);
});

test("an upstream that has ended is not told to stop", async () => {
  const { end, stop, asked } = play(later(Promise.resolve(), { picture, index: 0 }), "free");
  await end;
  stop();
  expect(asked).toEqual([]);
});
