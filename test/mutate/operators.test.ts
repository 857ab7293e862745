import { readdirSync, readFileSync } from "node:fs";
import { parseSync } from "oxc-parser";
import { describe, expect, test } from "vitest";
import { choose } from "../../scripts/mutate/choose.ts";
import { applied, type Mutant, mutantsOf } from "../../scripts/mutate/operators.ts";
import { rooms } from "../../scripts/mutate/rooms.ts";

/** What each change makes of a text. */
const changes = (text: string): string[] =>
  mutantsOf("a.ts", text).map((mutant) => applied(text, mutant));

describe("a small wrong change", () => {
  test.each([
    ["a < b;", ["a <= b;"]],
    ["a === b;", ["a !== b;"]],
    ["a && b;", ["a || b;"]],
    ["a - b;", ["a + b;"]],
    ["a ?? b;", ["b;"]],
    ["a += b;", ["a -= b;"]],
    ["a++;", ["a--;"]],
    ["!a;", ["(a);"]],
    ["x = 7;", ["x = (7 + 1);"]],
    ["x = 0;", ["x = 1;"]],
    ["x = 5000;", ["x = 1;"]],
    ["x = true;", ["x = false;"]],
    ['x = "png";', ['x = ("mutated" as never);']],
    ["x = Math.min(a);", ["x = Math.max(a);"]],
    ["x = a.toSorted(f);", ["x = a;"]],
    ["x = [a, ...b];", ["x = [...b];", "x = [a, ];"]],
    ["x = { a, ...b };", ["x = { a,  };"]],
    ["x = a ? b : c;", ["x = true ? b : c;", "x = false ? b : c;"]],
    ["while (a) b;", ["while (false) b;", "while (a) ;"]],
  ])("of %s makes %j", (text, expected) => {
    expect(changes(text)).toEqual(expected);
  });

  test("leaves out what is done for its effect, and what is returned", () => {
    const text = "function f() { g(); return h(); }";
    expect(changes(text)).toEqual([
      "function f() { ; return h(); }",
      "function f() { g(); return undefined as never; }",
    ]);
  });

  test("changes what SQL compares, not what it sets", () => {
    const text = "x = `UPDATE t SET a = 1 WHERE b = :b AND c > :c`;";
    expect(changes(text).map((one) => one.slice(18, -2))).toEqual([
      "a = 1 WHERE b <> :b AND c > :c",
      "a = 1 WHERE b = :b OR c > :c",
      "a = 1 WHERE b = :b AND c >= :c",
    ]);
  });

  test.each([
    'import { a } from "png";',
    "type A = 1 | true;",
    "x = 'A sentence for people.';",
    "x = a + ' text';",
    "function f() { parts.log.warn({}, 'said'); }",
  ])("is none of %s", (text) => {
    expect(changes(text)).toEqual([]);
  });
});

const root = new URL("../..", import.meta.url);

function textsOf(folder: string): (readonly [string, string])[] {
  return readdirSync(new URL(folder, root), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => [`${folder}/${name}`, readFileSync(new URL(`${folder}/${name}`, root), "utf8")]);
}

test("every change to the rooms is a program still", () => {
  for (const { folder } of rooms)
    for (const [path, text] of textsOf(folder)) {
      // One in seven, or it takes as long as running them.
      for (const mutant of mutantsOf(path, text).filter((_, at) => at % 7 === 0)) {
        const { errors } = parseSync(path, applied(text, mutant));
        expect([path, mutant.operator, errors.map(({ message }) => message)]).toEqual([
          path,
          mutant.operator,
          [],
        ]);
      }
    }
});

test("the tests that a room names are there", () => {
  const files = readdirSync(new URL("test", root), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => `test/${name}`);
  for (const filter of rooms.flatMap(({ tests }) => tests.flat()))
    expect([filter, files.some((file) => file.includes(filter))]).toEqual([filter, true]);
});

describe("the choice", () => {
  const mutants = ["a.ts", "b.ts", "c.ts"].flatMap((path) =>
    Array.from({ length: path === "a.ts" ? 50 : 5 }, (_, start): Mutant => {
      const operator = start % 10 === 0 ? "rare" : "common";
      return { path, start, end: start + 1, replacement: "", operator };
    }),
  );

  test("is the same for a seed, and another one for another", () => {
    expect(choose(mutants, 20, 1)).toEqual(choose(mutants, 20, 1));
    expect(choose(mutants, 20, 1)).not.toEqual(choose(mutants, 20, 2));
  });

  test("is spread over files and kinds of change, and has none twice", () => {
    const chosen = choose(mutants, 12, 3);
    const perFile = Map.groupBy(chosen, ({ path }) => path);
    expect([...perFile.values()].map(({ length }) => length)).toEqual([4, 4, 4]);
    expect(perFile.get("a.ts")?.filter(({ operator }) => operator === "rare")).toHaveLength(2);
    expect(new Set(choose(mutants, 100, 1)).size).toBe(mutants.length);
  });
});
