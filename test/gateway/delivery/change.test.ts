import { expect, test } from "vitest";
import { wantedChange } from "../../../src/gateway/delivery/change.ts";
import type { OutputPlan } from "../../../src/gateway/fit/terms.ts";
import { madePicture, type PictureFields, planOf } from "./made.ts";

/** The change that a picture needs, less whose fault it is where it fails. */
function change(output: Partial<OutputPlan>, fields: PictureFields = {}): unknown {
  const plan = planOf();
  const whole = { format: undefined, compression: undefined, size: undefined, ...output };
  const wanted = wantedChange({ picture: madePicture(fields), plan: { ...plan, output: whole } });
  if (wanted === undefined) return undefined;
  const { blame, ...rest } = wanted;
  expect(blame).toBe("upstream");
  return rest;
}

const jpeg = { format: "jpeg" } as const;
const size = { width: 4, height: 3 };

test("a picture that is what was asked for is left alone", () => {
  expect(change({})).toBeUndefined();
  expect(change({ format: "jpeg" }, jpeg)).toBeUndefined();
  expect(change({ size }, { width: 4, height: 3 })).toBeUndefined();
  expect(change({ format: "jpeg", compression: 100 }, jpeg)).toBeUndefined();
  expect(change({ compression: 100 }, jpeg)).toBeUndefined();
});

test("another format is made, with the compression asked for", () => {
  expect(change({ format: "jpeg" })).toEqual({ format: "jpeg" });
  expect(change({ format: "webp", compression: 30 }, jpeg)).toEqual({
    format: "webp",
    compression: 30,
  });
  expect(change({ format: "png" }, { format: "gif" })).toEqual({ format: "png" });
});

test("the right format is compressed where less than all was asked for", () => {
  for (const compression of [0, 99])
    expect(change({ format: "jpeg", compression }, jpeg)).toEqual({ format: "jpeg", compression });
  expect(change({ compression: 50 }, jpeg)).toEqual({ format: "jpeg", compression: 50 });
  // Lossless: there is nothing to take from it.
  expect(change({ compression: 50 })).toBeUndefined();
});

test("another size is made, in the picture's own format where none was asked for", () => {
  for (const own of [
    { width: 4, height: 4 },
    { width: 5, height: 3 },
  ])
    expect(change({ size }, own)).toEqual({ format: "png", size });
  expect(change({ size, compression: 40 }, jpeg)).toEqual({
    format: "jpeg",
    size,
    compression: 40,
  });
  expect(change({ size, format: "webp" })).toEqual({ format: "webp", size });
});

test("of what cannot be made again nothing is made", () => {
  expect(change({ size }, { format: "gif" })).toBeUndefined();
  expect(change({ compression: 50 }, { format: "svg" })).toBeUndefined();
});
