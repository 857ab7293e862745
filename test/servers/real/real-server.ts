import { spawn } from "node:child_process";
import { setTimeout } from "node:timers/promises";
import type { TestContext } from "vitest";

/** The environment variables by which a server is found: its address, and the shell command that starts it there. */
export interface ServerVariables {
  /** Holds the address: `PINHOLE_TEST_SD_SERVER`. The command is in the same name with `_COMMAND` behind it. */
  readonly address: string;
  /** A path that answers 200 when the server is ready. */
  readonly path: string;
}

/** A running server that nobody here wrote. */
export interface RealServer {
  readonly url: string;
  /** Ends it as a crash does; undefined where it was started by somebody else. */
  readonly kill: (() => Promise<void>) | undefined;
  /** Starts it again where it was killed, and waits until it is ready. */
  readonly start: () => Promise<void>;
}

/** The needs that have been told: once is enough for all tests of a file. */
const told = new Set<string>();

/** Skips a test and says, once, what to set so that it runs. */
export function skipAloud(context: TestContext, needs: string): never {
  if (!told.has(needs)) process.stderr.write(`SKIPPED: ${needs}.\n`);
  told.add(needs);
  return context.skip(needs);
}

const readyWithinMs = 240_000;

/** The server that the variables name; skips the test aloud where they name none. */
export async function realServer(
  context: TestContext,
  variables: ServerVariables,
): Promise<RealServer> {
  const { address, path } = variables;
  const url = process.env[address]?.replace(/\/+$/, "");
  const command = process.env[`${address}_COMMAND`];
  if (url === undefined || url === "") {
    const needs = `set ${address} to the address of a running server, and ${address}_COMMAND to the command that starts it there where it may be killed`;
    skipAloud(context, needs);
  }
  const ready = async (): Promise<boolean> =>
    fetch(url + path).then(
      (answer) => answer.ok,
      () => false,
    );
  if (command === undefined) {
    if (!(await ready())) throw new Error(`nothing answers at ${url}${path} (${address})`);
    return { url, kill: undefined, start: async () => undefined };
  }
  if (await ready()) {
    throw new Error(`${url} answers already; with ${address}_COMMAND set, the tests start it`);
  }
  return commanded(url, command, ready);
}

/** A server that is started by a command, in a group of processes of its own, so that a kill reaches what the shell started. */
async function commanded(
  url: string,
  command: string,
  ready: () => Promise<boolean>,
): Promise<RealServer> {
  let group: number | undefined;
  const start = async (): Promise<void> => {
    const child = spawn("sh", ["-c", command], { stdio: "ignore", detached: true });
    group = child.pid;
    const until = performance.now() + readyWithinMs;
    while (!(await ready())) {
      if (child.exitCode !== null || performance.now() > until)
        throw new Error(`nothing answers at ${url} after: ${command}`);
      await setTimeout(100);
    }
  };
  await start();
  return {
    url,
    start,
    async kill() {
      if (group === undefined) return;
      process.kill(-group, "SIGKILL");
      group = undefined;
      while (await ready()) await setTimeout(20);
    },
  };
}
