import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort, start, type Started } from "../processes.ts";

/** `nginx/1.22.1`, or undefined where it is not installed. */
export function nginxVersion(): string | undefined {
  const asked = spawnSync("nginx", ["-v"], { encoding: "utf8" });
  return /nginx\/[\d.]+/.exec(asked.stderr ?? "")?.[0];
}

export interface Nginx extends Started {
  readonly port: number;
}

function common(folder: string): string {
  return `
    access_log off;
    default_type application/json;
    types { application/json json; image/png png; }
    client_body_temp_path ${folder}/client;
    proxy_temp_path ${folder}/proxy;
    fastcgi_temp_path ${folder}/fastcgi;
    uwsgi_temp_path ${folder}/uwsgi;
    scgi_temp_path ${folder}/scgi;
    sendfile on;
    tcp_nopush on;
    tcp_nodelay on;
    open_file_cache max=100;
    client_max_body_size 100m;`;
}

async function run(root: string, name: string, port: number, servers: string): Promise<Nginx> {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "nginx.conf");
  writeFileSync(
    file,
    `user root;
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log error;
events { worker_connections 8192; }
http {${common(folder)}
${servers}
}
`,
  );
  const started = await start({
    command: "nginx",
    args: ["-c", file, "-p", folder, "-e", join(folder, "error.log")],
    cwd: folder,
    log: join(folder, "output.log"),
    ready: { port, path: "/ready" },
  });
  return { ...started, port };
}

/** A POST to one of these is answered with a fixed file: \`error_page\` turns it into an internal GET. */
function fixedAnswers(bodies: string): string {
  const names = ["small", "big", "url"];
  const places = names.map(
    (name) =>
      `    location = /${name}/v1/images/generations { error_page 405 =200 /${name}.json; return 405; }`,
  );
  return `    root ${bodies};
    location = /ready { return 204; }
${places.join("\n")}`;
}

/** The upstream of all gateways: fixed bodies, one worker. \`short\` closes idle connections after a second and each after 100 requests. */
export async function startUpstream(root: string, bodies: string, short: boolean): Promise<Nginx> {
  const port = await freePort();
  const keepAlive = short
    ? "keepalive_timeout 1s; keepalive_requests 100;"
    : "keepalive_timeout 600s; keepalive_requests 100000000;";
  const answer = { created: 1_795_348_800, data: [{ url: `http://127.0.0.1:${port}/big.png` }] };
  writeFileSync(join(bodies, short ? "url-short.json" : "url.json"), JSON.stringify(answer));
  return run(
    root,
    short ? "upstream-short" : "upstream",
    port,
    `  server {
    listen 127.0.0.1:${port} backlog=4096;
    ${keepAlive}
${fixedAnswers(bodies)}
  }`,
  );
}

/** nginx as reverse proxy, tuned for large bodies: the limit of what one process can move here. */
export async function startProxy(root: string, upstreamPort: number): Promise<Nginx> {
  const port = await freePort();
  return run(
    root,
    "proxy",
    port,
    `  upstream images { server 127.0.0.1:${upstreamPort}; keepalive 256; keepalive_requests 100000000; keepalive_timeout 600s; }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    keepalive_timeout 600s; keepalive_requests 100000000;
    location = /ready { return 204; }
    location / {
      proxy_pass http://images;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffer_size 64k;
      proxy_buffers 32 64k;
      proxy_busy_buffers_size 256k;
      proxy_max_temp_file_size 0;
    }
  }`,
  );
}
