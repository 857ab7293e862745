// Runs the reliability tests with their full figures: hundreds of kills, each fault a hundred times. Takes hours.
import { spawnSync } from "node:child_process";

const { status } = spawnSync(
  "vitest",
  ["run", "test/reliability", "--no-file-parallelism", ...process.argv.slice(2)],
  { stdio: "inherit", env: { ...process.env, PINHOLE_CHAOS: process.env.PINHOLE_CHAOS ?? "full" } },
);
process.exitCode = status ?? 1;
