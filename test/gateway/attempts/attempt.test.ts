import { describe, expect, test } from "vitest";
import { PinholeError } from "../../../src/core/errors.ts";
import type { ProviderEvent } from "../../../src/core/provider.ts";
import { attempt } from "../../../src/gateway/attempts/attempt.ts";
import type {
  AttemptContext,
  AttemptEnd,
  CallResult,
  Relay,
} from "../../../src/gateway/attempts/terms.ts";
import { madePicture, usageOf } from "../delivery/made.ts";
import { contextOf, type Generate, type Heard, scripted } from "./attempting.ts";

const part = { count: 2, offset: 3 };

async function run(
  generate: Generate,
  change: Partial<AttemptContext> = {},
  download?: Parameters<typeof contextOf>[1],
): Promise<{ readonly end: AttemptEnd; readonly heard: Heard }> {
  const { context, heard } = contextOf(change, download);
  return { end: await attempt(context, scripted(generate), 0, part), heard };
}

/** Yields these events, then throws where an error is given. */
function play(events: readonly ProviderEvent[], error?: Error): Generate {
  return async function* () {
    yield* events;
    if (error !== undefined) throw error;
  };
}

function resultOf(end: AttemptEnd): CallResult {
  if (!("result" in end)) throw end.failure.error;
  return end.result;
}

function errorOf(end: AttemptEnd): PinholeError {
  if (!("failure" in end)) throw new Error("the attempt did not fail");
  return end.failure.error;
}

const picture = madePicture();
const fault = (code: "upstream_busy" | "moderation_blocked" | "upstream_unreachable") =>
  new PinholeError(code, { message: "Its words.", detail: "for the operator", param: "prompt" });

describe("what an upstream makes", () => {
  test("is told picture by picture with its place in the answer, and whole at the end", async () => {
    const { end, heard } = await run(
      play([
        { picture, index: 1, quality: "low", background: "opaque", revisedPrompt: "red" },
        { picture, index: 0 },
      ]),
    );
    expect(heard.made.map(({ index }) => index)).toEqual([4, 3]);
    expect(heard.counts).toEqual([1, 2]);
    expect(heard.made[0]).toMatchObject({
      picture,
      quality: "low",
      background: "opaque",
      revisedPrompt: "red",
    });
    const result = resultOf(end);
    expect(heard.ended).toEqual([result]);
    expect(result).toMatchObject({ part, fault: undefined });
    expect(result.made).toEqual(heard.made);
  });

  test("has the quality asked for where it says none", async () => {
    const { context, heard } = contextOf();
    const plan = scripted(play([{ picture, index: 0 }]), { quality: "medium" });
    await attempt(context, plan, 0, part);
    expect(heard.made[0]?.quality).toBe("medium");
  });

  test("beyond what was asked for is not delivered", async () => {
    const all = [0, 1, 2, 3].map((index) => ({ picture, index }));
    const { end, heard } = await run(play(all));
    expect(resultOf(end).made).toHaveLength(2);
    expect(heard.made).toHaveLength(2);
  });

  test("has the last usage and charge that were told, and facts of all", async () => {
    const { end } = await run(
      play([
        { usage: usageOf(1, 1) },
        { facts: { steps: 5, counts: { a: 1, b: 1 } } },
        { charge: 10 },
        { picture, index: 0 },
        { usage: usageOf(2, 3) },
        { charge: 30 },
        { facts: { seconds: 2, counts: { b: 2 } } },
        { facts: {} },
      ]),
    );
    expect(resultOf(end)).toMatchObject({
      usage: usageOf(2, 3),
      charge: 30,
      cost: { state: "priced", nano: 30 },
      facts: { steps: 5, seconds: 2, counts: { a: 1, b: 2 } },
    });
  });

  test("is kept where a fault follows it", async () => {
    const broken = fault("upstream_busy");
    const { end, heard } = await run(play([{ picture, index: 0 }], broken));
    expect(resultOf(end)).toMatchObject({ made: [{ index: 3 }], fault: broken });
    expect(heard.ended).toHaveLength(1);
  });

  test("are previews with their places", async () => {
    const { heard } = await run(
      play([
        { partial: picture, index: 1 },
        { picture, index: 1 },
      ]),
    );
    expect(heard.previews).toEqual([[picture, 4]]);
  });

  test("is nothing: then it answered badly", async () => {
    const { end, heard } = await run(play([{ usage: usageOf(1, 1) }]));
    expect(errorOf(end)).toMatchObject({
      code: "upstream_bad_answer",
      detail: "channel one ended without a picture for painter-1",
    });
    expect(heard.ended).toEqual([]);
  });
});

