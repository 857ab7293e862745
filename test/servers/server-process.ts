import { type ChildProcess, spawn } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";

/** A third-party server in a process of its own, which a test may kill and start again on the same port. */
export interface ServerProcess {
  readonly url: string;
  /** Starts it and waits until it answers; throws with its last words where it does not. */
  start(): Promise<void>;
  /** Ends it as a crash does, by SIGKILL, and waits until it is gone. */
  kill(): Promise<void>;
}

export interface ServerCommand {
  readonly command: string;
  readonly args: (port: string) => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A path that answers 200 once the server is ready. */
  readonly path: string;
}

const readyWithinMs = 100_000;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server that listens on TCP has an address of this shape.
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

/** Waits until the path answers; throws where the process ends or says nothing for too long. */
async function whenReady(child: ChildProcess, url: string, said: () => string): Promise<void> {
  const until = performance.now() + readyWithinMs;
  for (;;) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok === true) return;
    if (child.exitCode !== null || performance.now() > until) {
      child.kill("SIGKILL");
      throw new Error(`no answer came from ${url}; the server said: ${said()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Starts a server on a free port and waits until it answers. */
export async function startProcess(options: ServerCommand): Promise<ServerProcess> {
  const port = String(await freePort());
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;
  const server: ServerProcess = {
    url,
    async start() {
      const started = spawn(options.command, options.args(port), {
        stdio: ["ignore", "pipe", "pipe"],
        env: { ...process.env, ...options.env },
      });
      child = started;
      let said = "";
      const listen = (chunk: Buffer): void => {
        said = (said + chunk.toString("utf8")).slice(-4000);
      };
      started.stdout.on("data", listen);
      started.stderr.on("data", listen);
      await whenReady(started, url + options.path, () => said);
    },
    async kill() {
      const running = child;
      if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
      const gone = new Promise((resolve) => running.once("exit", resolve));
      running.kill("SIGKILL");
      await gone;
    },
  };
  await server.start();
  return server;
}
