// Fuzzes every parser of what strangers send, 200,000 documents each. Takes a minute.
import { spawnSync } from "node:child_process";

const { status } = spawnSync(
  "vitest",
  ["run", "test/hostile/fuzz.test.ts", ...process.argv.slice(2)],
  {
    stdio: "inherit",
    env: { ...process.env, PINHOLE_FUZZ: "long" },
  },
);
process.exitCode = status ?? 1;
