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
/** Tests of the other files that ask for what is different behind nginx, by what it does. A word of their names each. */
const ofNoProxy = {
  "bytes that are no HTTP":
    "answers what it cannot read, and paths, hosts and heads that it takes for wrong",
  "is there too where no request could be read": "as before",
  "Host: a b is refused": "as before",
  "Host: a/b is refused": "as before",
  "/v1/models%00": "as before",
  "/% is a 400": "as before",
  "an unknown transfer-encoding": "as before",
  "chunked that is not last": "as before",
  "is a 431 in the envelope": "as before",
  "is the address itself where HTTP/1.0 says no host": "names the gateway as its own upstream",
  "a deployment that is none": "decodes and merges slashes of a path before it sends it on",
  "too large, by its length or by its bytes":
    "may give up writing a body before it has read the answer",
  "a stream has its headers, its previews in order": "takes `x-accel-buffering` for itself",
  "is cut after its head has gone": "ends a cut answer in its own way",
  "no picture passes JSON.parse or JSON.stringify":
    "is before another process than the one that counts",
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
