import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { answers, freePort, servingFolder, servingUser } from "./postgres.ts";

/** A Redis of a test's own, on a free port of this machine. */
export interface TestRedis {
  readonly port: number;
  readonly url: string;
  /** The answer to one command, as the protocol writes it. */
  ask(...words: readonly string[]): Promise<string>;
  /** Lets the server stand still: connections stay, nothing is answered. */
  freeze(): void;
  thaw(): void;
  /** Ends the server as a crash would. What it knew is gone: it writes nothing down. */
  kill(): Promise<void>;
  /** Starts it again on the same port. */
  start(): Promise<void>;
  /** Ends it and removes its files. */
  remove(): Promise<void>;
}

/** The program of a server that speaks Redis's protocol; undefined where there is none. */
export function redisProgram(): string | undefined {
  return ["redis-server", "valkey-server"]
    .map((name) => spawnSync("which", [name], { encoding: "utf8" }).stdout.trim())
    .find((path) => path !== "");
}

/** Starts a server; `options` are words of its command line, of which the first may be the path of a configuration. The caller removes it. */
export async function startRedis(program: string, ...options: string[]): Promise<TestRedis> {
  const server = new Server(program, await freePort(), options);
  try {
    await server.start();
    return server;
  } catch (thrown) {
    await server.remove();
    throw thrown;
  }
}

class Server implements TestRedis {
  readonly port: number;
  readonly #program: string;
  readonly #folder = servingFolder("pinhole-redis-");
  readonly #options: readonly string[];
  #process: ChildProcess | undefined;
  /** A test that ends early leaves no server behind. */
  readonly #end = (): void => void this.#process?.kill("SIGKILL");

  constructor(program: string, port: number, options: readonly string[]) {
    this.#program = program;
    this.port = port;
    this.#options = options;
    process.on("exit", this.#end);
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async ask(...words: readonly string[]): Promise<string> {
    const socket = connect(this.port, "127.0.0.1");
    try {
      await once(socket, "connect");
      const written = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
      socket.end(`*${words.length}\r\n${written.join("")}`);
      let answer = "";
      for await (const chunk of socket) answer += String(chunk);
      return answer;
    } finally {
      socket.destroy();
    }
  }

  freeze(): void {
    this.#process?.kill("SIGSTOP");
  }

  thaw(): void {
    this.#process?.kill("SIGCONT");
  }

  async start(): Promise<void> {
    const places = ["--port", String(this.port), "--bind", "127.0.0.1", "--dir", this.#folder];
    const quiet = ["--save", "", "--appendonly", "no", "--logfile", join(this.#folder, "log")];
    const [first = "--"] = this.#options;
    const file = first.startsWith("--") ? [] : [first];
    const options = this.#options.slice(file.length);
    this.#process = spawn(this.#program, [...file, ...places, ...quiet, ...options], {
      ...servingUser(),
      cwd: this.#folder,
      stdio: "ignore",
    });
    await answers(() => this.ask("PING"), this.#process);
  }

  async kill(): Promise<void> {
    const server = this.#process;
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const exit = once(server, "exit");
    server.kill("SIGKILL");
    await exit;
  }

  async remove(): Promise<void> {
    await this.kill();
    process.off("exit", this.#end);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
