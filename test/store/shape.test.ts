import { expect, test } from "vitest";
import * as shape from "../../src/store/shape.ts";

const sample = shape.record({
  name: shape.text,
  count: shape.nullable(shape.integer),
  tags: shape.listOf(shape.oneOf(["a", "b"])),
  share: shape.optional(shape.number),
  on: shape.flag,
  sure: shape.boolean,
});
const good = { name: "n", count: null, tags: ["a", "b"], on: 1, sure: true };

test("reads what it declares, leaves out what it does not, and adds nothing", () => {
  expect(sample.parse({ ...good, other: 1 })).toStrictEqual(good);
  expect(sample.parse({ ...good, share: 0.5, count: 3 })).toStrictEqual({
    ...good,
    share: 0.5,
    count: 3,
  });
});

test.each([
  ["no object", null],
  ["a text that is none", { ...good, name: 1 }],
  ["a field that is not there", { name: "n" }],
  ["an integer beyond what a number holds", { ...good, count: 2 ** 53 }],
  ["a word that is none of them", { ...good, tags: ["c"] }],
  ["no list", { ...good, tags: {} }],
  ["a number that is none", { ...good, share: Number.NaN }],
  ["a flag of 2", { ...good, on: 2 }],
  ["a boolean that is none", { ...good, sure: 0 }],
])("refuses %s", (_, value) => {
  expect(() => sample.parse(value)).toThrow(/^the database holds/);
});
