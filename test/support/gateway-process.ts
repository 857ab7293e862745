import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { testKey } from "./test-key.ts";

/** A gateway in a process of its own: for memory limits, signals and kills. */
export interface GatewayProcess {
  readonly url: string;
  readonly key: string;
  readonly folder: string;
  readonly child: ChildProcess;
  /** Resolves with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  /** What it has printed so far. */
  output(): string;
  /** SIGTERM, waits, and deletes the folder unless `keep`. */
  stop(keep?: boolean): Promise<void>;
}

export interface GatewayProcessOptions {
  readonly settings?: Record<string, unknown>;
  /** Flags of node itself, for example --max-old-space-size=64. */
  readonly nodeFlags?: readonly string[];
  /** Variables besides the admin token. */
  readonly env?: Readonly<Record<string, string>>;
  /** The process's limit of open files (`ulimit -n`). */
  readonly filesMax?: number;
  /** Runs what is built, as users do, and not the sources, whose types Node strips in the same process. */
  readonly built?: boolean;
  /** A folder of an earlier process, to start again on its data. */
  readonly folder?: string;
}

/** Writes the `pinhole.yaml` of a gateway process: the settings, a host and port, no grace at a stop, a key. */
export async function writeSettings(
  folder: string,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const { server, ...rest } = settings as { readonly server?: object }; // What else is there is written as it is.
  const document = {
    server: { host: "127.0.0.1", port: 0, shutdown_grace: "0s", ...server },
    keys: [{ name: "test", key: testKey }],
    ...rest,
  };
  await writeFile(join(folder, "pinhole.yaml"), stringify(document));
}

const sources = join(import.meta.dirname, "../../src/main.ts");
const program = join(import.meta.dirname, "../../dist/main.js");

/** Starts `pinhole serve` on a free port and waits until it listens. */
export async function startGatewayProcess(
  options: GatewayProcessOptions = {},
): Promise<GatewayProcess> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), "pinhole-process-")));
  await writeSettings(folder, options.settings);
  const main = options.built === true ? program : sources;
  const own = [process.execPath, ...(options.nodeFlags ?? []), main, "serve"];
  const [command = "", ...args] =
    options.filesMax === undefined
      ? own
      : ["/bin/sh", "-c", `ulimit -n ${options.filesMax}; exec "$@"`, "sh", ...own];
  const child = spawn(command, args, {
    cwd: folder,
    env: {
      NODE_NO_WARNINGS: "1",
      PINHOLE_ADMIN_TOKEN: "test-admin-token-0123456789",
      ...options.env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.on("exit", (code, signal) => resolve(code ?? signal)),
  );
  const url = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
        const found = /listening at (http:[^"]+)"/.exec(output)?.[1];
        if (found !== undefined) resolve(found);
      });
    }
    void ended.then(() => reject(new Error(`the gateway did not start: ${output}`)));
  });
  return {
    url,
    key: testKey,
    folder,
    child,
    ended,
    output: () => output,
    async stop(keep = false) {
      child.kill("SIGTERM");
      await ended;
      if (!keep) await rm(folder, { recursive: true, force: true });
    },
  };
}
