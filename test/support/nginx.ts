import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A real nginx on loopback, as operators put it before the gateway. */
export interface Nginx {
  readonly port: number;
  readonly url: string;
  /** Ends it and deletes its folder. */
  stop(): Promise<void>;
}

export interface NginxOptions {
  /** Ports of the gateways behind it, taken in turn. */
  readonly upstreams: readonly number[];
  /** Seconds between two reads from the gateway; what operators forget to raise. */
  readonly readTimeoutSeconds?: number;
  /** As in deploy/nginx.conf, or `error`: another gateway is tried where one cannot be reached. */
  readonly nextUpstream?: "off" | "error";
}

/** Where nginx is on this machine; undefined where it is not installed. */
export function findNginx(): string | undefined {
  const folders = [
    "/usr/sbin",
    "/usr/local/sbin",
    "/usr/bin",
    "/usr/local/bin",
    "/opt/homebrew/bin",
  ];
  return folders.map((folder) => join(folder, "nginx")).find((path) => existsSync(path));
}

const startsMax = 5;

/** Starts the nginx found by `findNginx`. */
export async function startNginx(binary: string, options: NginxOptions): Promise<Nginx> {
  // Another process may take the port between its choice and nginx's start.
  for (let start = 1; ; start += 1) {
    try {
      return await startOnce(binary, options, await freePort());
    } catch (thrown) {
      if (start === startsMax) throw thrown;
    }
  }
}

async function startOnce(binary: string, options: NginxOptions, port: number): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), "pinhole-nginx-"));
  const config = join(folder, "nginx.conf");
  await writeFile(config, configuration(folder, port, options));
  const child = spawn(binary, ["-p", folder, "-c", config, "-e", "stderr"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await untilListening(port, child);
  } catch (thrown) {
    await stop();
    throw new Error(`nginx did not start: ${errors}`, { cause: thrown });
  }
  return { port, url: `http://127.0.0.1:${port}`, stop };
}

/** The directives of deploy/nginx.conf that matter here, on a free port and below a temporary folder. */
function configuration(folder: string, port: number, options: NginxOptions): string {
  const { upstreams, readTimeoutSeconds = 310, nextUpstream = "off" } = options;
  const isRoot = process.getuid?.() === 0;
  const servers = upstreams.map((upstream) => `server 127.0.0.1:${upstream} max_fails=0;`);
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return `
${isRoot ? "user root;" : ""}
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
events { worker_connections 4096; }
http {
  access_log off;
  ${paths.map((path) => `${path}_temp_path ${folder}/${path};`).join("\n  ")}
  upstream pinhole { ${servers.join(" ")} }
  server {
    listen 127.0.0.1:${port};
    client_max_body_size 850m;
    proxy_request_buffering off;
    location / {
      proxy_pass http://pinhole;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_connect_timeout 5s;
      proxy_read_timeout ${readTimeoutSeconds}s;
      proxy_buffering off;
      proxy_next_upstream ${nextUpstream};
    }
  }
}
`;
}

async function untilListening(port: number, child: ChildProcess): Promise<void> {
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    await sleep(20);
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server that listens on TCP has an address of this kind.
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
