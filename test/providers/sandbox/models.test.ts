import { describe, expect, test } from "vitest";
import type { ProviderEvent } from "../../../src/core/provider.ts";
import { authorizeInput } from "../contract-run.ts";
import provider from "../../../src/providers/sandbox/index.ts";
import { createPainter } from "../../../src/providers/sandbox/paint/painter.ts";
import { events, run, type Run } from "./tools.ts";

const countPictures = (made: readonly ProviderEvent[]) =>
  made.filter((event) => "picture" in event).length;

/** What came before the end, and the error it ended in. */
async function until(what: Run): Promise<{ seen: ProviderEvent[]; error: unknown }> {
  const seen: ProviderEvent[] = [];
  try {
    for await (const event of run(what)) seen.push(event);
  } catch (error) {
    return { seen, error };
  }
  return { seen, error: undefined };
}

test("every card is free, edits, takes masks and promises no more images than n_max", () => {
  expect(provider.models.map((card) => card.name)).toEqual([
    "sandbox",
    "sandbox-fast",
    "sandbox-slow",
    "sandbox-moderated",
    "sandbox-rate-limited",
    "sandbox-flaky",
    "sandbox-timeout",
    "sandbox-partial",
    "sandbox-stream-error",
  ]);
  for (const card of provider.models) {
    expect(card).toMatchObject({
      operations: ["generation", "edit", "variation"],
      price: "free",
      mask: { polarity: "transparent" },
      images: { max: 16, references: true },
    });
  }
});

test("no credential is sent anywhere", async () => {
  const settings = provider.settings.parse({});
  expect(await provider.authorize(authorizeInput(settings))).toEqual({});
});

describe("models that work", () => {
  test("sandbox waits only where the operator says so", async () => {
    const waits: number[] = [];
    await events({ onSleep: (ms) => waits.push(ms) });
    expect(waits).toEqual([]);
    await events({ settings: { delay_ms: 30 }, onSleep: (ms) => waits.push(ms) });
    expect(waits).toEqual([30]);
  });

  test("sandbox-fast paints with little detail unless told otherwise", async () => {
    const [fast] = await events({ model: "sandbox-fast" });
    expect(fast).toMatchObject({ quality: "low" });
    const [asked] = await events({ model: "sandbox-fast", request: { quality: "high" } });
    expect(asked).toMatchObject({ quality: "high" });
  });

  test("sandbox-slow takes its time and tells how far it is", async () => {
    const waits: number[] = [];
    const made = await events({
      model: "sandbox-slow",
      request: { n: 2 },
      onSleep: (ms) => waits.push(ms),
    });
    expect(waits.reduce((sum, ms) => sum + ms, 0)).toBe(40_000);
    const progress = made.flatMap((event) => ("progress" in event ? [event.progress] : []));
    expect(progress.length).toBe(40);
    expect(progress).toEqual(progress.toSorted((one, two) => one - two));
    expect(progress.at(-1)).toBeCloseTo(1);
    expect(countPictures(made)).toBe(2);
  });

  test.each([
    [1, 1],
    [2, 1],
    [5, 4],
  ])("sandbox-partial, asked for %i, makes %i", async (n, expected) => {
    const made = await events({ model: "sandbox-partial", request: { n } });
    expect(countPictures(made)).toBe(expected);
  });

  test("any other name paints as sandbox does", async () => {
    expect(countPictures(await events({ model: "gpt-image-1" }))).toBe(1);
  });
});