describe("a fault before any picture", () => {
  test("is itself where nothing was seen", async () => {
    const broken = fault("upstream_unreachable");
    const { end } = await run(play([{ usage: usageOf(1, 1) }], broken));
    expect(end).toEqual({ failure: { error: broken, cancelled: false } });
    const odd = await run(play([], new Error("a bug")));
    expect(errorOf(odd.end).code).toBe("internal_error");
  });

  test("after a preview may have been billed, and is never begun again", async () => {
    const broken = fault("upstream_busy");
    const { end } = await run(play([{ partial: picture, index: 0 }], broken));
    expect(errorOf(end)).toMatchObject({
      code: "upstream_failed",
      evidence: "produced",
      param: "prompt",
      message: "The upstream failed while it was making the image; it may have been billed.",
      detail: "upstream_busy after something was made: for the operator",
      cause: broken,
    });
  });

  test("of the caller's, or of this gateway, keeps its words after a preview", async () => {
    const preview = { partial: picture, index: 0 };
    const blocked = await run(play([preview], fault("moderation_blocked")));
    expect(errorOf(blocked.end)).toMatchObject({
      code: "moderation_blocked",
      evidence: "produced",
      message: "Its words.",
    });
    const full = new PinholeError("storage_full", { message: "No room." });
    expect(errorOf((await run(play([preview], full))).end)).toMatchObject({
      code: "storage_full",
      evidence: "produced",
      message: "No room.",
      detail: "storage_full after something was made: No room.",
    });
  });

  test("after a link was asked for is one after something was made", async () => {
    const follow: Generate = async function* ({ http }) {
      yield { picture: await http.download("https://there/a.png"), index: 0 };
    };
    const gone = () => Promise.reject(fault("upstream_unreachable"));
    expect(errorOf((await run(follow, {}, gone)).end)).toMatchObject({
      code: "upstream_failed",
      evidence: "produced",
    });
    const { end } = await run(follow, {}, async () => picture);
    expect(resultOf(end).made[0]?.picture).toBe(picture);
  });

  test("after a body began to flow to the client is one too", async () => {
    const relay = (begun: boolean): Relay => ({ begun: () => begun, tap: () => undefined });
    const broken = play([], fault("upstream_busy"));
    const begun = await run(broken, { relay: relay(true) });
    expect(errorOf(begun.end).evidence).toBe("produced");
    const not = await run(broken, { relay: relay(false) });
    expect(errorOf(not.end).evidence).toBe("refused");
  });

  test("from outside is said to be that", async () => {
    const stop = new AbortController();
    stop.abort();
    const { end } = await run(play([], fault("upstream_busy")), { signal: stop.signal });
    expect(end).toMatchObject({ failure: { cancelled: true } });
  });

  test("in making inputs ready is a failure like any other", async () => {
    const bad = new PinholeError("invalid_image", { message: "No picture." });
    const { end, heard } = await run(play([{ picture, index: 0 }]), {
      inputs: () => Promise.reject(bad),
    });
    expect(end).toEqual({ failure: { error: bad, cancelled: false } });
    expect(heard.opened).toEqual([]);
  });
});

describe("the record", () => {
  test("is waited for before anything is delivered", async () => {
    const written = Promise.withResolvers<void>();
    const { context, heard } = contextOf();
    const record = { ...context.record, recorded: written.promise };
    const plan = scripted(play([{ picture, index: 0 }]));
    const running = attempt({ ...context, record }, plan, 0, part);
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard.made).toEqual([]);
    written.resolve();
    expect(resultOf(await running).made).toHaveLength(1);
  });

  test("that will never be written ends the attempt without a picture", async () => {
    const { context, heard } = contextOf();
    const lost = new PinholeError("storage_full", { message: "No room." });
    const recorded = Promise.reject(lost);
    recorded.catch(() => undefined);
    const record = { ...context.record, recorded };
    for (const events of [
      [{ picture, index: 0 }],
      [
        { partial: picture, index: 0 },
        { picture, index: 0 },
      ],
    ]) {
      const end = await attempt({ ...context, record }, scripted(play(events)), 0, part);
      expect(errorOf(end)).toBe(lost);
    }
    expect([heard.made, heard.previews]).toEqual([[], []]);
  });
});
