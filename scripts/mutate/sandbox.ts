import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { applied, type Mutant } from "./operators.ts";

/** The end of one run of tests: all passed, one failed, or the time was over. */
export type RunEnd = "passed" | "failed" | "late";

/** A copy of the tree in which tests are run on changed files, so that nobody works on them meanwhile. */
export interface Sandbox {
  /** The copy's own folder. */
  readonly folder: string;
  /** Runs tests on the tree as it is, or with one file changed. */
  run(tests: readonly string[], timeoutMs: number, mutant?: Mutant): Promise<RunEnd>;
  /** True where the compiler refuses the change. */
  isRefused(mutant: Mutant): Promise<boolean>;
  /** Ends what still runs in it, and deletes it. */
  remove(): void;
}

const notCopied = new Set([
  "node_modules",
  ".git",
  "dist",
  "data",
  "coverage",
  ".cache",
  "results",
]);

/** Copies the tree at `root` beside the system's other temporary files. */
export function createSandbox(root: string): Sandbox {
  const folder = mkdtempSync(join(tmpdir(), "pinhole-mutate-"));
  cpSync(root, folder, { recursive: true, filter: (path) => !notCopied.has(basename(path)) });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const tool = (name: string): string => join(root, "node_modules", name);
  const running = new Set<number>();
  const changed = async <T>(mutant: Mutant | undefined, work: () => Promise<T>): Promise<T> => {
    if (mutant === undefined) return work();
    const path = join(folder, mutant.path);
    const text = readFileSync(path, "utf8");
    writeFileSync(path, applied(text, mutant));
    try {
      return await work();
    } finally {
      writeFileSync(path, text);
    }
  };
  return {
    folder,
    run: (tests, timeoutMs, mutant) =>
      changed(mutant, () =>
        runNode(
          [tool("vitest/vitest.mjs"), "run", "--bail=1", "--no-file-parallelism", ...tests],
          folder,
          timeoutMs,
          running,
        ),
      ),
    isRefused: (mutant) =>
      changed(mutant, async () => {
        const end = await runNode(
          [tool("typescript/bin/tsc"), "-p", "."],
          folder,
          300_000,
          running,
        );
        return end === "failed";
      }),
    remove() {
      for (const group of running) endGroup(group);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs a program of Node's; `running` has the groups of those that have not ended. */
function runNode(
  parameters: readonly string[],
  cwd: string,
  timeoutMs: number,
  running: Set<number>,
): Promise<RunEnd> {
  // A group of its own, so that what the tests started ends with them.
  const child = spawn(process.execPath, parameters, { cwd, stdio: "ignore", detached: true });
  const group = child.pid ?? 0;
  if (group > 0) running.add(group);
  return new Promise((resolve, reject) => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      endGroup(group);
    }, timeoutMs);
    child.once("error", reject);
    child.once("exit", (code) => {
      clearTimeout(timer);
      running.delete(group);
      // Whatever the tests left behind.
      endGroup(group);
      resolve(isLate ? "late" : code === 0 ? "passed" : "failed");
    });
  });
}

function endGroup(group: number): void {
  try {
    if (group > 0) process.kill(-group, "SIGKILL");
  } catch {
    // Nothing of it is left.
  }
}