describe("models that fail", () => {
  test("sandbox-moderated is the caller's fault", async () => {
    const { seen, error } = await until({ model: "sandbox-moderated" });
    expect(seen).toEqual([]);
    expect(error).toMatchObject({ code: "moderation_blocked", param: "prompt" });
  });

  test("sandbox-rate-limited says when to come back", async () => {
    const { error } = await until({
      model: "sandbox-rate-limited",
      settings: { retry_after_seconds: 3 },
    });
    expect(error).toMatchObject({ code: "upstream_rate_limited", retryAfterSeconds: 3 });
  });

  test("sandbox-flaky fails on odd seeds and works on even ones", async () => {
    for (const seed of [-3, 1, 7]) {
      const { error } = await until({ model: "sandbox-flaky", request: { more: { seed } } });
      expect(error).toMatchObject({ code: "upstream_failed" });
    }
    for (const seed of [0, 2, -4]) {
      const made = await events({ model: "sandbox-flaky", request: { more: { seed } } });
      expect(countPictures(made)).toBe(1);
    }
  });

  test("sandbox-timeout waits for the deadline, which ends it", async () => {
    const deadline = new Error("the deadline");
    const { seen, error } = await until({
      model: "sandbox-timeout",
      onSleep: (ms) => {
        expect(ms).toBe(86_400_000);
        throw deadline;
      },
    });
    expect(seen).toEqual([]);
    expect(error).toBe(deadline);
    expect((await until({ model: "sandbox-timeout" })).error).toMatchObject({
      code: "upstream_timeout",
    });
  });

  test("sandbox-stream-error shows a preview, then fails", async () => {
    const { seen, error } = await until({ model: "sandbox-stream-error" });
    expect(seen).toMatchObject([{ index: 0, partial: { width: 160, height: 120 } }]);
    expect(error).toMatchObject({ code: "upstream_failed" });
  });

  test.each([
    [{ seed: "1" }, "seed"],
    [{ seed: 1.5 }, "seed"],
    [{ input_fidelity: "total" }, "input_fidelity"],
    [{ negative_prompt: 4 }, "negative_prompt"],
  ])("%j is refused by name", async (more, param) => {
    const { error } = await until({ request: { more } });
    expect(error).toMatchObject({ code: "invalid_value", param });
  });
});

describe("previews", () => {
  test.each([1, 2, 3])("%i of them come before the picture when streaming", async (wanted) => {
    const made = await events({ request: { stream: true, partial_images: wanted } });
    const kinds = made.map((event) => Object.keys(event)[0]);
    expect(kinds).toEqual([...Array<string>(wanted).fill("partial"), "picture", "usage"]);
  });

  test("none come without streaming", async () => {
    const made = await events({ request: { partial_images: 3 } });
    expect(made.some((event) => "partial" in event)).toBe(false);
  });
});

describe("the painting thread", () => {
  const look = {
    prompt: "x",
    negativePrompt: "",
    seed: 1,
    detail: 0,
    saturation: 1,
    mood: undefined,
    composition: undefined,
    hueShift: 0,
    lettering: true,
    mark: true,
    transparent: false,
  } as const;
  const job = {
    kind: "paint",
    look,
    width: 64,
    height: 64,
    coarse: 1,
    inputs: undefined,
    masked: undefined,
  } as const;

  test("a job that breaks is an error, and the next one works", async () => {
    const painter = createPainter(1);
    await expect(painter.paint({ ...job, width: -1 })).rejects.toMatchObject({
      code: "upstream_failed",
    });
    expect((await painter.paint(job)).rgba.length).toBe(64 * 64 * 4);
  });

  test("many jobs at once all get their own picture", async () => {
    const painter = createPainter(2);
    const made = await Promise.all(
      Array.from({ length: 12 }, (_, index) => painter.paint({ ...job, width: 64 + index })),
    );
    expect(made.map((raster) => raster.width)).toEqual(
      Array.from({ length: 12 }, (_, index) => 64 + index),
    );
  });

  test("more than can wait is refused", async () => {
    const painter = createPainter(1);
    const all = await Promise.allSettled(Array.from({ length: 520 }, () => painter.paint(job)));
    const refused = all.flatMap((one) =>
      one.status === "rejected" ? [one.reason as unknown] : [],
    );
    expect(refused.length).toBe(8);
    expect(refused[0]).toMatchObject({ code: "upstream_busy" });
  });
});
