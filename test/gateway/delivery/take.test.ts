import { describe, expect, test } from "vitest";
import type { StoredBlob } from "../../../src/blobs/types.ts";
import { PinholeError } from "../../../src/core/errors.ts";
import type { Picture, PictureSpool } from "../../../src/core/picture.ts";
import type { DeliveryParts } from "../../../src/gateway/delivery/parts.ts";
import { startReceiving } from "../../../src/gateway/delivery/receive.ts";
import { takePicture } from "../../../src/gateway/delivery/take.ts";
import type { Made } from "../../../src/gateway/attempts/terms.ts";
import { card, request, type TargetFields } from "../fit/fitting.ts";
import { callOf, made, madePicture, planOf, quiet } from "./made.ts";

const shown = (): Promise<void> => Promise.resolve();

const id = "ab".repeat(16);
// The fakes below only hand it on.
const spool = {} as PictureSpool;

interface Fakes {
  readonly parts: DeliveryParts;
  readonly puts: unknown[];
  readonly conversions: unknown[];
  readonly warned: unknown[];
}

/** Delivery over fakes that write down what is asked of them. `convert` stands for the work itself. */
function fakes(convert: (picture: Picture) => Promise<Picture>, keeps = true): Fakes {
  const puts: unknown[] = [];
  const conversions: unknown[] = [];
  const warned: unknown[] = [];
  const parts = {
    images: { ttlMs: 1, defaultDelivery: "auto" },
    blobs: {
      isShared: false,
      place: (random: string, { bytes }: Picture, _until: number, isHosted: boolean) =>
        isHosted || bytes.path !== undefined ? random : `k${random}`,
      async put(blobId: string, picture: Picture, expiresAt: number): Promise<StoredBlob> {
        puts.push([blobId, picture, expiresAt]);
        return { id: blobId, format: picture.format, byteLength: 4, expiresAt };
      },
    },
    kept: {
      plan: (hasUrl: boolean) =>
        keeps || hasUrl ? { urlUntil: hasUrl ? 50 : null, keptUntil: 99 } : undefined,
    },
    converter: {
      convert(picture: Picture, change: unknown, into: PictureSpool) {
        conversions.push([change, into === spool]);
        return convert(picture);
      },
    },
    log: { ...quiet, warn: (fields: unknown) => void warned.push(fields) },
    newBlobId: () => id,
  } as unknown as DeliveryParts;
  return { parts, puts, conversions, warned };
}

const asIs = async (picture: Picture): Promise<Picture> => picture;

test("a made picture that the store cannot be given reaches its client as base64, and that is said", async () => {
  const { parts, warned } = fakes(asIs);
  const away = new PinholeError("storage_unavailable", { message: "Away.", detail: "S3 is away" });
  const failing = { ...parts, blobs: { ...parts.blobs, put: () => Promise.reject(away) } };
  const taken = await takePicture(failing, made(0), spool, true);
  expect([taken.blob, taken.keep]).toEqual([undefined, undefined]);
  expect(taken.warnings.map(({ param, code }) => [param, code])).toEqual([
    ["response_format", "adjusted_value"],
  ]);
  expect(warned).toEqual([{ detail: "S3 is away" }]);
});

describe("a made picture", () => {
  test("without a URL stays in the spool, and is kept in the log once the answer has gone", async () => {
    const { parts, puts, conversions } = fakes(asIs);
    const one = made(2, { revisedPrompt: "red", quality: "low" });
    expect(await takePicture(parts, one, spool, false)).toEqual({
      index: 2,
      picture: one.picture,
      blob: undefined,
      keep: { id: `k${id}`, urlUntil: null, keptUntil: 99 },
      revisedPrompt: "red",
      quality: "low",
      background: "opaque",
      warnings: [],
    });
    expect([puts, conversions]).toEqual([[], []]);
  });

  test("that is in a file already is kept as that file", async () => {
    const { parts } = fakes(asIs);
    const one = made(0, { picture: madePicture({ path: "/spool/a" }) });
    expect((await takePicture(parts, one, spool, false)).keep?.id).toBe(id);
  });

  test("is not kept where nothing is", async () => {
    const { parts } = fakes(asIs, false);
    expect((await takePicture(parts, made(0), spool, false)).keep).toBeUndefined();
  });

  test("with a URL is in the store before anybody is told", async () => {
    const { parts, puts } = fakes(asIs);
    const one = made(0);
    const taken = await takePicture(parts, one, spool, true);
    expect(puts).toEqual([[id, one.picture, 99]]);
    expect(taken.blob).toMatchObject({ id, expiresAt: 99 });
    expect(taken.keep).toEqual({ id, urlUntil: 50, keptUntil: 99 });
  });

  test("is changed to what was asked for, and put away as that", async () => {
    const changed = madePicture({ format: "webp" });
    const { parts, puts, conversions } = fakes(async () => changed);
    const plan = planOf({ output_format: "webp" }, { card: card() });
    const taken = await takePicture(parts, made(0, { plan }), spool, true);
    expect(conversions).toEqual([[{ format: "webp", blame: "upstream" }, true]]);
    expect(taken).toMatchObject({ picture: changed, warnings: [] });
    expect(puts).toEqual([[id, changed, 99]]);
  });

  test("that cannot be changed is delivered as it was made, and that is said", async () => {
    const { parts, puts, warned } = fakes(() =>
      Promise.reject(new PinholeError("invalid_image", { message: "No.", detail: "broken" })),
    );
    const plan = planOf({ output_format: "webp" }, { card: card() });
    const one = made(0, { plan });
    const taken = await takePicture(parts, one, spool, true);
    expect(taken.picture).toBe(one.picture);
    expect(taken.warnings).toEqual([
      {
        param: "output_format",
        code: "format_mismatch",
        message: "The image is delivered as it was made (png, 8x6): converting it failed.",
      },
    ]);
    expect(warned).toEqual([{ code: "invalid_image", detail: "broken" }]);
    expect(puts).toHaveLength(1);
  });

  test("that cannot be put away is no picture", async () => {
    const { parts } = fakes(asIs);
    const full = new PinholeError("storage_full", { message: "No room." });
    parts.blobs.put = () => Promise.reject(full);
    await expect(takePicture(parts, made(0), spool, true)).rejects.toBe(full);
  });
});

