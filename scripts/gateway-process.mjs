// Starts a gateway as a newcomer would, for the scripts that show or check the first run.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));
const readyMsMax = 180_000;
const stopMsMax = 20_000;

/** A port that was free a moment ago. */
async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function isReady(origin) {
  try {
    return (await fetch(`${origin}/health/ready`)).ok;
  } catch {
    return false;
  }
}

async function untilReady(origin, exited, output) {
  const deadline = Date.now() + readyMsMax;
  while (!(await isReady(origin))) {
    if (exited() || Date.now() > deadline)
      throw new Error(`The gateway did not start:\n${output()}`);
    await sleep(200);
  }
}

/**
 * Runs `npm start` with an empty data folder on a free port, and waits until it is ready. Gives its
 * origin, the first API key that it printed, all that it printed, and `stop`, which gives the exit code.
 */
export async function startGateway() {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "pinhole-first-run-"));
  const child = spawn("npm", ["start", "--", "--port", String(port)], {
    cwd: root,
    env: { ...process.env, PINHOLE_DATA: join(folder, "data") },
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own, so that what npm started can be told to stop with it.
    detached: true,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => (output += text));
  }
  const ended = new Promise((resolve) =>
    child.on("exit", (code, signal) => resolve(code ?? signal)),
  );
  const stop = async () => {
    // npm passes the signal on; to the whole group, the gateway would get it twice and end at once.
    if (child.exitCode === null) child.kill("SIGTERM");
    const timer = setTimeout(() => {
      // A negative id is the group; undefined where npm could not be started at all.
      if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    }, stopMsMax);
    const code = await ended;
    clearTimeout(timer);
    rmSync(folder, { recursive: true, force: true });
    return code;
  };
  const origin = `http://localhost:${port}`;
  try {
    await untilReady(
      origin,
      () => child.exitCode !== null,
      () => output,
    );
  } catch (error) {
    await stop();
    throw error;
  }
  const key = /\bpin_[A-Za-z0-9_-]+/.exec(output)?.[0];
  return { origin, key, output: () => output, stop };
}
