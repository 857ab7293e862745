import { afterEach, expect, test, vi, type TestContext } from "vitest";
import { requireForTest } from "./require.ts";

const skipped = new Error("skipped");
/** The two members of a test's context that the function uses. */
const context = {
  task: { name: "draws a fox" },
  skip: () => {
    throw skipped;
  },
} as unknown as TestContext;

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test("what is there is handed on", () => {
  expect(requireForTest(context, "A brush", "brush")).toBe("brush");
});

test("what is missing skips the test and says so", () => {
  vi.stubEnv("PINHOLE_TEST_REQUIRE_ALL", "");
  const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  expect(() => requireForTest(context, "A brush", undefined)).toThrow(skipped);
  expect(said).toHaveBeenCalledWith("SKIPPED: draws a fox: A brush is missing.\n");
});

test("what is missing fails the test where everything is required", () => {
  vi.stubEnv("PINHOLE_TEST_REQUIRE_ALL", "1");
  expect(() => requireForTest(context, "A brush", undefined)).toThrow("A brush is missing");
});