test("what an adapter told of a picture stands beside what the gateway found", async () => {
  const told = { param: "sampler", code: "adjusted_value", message: "Another one." } as const;
  const plan = planOf({ size: { width: 7, height: 9 } });
  const { warnings } = await takePicture(
    fakes(asIs).parts,
    made(0, { plan, warnings: [told] }),
    spool,
    false,
  );
  expect(warnings.map(({ param }) => param)).toEqual(["size", "sampler"]);
});

describe("a background", () => {
  const clear = madePicture({ alpha: true });
  const of = async (fields: Partial<Made>, asked = {}) =>
    (
      await takePicture(
        fakes(asIs).parts,
        made(0, { plan: planOf(asked), ...fields }),
        spool,
        false,
      )
    ).background;

  test("without an alpha channel is opaque, whatever anybody says", async () => {
    expect(await of({ background: "transparent" }, { background: "transparent" })).toBe("opaque");
  });

  test("with one is the upstream's word, else transparent where that was asked for", async () => {
    expect(await of({ picture: clear, background: "opaque" })).toBe("opaque");
    expect(await of({ picture: clear, background: "transparent" })).toBe("transparent");
    expect(await of({ picture: clear, background: "odd" })).toBeUndefined();
    expect(await of({ picture: clear }, { background: "transparent" })).toBe("transparent");
    expect(await of({ picture: clear }, { background: "opaque" })).toBeUndefined();
    expect(await of({ picture: clear })).toBeUndefined();
  });
});

describe("the receiver", () => {
  test("gives pictures in the answer's order, whenever they were made and ready", async () => {
    const first = Promise.withResolvers<Picture>();
    const { parts } = fakes((picture) => (picture.width === 1 ? first.promise : asIs(picture)));
    const receiver = startReceiving(parts, { request: request(), spool, live: undefined, shown });
    const plan = planOf({ output_format: "webp" }, { card: card() });
    for (const index of [2, 0, 1]) {
      const one = made(index, { plan, picture: madePicture({ width: index + 1 }) });
      receiver.made(one, callOf([one], 1));
    }
    const pictures = receiver.pictures();
    first.resolve(madePicture({ width: 1 }));
    expect((await pictures).map(({ index, picture }) => [index, picture.width])).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
  });

  test("puts pictures away by the form that the answer will have", async () => {
    const putsOf = async (response: Partial<Parameters<typeof request>[0]>, to: TargetFields) => {
      const { parts, puts } = fakes(asIs);
      const asked = request(response);
      const receiver = startReceiving(parts, { request: asked, spool, live: undefined, shown });
      const one = made(0, { plan: planOf(response, to) });
      receiver.made(one, callOf([one], 1));
      await receiver.pictures();
      return puts.length;
    };
    expect(await putsOf({}, {})).toBe(1);
    expect(await putsOf({ response_format: "b64_json" }, {})).toBe(0);
    expect(await putsOf({}, { card: card({ delivery: "b64_json" }) })).toBe(0);
    expect(await putsOf({}, { card: card(), named: card({ delivery: "b64_json" }) })).toBe(0);
  });

  test("fails with the first picture that cannot be put away", async () => {
    const { parts } = fakes(asIs);
    const full = new PinholeError("storage_full", { message: "No room." });
    parts.blobs.put = () => Promise.reject(full);
    const receiver = startReceiving(parts, { request: request(), spool, live: undefined, shown });
    const one = made(0);
    receiver.made(one, callOf([one], 1));
    await new Promise((resolve) => setImmediate(resolve));
    await expect(receiver.pictures()).rejects.toBe(full);
  });

  test("tells a client that watches, and waits until it knows all", async () => {
    const { parts } = fakes(asIs);
    const told: string[] = [];
    const live = {
      partial: () => void told.push("preview"),
      completed: () => void told.push("picture"),
    };
    const asked = request({ stream: true, partial_images: 1 });
    const receiver = startReceiving(parts, { request: asked, spool, live, shown });
    const one = made(0);
    receiver.preview(madePicture(), 0, one.plan);
    receiver.made(one, callOf([one], 1));
    receiver.ended(callOf([one], 1));
    await receiver.pictures();
    expect(told).toEqual(["preview", "picture"]);
    // Without one there is nobody to tell.
    const alone = startReceiving(parts, { request: asked, spool, live: undefined, shown });
    alone.preview(madePicture(), 0, one.plan);
    alone.ended(callOf([one], 1));
    expect(await alone.pictures()).toEqual([]);
  });
});
