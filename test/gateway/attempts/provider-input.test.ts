import { describe, expect, test } from "vitest";
import { attempt } from "../../../src/gateway/attempts/attempt.ts";
import { createInputs, uprightInputs } from "../../../src/gateway/attempts/inputs.ts";
import type { ModelCard } from "../../../src/core/model-card.ts";
import type { Converter } from "../../../src/pictures/convert.ts";
import { Picture } from "../../../src/core/picture.ts";
import { madePicture } from "../delivery/made.ts";
import { card, picture, plan, request } from "../fit/fitting.ts";
import { contextOf, type Generate, type Input, now, scripted, spool } from "./attempting.ts";

/** What a provider is given for one attempt. */
async function inputOf(
  asked: Parameters<typeof scripted>[1] = {},
  part = { count: 2, offset: 3 },
  credential = 0,
  change: Parameters<typeof contextOf>[0] = {},
  modelCard = card({ parameters: ["seed"] }),
  defaultCard?: ModelCard,
) {
  const seen: Input[] = [];
  const generate: Generate = async function* (input) {
    seen.push(input);
    yield { picture: madePicture(), index: 0 };
  };
  const { context, heard } = contextOf(change);
  const scriptedPlan = scripted(generate, asked, { card: modelCard });
  const { channel } = scriptedPlan.target;
  const provider = { ...channel.provider, defaultCard };
  const target = { ...scriptedPlan.target, channel: { ...channel, provider } };
  const made = { ...scriptedPlan, target };
  await attempt(context, made, credential, part);
  const [input] = seen;
  if (input === undefined) throw new Error("the provider was not asked");
  return { input, opened: heard.opened[0] ?? {}, context, plan: made };
}

describe("a provider is given", () => {
  test("its call's part of the request", async () => {
    const { input, plan: made } = await inputOf({ quality: "low" });
    expect(input.request).toEqual({
      ...made.request,
      // Drawn, since the model takes one.
      more: { seed: 43 },
      n: 2,
      images: [],
      mask: undefined,
    });
    expect(input).toMatchObject({ model: "painter-1", card: made.target.card });
    expect(input.options).toBe(made.options);
  });

  test("a seed of its own, counted on from the request's", async () => {
    const seedOf = async (seed: unknown, offset: number) =>
      (await inputOf({ more: { seed } }, { count: 1, offset })).input.request.more.seed;
    expect(await seedOf(40, 3)).toBe(43);
    expect(await seedOf(40, 0)).toBe(40);
    expect(await seedOf("40", 3)).toBe("40");
    // Most servers' word for any seed is one that nobody gave: it is drawn, as where there is none.
    expect(await seedOf(-1, 3)).toBe(43);
    expect(await seedOf(undefined, 1)).toBe(41);
    expect(await seedOf(2n ** 62n, 3)).toBe(2n ** 62n + 3n);
  });

  test("no seed where the model has none, or its card is the provider's guess", async () => {
    const withoutSeed = await inputOf({}, undefined, 0, {}, card({ parameters: [] }));
    expect(withoutSeed.input.request.more).toEqual({});
    const guess = card({ parameters: ["seed"] });
    const guessed = await inputOf({}, undefined, 0, {}, guess, guess);
    expect(guessed.input.request.more).toEqual({});
  });

  test("the settings of the credential that was leased", async () => {
    expect((await inputOf({}, undefined, 1)).input.settings.base_url).toBe("second");
    expect((await inputOf({}, undefined, 1)).opened.settings).toMatchObject({ base_url: "second" });
    const { context } = contextOf();
    const end = await attempt(
      context,
      scripted(async function* () {}),
      7,
      { count: 1, offset: 0 },
    );
    expect(end).toMatchObject({ failure: { error: { code: "internal_error" } } });
  });

  test("an upstream bounded by the request, the channel and the record", async () => {
    const { opened, context, plan: made } = await inputOf();
    expect(opened).toMatchObject({
      provider: made.target.channel.provider,
      connectMs: 11,
      firstByteMs: 22,
      deadline: now + 1000,
      retryDownloads: 3,
    });
    expect(opened.signal).toBe(context.signal);
    expect(opened.ready).toBe(context.record.recorded);
    expect(opened.spool).toBe(spool);
    const soon = await inputOf({}, undefined, 0, { deadline: now + 10 });
    expect(soon.opened.deadline).toBe(now + 10);
  });

  test("a tap where the answer may go to the client as it comes", async () => {
    const taps: unknown[] = [];
    const tap = { name: "a tap" };
    const relay = {
      begun: () => false,
      tap(...parameters: unknown[]) {
        taps.push(parameters);
        return tap;
      },
    };
    const { opened, plan: made } = await inputOf({}, undefined, 0, { relay: relay as never });
    expect(opened.relay).toBe(tap);
    expect(taps).toEqual([[made, 2, []]]);
    expect((await inputOf()).opened.relay).toBeUndefined();
  });

  test("its upstream's calls and events, and pixels of pictures", async () => {
    const { input } = await inputOf();
    expect(await input.http.call({ url: "/" })).toEqual({ via: "call" });
    expect(input.http.events({ url: "/" })).toBe("events");
    const one = madePicture();
    expect(await input.raster.decode(one)).toEqual(["decoded", one]);
    expect(await input.raster.encode("pixels" as never, "webp", 40)).toEqual([
      "encoded",
      "pixels",
      "webp",
      40,
      spool,
    ]);
  });
});

