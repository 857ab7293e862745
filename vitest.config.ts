import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Servers that the operator of a machine runs: `npm run test:servers`.
    exclude: ["test/servers/real/**"],
    // Real processes, since tests open sockets, worker threads and native modules of their own.
    pool: "forks",
    maxWorkers: 2,
    // Against what hangs: no test is slow for itself, but a machine may be.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What is awaited comes late on a busy machine; a second, the default, is a guess.
    expect: { poll: { timeout: 60_000 } },
    // A rejection that nobody awaited is a fault of the code, never noise.
    dangerouslyIgnoreUnhandledErrors: false,
    passWithNoTests: false,
    env: { LOG_LEVEL: "silent" },
  },
});
