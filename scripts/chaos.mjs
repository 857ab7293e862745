// Runs the reliability tests with their full figures: hundreds of kills, each fault a hundred times, an hour's worth of
// requests that must leave nothing behind, half an hour of a cluster whose parts come and go. Takes an hour on two cores.
import { spawnSync } from "node:child_process";

// With paths after `--` only those, such as test/reliability/cluster.test.ts: half an hour of a whole cluster.
const given = process.argv.slice(2);
const hasPaths = given.some((word) => !word.startsWith("-"));
const paths = hasPaths ? [] : ["test/reliability", "test/contract/leak.test.ts"];

const { status } = spawnSync("vitest", ["run", ...paths, "--no-file-parallelism", ...given], {
  stdio: "inherit",
  env: { ...process.env, PINHOLE_CHAOS: process.env.PINHOLE_CHAOS ?? "full" },
});
process.exitCode = status ?? 1;
