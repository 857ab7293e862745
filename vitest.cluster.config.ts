import { defineConfig } from "vitest/config";

/** Files of the contract's tests that look into one process, by what they need of it. */
const ofOneProcess = {
  "agreement.test.ts": "reads the SQLite file",
  "channel-budgets.test.ts": "reads the SQLite file",
  "leak.test.ts": "measures the memory and the files of its own process",
  "notices.test.ts": "gives the running gateway another file",
  "price-versions.test.ts": "gives the running gateway another file",
  "prompts.test.ts": "looks through the files of the data folder",
  "relay-clients.test.ts": "gives the gateway another patience, and reads slower than nginx does",
};
/** Tests of other files that ask what a proxy in front answers itself, by what is different behind nginx. */
const ofNoProxy = {
  "bytes that are no HTTP get an answer in the envelope": "nginx answers them",
  "a stream has its headers, its previews in order": "nginx takes `x-accel-buffering` for itself",
};

/** `npm run test:cluster`: the contract's tests, each gateway of theirs three processes behind nginx that share Postgres, Redis and S3. */
export default defineConfig({
  test: {
    include: ["test/contract/*.test.ts"],
    exclude: Object.keys(ofOneProcess).map((name) => `test/contract/${name}`),
    testNamePattern: new RegExp(`^(?!.*(?:${Object.keys(ofNoProxy).join("|")}))`),
    globalSetup: "test/support/cluster-services.ts",
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 20_000 } },
    passWithNoTests: false,
    env: { LOG_LEVEL: "silent" },
  },
});
