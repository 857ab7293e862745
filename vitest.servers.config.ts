import { defineConfig } from "vitest/config";

/** `npm run test:servers`: running image servers behind a whole gateway, one after the other. */
export default defineConfig({
  test: {
    include: ["test/servers/real/*.test.ts"],
    pool: "forks",
    maxWorkers: 1,
    // Real models on slow machines.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    passWithNoTests: false,
    env: { LOG_LEVEL: "silent" },
  },
});
