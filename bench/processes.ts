import { type ChildProcess, spawn, type SpawnOptions } from "node:child_process";
import { createWriteStream, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { basename } from "node:path";

/** A process that the bench has started. */
export interface Started {
  readonly pid: number;
  /** Milliseconds from its start until it answered. */
  readonly startMs: number;
  /** Ends it and waits. */
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Where its output goes. */
  readonly log: string;
  /** Answers with any status once it is ready. */
  readonly ready: { readonly port: number; readonly path: string };
  readonly readyWithinMs?: number;
}

/** A port that nothing listens on at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

/** The status of a GET, or undefined where nobody answers. */
function probe(port: number, path: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const asked = request({ host: "127.0.0.1", port, path, agent: false }, (answer) => {
      answer.resume();
      answer.on("end", () => resolve(answer.statusCode));
      answer.on("error", () => resolve(undefined));
    });
    asked.on("error", () => resolve(undefined));
    asked.end();
  });
}

/** The end of a log: what a server said before it gave up. */
function lastWords(log: string): string {
  return readFileSync(log, "utf8").trimEnd().slice(-2000);
}

/** Starts a server and waits until it answers. Throws where it does not, with the end of its log as the cause. */
export async function start(options: StartOptions): Promise<Started> {
  const log = createWriteStream(options.log, { flags: "a" });
  await new Promise<void>((resolve) => log.once("open", () => resolve()));
  const spawnOptions: SpawnOptions = {
    cwd: options.cwd,
    env: { PATH: process.env["PATH"] ?? "", HOME: options.cwd, ...options.env },
    stdio: ["ignore", log, log],
  };
  const began = performance.now();
  const child = spawn(options.command, [...options.args], spawnOptions);
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  let over = false;
  void ended.then(() => (over = true));
  const until = began + (options.readyWithinMs ?? 20_000);
  for (;;) {
    if ((await probe(options.ready.port, options.ready.path)) !== undefined) break;
    if (over || performance.now() > until) {
      await stop(child, ended);
      throw new Error(`${basename(options.command)} did not start`, {
        cause: lastWords(options.log),
      });
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const { pid } = child;
  if (pid === undefined) throw new Error(`${options.command} has no process id`);
  return { pid, startMs: performance.now() - began, stop: () => stop(child, ended) };
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 5000);
  await ended;
  clearTimeout(timer);
}