function lying(): Picture {
  const { bytes } = picture();
  return new Picture(bytes, {
    format: "jpeg",
    width: 4,
    height: 2,
    alpha: false,
    frames: 1,
    orientation: 6,
  });
}

describe("input pictures", () => {
  const upright = picture("png", 9, 9);
  const calls: unknown[] = [];
  // The rest is not used here.
  const converter = {
    normalise: async (one: Picture) => {
      calls.push(["normalise", one]);
      return upright;
    },
    // Only whether a mask is opaque is read.
    read: async () => true,
    convert: async (one: Picture, options: unknown) => {
      calls.push(["convert", one, options]);
      return upright;
    },
  } as unknown as Converter;

  test("that lie on their side are turned, all others are the very same", async () => {
    const standing = picture();
    const plain = request({ images: [standing], mask: standing });
    expect(await uprightInputs(converter, plain, spool)).toBe(plain);
    const turned = await uprightInputs(
      converter,
      request({ images: [standing, lying()], mask: standing }),
      spool,
    );
    expect(turned.images).toEqual([standing, upright]);
    expect(turned.images[0]).toBe(standing);
    expect(turned.mask).toBe(standing);
    const masked = request({ images: [standing], mask: lying() });
    expect((await uprightInputs(converter, masked, spool)).mask).toBe(upright);
    expect((await uprightInputs(converter, request(), spool)).mask).toBeUndefined();
    const bare = await uprightInputs(converter, request({ images: [lying()] }), spool);
    expect([bare.images, bare.mask]).toEqual([[upright], undefined]);
  });

  test("are converted once for all calls and attempts of one plan's class", async () => {
    calls.length = 0;
    const webp = picture("webp");
    const png = picture("png");
    const to = {
      card: card({ operations: ["edit"], images: { max: 2, formats: ["png"] } }),
    };
    const one = plan({ operation: "edit", images: [webp, png] }, to);
    const prepare = createInputs(converter, spool);
    const [first, again] = [prepare(one), prepare({ ...one, perCall: 1 })];
    expect(first).toBe(again);
    expect(await first).toEqual({ images: [upright, png], mask: undefined, warnings: [] });
    expect(calls).toEqual([["convert", webp, { format: "png" }]]);
    const other = plan({ operation: "edit", images: [webp] }, to);
    expect(prepare(other)).not.toBe(first);
    await prepare(other);
    expect(calls).toHaveLength(2);
  });

  test("are none for most requests", async () => {
    const prepare = createInputs(converter, spool);
    expect(await prepare(plan({}, {}))).toEqual({ images: [], mask: undefined, warnings: [] });
  });

  test("with a mask carry it, as the upstream reads it", async () => {
    const mask = picture("png", 64, 64);
    const to = {
      card: card({ operations: ["edit"], images: { max: 1 }, mask: { polarity: "transparent" } }),
    };
    const masked = plan({ operation: "edit", images: [picture()], mask }, to);
    const prepared = await createInputs(converter, spool)(masked);
    expect(prepared.mask).toBe(mask);
    expect(prepared.warnings).toMatchObject([{ param: "mask" }]);
  });
});
