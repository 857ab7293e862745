import { expect, test } from "vitest";
import { asPinholeError, errorRow, PinholeError, publicCode } from "../../src/core/errors.ts";
import { isOutOfFiles } from "../../src/core/out-of-files.ts";

const system = (code: string): Error => Object.assign(new Error(code), { code });

test.each([
  ["the process's", system("EMFILE"), true],
  ["the machine's", system("ENFILE"), true],
  ["wrapped", new Error("the spool failed", { cause: system("EMFILE") }), true],
  [
    "of all addresses of a name",
    new AggregateError([system("ECONNREFUSED"), system("EMFILE")]),
    true,
  ],
  ["another's", system("ENOENT"), false],
  ["words alone", new Error("EMFILE"), false],
  ["no error", "EMFILE", false],
])("too many open files: %s", (_name, thrown, is) => {
  expect(isOutOfFiles(thrown)).toBe(is);
  expect(asPinholeError(thrown).code).toBe(is ? "out_of_files" : "internal_error");
});

test("causes that lead in a circle end", () => {
  const one = new Error("one");
  one.cause = new Error("two", { cause: one });
  expect(isOutOfFiles(one)).toBe(false);
});

test("it is the gateway's own: 503 overloaded, not to be repeated in the middle of a request, and no channel's", () => {
  const error = asPinholeError(system("EMFILE"));
  expect(error).toBeInstanceOf(PinholeError);
  expect(publicCode(error.code)).toBe("overloaded");
  expect(errorRow(error.code)).toMatchObject({ status: 503, shouldRetry: false });
  expect(error.evidence).toBeUndefined();
});
