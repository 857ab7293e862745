import type { TestContext } from "vitest";

/**
 * Skips a test aloud where the machine lacks what it needs (a Python with the SDK, a Postgres, …).
 * With PINHOLE_TEST_REQUIRE_ALL=1, as in CI, the lack is a failure: nothing is skipped there.
 * Returns the thing itself, so that the test reads on without a check.
 */
export function requireForTest<T>(context: TestContext, what: string, found: T | undefined): T {
  if (found !== undefined) return found;
  if (process.env["PINHOLE_TEST_REQUIRE_ALL"] === "1")
    throw new Error(`${what} is missing, and PINHOLE_TEST_REQUIRE_ALL=1 allows no skipped test.`);
  // Written past vitest's reporters, which show a skipped test's reason only in verbose mode.
  process.stderr.write(`SKIPPED: ${context.task.name}: ${what} is missing.\n`);
  return context.skip(`${what} is missing`);
}

/** The Python interpreter that has the packages of .ci/requirements.txt, named by PINHOLE_TEST_PYTHON. */
export function testPython(): string | undefined {
  return process.env["PINHOLE_TEST_PYTHON"];
}

/** The Python interpreter that has the packages of .ci/requirements-litellm.txt, named by PINHOLE_TEST_LITELLM. */
export function testLiteLlmPython(): string | undefined {
  return process.env["PINHOLE_TEST_LITELLM"];
}
