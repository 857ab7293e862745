import { expect, test } from "vitest";
import { defineCard } from "../../src/core/model-card.ts";
import { sizeToSend } from "../../src/dialects/size-to-send.ts";

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
