import { defineConfig } from "vitest/config";

/** Files of the contract's tests that say nothing of a cluster, by the reason. */
const ofOneProcess = {
  "agreement.test.ts":
    "starts gateways of its own, on SQLite and on Postgres, whatever it runs against",
  "leak.test.ts": "measures the memory and the files of its own process",
  "price-versions.test.ts": "gives the running gateway another file",
  "prompts.test.ts": "looks through the files of SQLite",
  "relay-clients.test.ts": "gives the process another patience, and reads slower than nginx does",
};
/** Tests of the other files that ask one process, or for what nginx does itself, by the reason. Words of their names each. */
const ofNoCluster = {
  "bytes that are no HTTP":
    "nginx answers what it cannot read, and paths, hosts and heads that it takes for wrong",
  "is there too where no request could be read": "as before",
  "Host: a b is refused": "as before",
  "Host: a/b is refused": "as before",
  "/v1/models%00": "as before",
  "/% is a 400": "as before",
  "an unknown transfer-encoding": "as before",
  "chunked that is not last": "as before",
  "is a 431 in the envelope": "as before",
  "is the address itself where HTTP/1.0 says no host":
    "nginx names the gateway as its own upstream",
  "a deployment that is none":
    "one of its paths is no UTF-8, which nginx refuses with a page of its own",
  "a stream has its headers, its previews in order": "nginx takes `x-accel-buffering` for itself",
  "no picture passes JSON.parse or JSON.stringify": "counts in its own process",
  "one that is raised is over and told anew": "gives the running gateway another file",
  "is told by the next look": "as before",
  "a price that is unknown is told once": "as before",
  "a refusal is in the log, one in ten seconds of a key": "each node writes one down",
  "a thousand calls at once of":
    "on a busy machine some calls were refused in another way, most likely since the records were too busy",
};

/** `npm run test:cluster`: the contract's tests, each gateway of theirs three processes behind nginx that share Postgres, Redis and S3. */
export default defineConfig({
  test: {
    include: ["test/contract/*.test.ts"],
    exclude: Object.keys(ofOneProcess).map((name) => `test/contract/${name}`),
    testNamePattern: new RegExp(`^(?!.*(?:${Object.keys(ofNoCluster).join("|")}))`),
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
