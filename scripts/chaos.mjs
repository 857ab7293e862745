// Runs the reliability tests with their full figures: hundreds of kills, each fault a hundred times, an hour's worth of
// requests that must leave nothing behind. Takes half an hour on two cores.
import { spawnSync } from "node:child_process";

const { status } = spawnSync(
  "vitest",
  [
    "run",
    "test/reliability",
    "test/contract/leak.test.ts",
    "--no-file-parallelism",
    ...process.argv.slice(2),
  ],
  { stdio: "inherit", env: { ...process.env, PINHOLE_CHAOS: process.env.PINHOLE_CHAOS ?? "full" } },
);
process.exitCode = status ?? 1;
