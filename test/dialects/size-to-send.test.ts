import { expect, test } from "vitest";
import { defineCard } from "../../src/core/model-card.ts";
import { sizeOrSquare, sizeToSend } from "../../src/dialects/size-to-send.ts";

test("the client's size, else the card's, else none", () => {
  const card = defineCard({ name: "a", size_default: "1024x768" });
  const wide = { width: 1536, height: 1024 };
  expect(sizeToSend({ request: { size: wide }, card })).toEqual(wide);
  for (const size of ["auto", undefined] as const)
    expect(sizeToSend({ request: { size }, card })).toEqual({ width: 1024, height: 768 });
  for (const other of [
    undefined,
    defineCard({ name: "a" }),
    defineCard({ name: "a", size_default: "auto" }),
  ])
    expect(sizeToSend({ request: {}, card: other })).toBeUndefined();
});

test("where nothing names pixels, the least of two squares that the card's rule allows", () => {
  const ruled = (pixels_min: number) =>
    defineCard({ name: "a", size_rule: { edge_max: 4096, pixels_max: 16_777_216, pixels_min } });
  expect(sizeOrSquare({ request: {}, card: undefined })).toEqual({ width: 1024, height: 1024 });
  expect(sizeOrSquare({ request: {}, card: ruled(921_600) })).toMatchObject({ width: 1024 });
  expect(sizeOrSquare({ request: {}, card: ruled(3_686_400) })).toMatchObject({ width: 2048 });
  const wide = { width: 1536, height: 1024 };
  expect(sizeOrSquare({ request: { size: wide }, card: ruled(1) })).toEqual(wide);
});
