import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { freePort, start, type Started } from "../processes.ts";

/** One built checkout that is measured. */
export interface Build {
  /** The server's name in the table. */
  readonly server: string;
  /** The checkout's folder; its `dist/main.js` is what runs. */
  readonly project: string;
}

/** The name of this checkout's server in all rows. */
export const ours = "pinhole";
/** The name of the server of the build that this one is compared with. */
export const oursBefore = "pinhole before";

/** This checkout's build. Throws where there is none. */
export function ownBuild(): Build {
  return built({ server: ours, project: join(import.meta.dirname, "../..") });
}

/** The build of the checkout that `PINHOLE_BENCH_BEFORE` names. Throws where there is none. */
export function buildBefore(project: string): Build {
  return built({ server: oursBefore, project: resolve(project) });
}

function built(build: Build): Build {
  if (existsSync(mainOf(build.project))) return build;
  throw new Error(`${build.project} is not built; run npm run build there`);
}

function mainOf(project: string): string {
  return join(project, "dist/main.js");
}

/** The key that the bench calls with. */
export const benchKey = "bench-key-0123456789-abcdef";
/** The admin token of every server of ours. */
export const benchAdminToken = "bench-admin-token-0123456789";

export interface Pinhole extends Started {
  readonly port: number;
  readonly folder: string;
}

export interface PinholeOptions {
  readonly name: string;
  /** `base_url` of each model's channel, by the model's name. */
  readonly upstreams: Readonly<Record<string, string>>;
  /** Further channels and keys, to see that size costs nothing. */
  readonly fillChannels?: number;
  readonly fillKeys?: number;
  /** How long a hosted picture's URL holds. */
  readonly ttl?: string;
  /** `database.url`; a file of its own unless given. */
  readonly database?: string;
  /** Further `images.*` settings. */
  readonly images?: Readonly<Record<string, unknown>>;
  /** True: the models have a price, and the key a budget of each period, which it never uses up. */
  readonly isPaid?: boolean;
}

const largeBudgets = ["day", "month"].map((period) => ({ usd: 9_000_000, period }));

/** The settings as JSON, which is YAML too. Logs and records are on, as they are by default. */
function settings(port: number, options: PinholeOptions): string {
  const model = (name: string): object => ({
    name,
    card: {
      operations: ["generation", "edit"],
      sizes: ["1024x1024"],
      n: 4,
      formats: ["png"],
      images: { max: 1 },
    },
    price: options.isPaid === true ? { per_image_usd: 0.004 } : "free",
  });
  const channel = (id: string, baseUrl: string, models: readonly object[]): object => ({
    id,
    provider: "openai-compatible",
    settings: { base_url: baseUrl, api_key: "bench-upstream-key" },
    // A busy machine is slow, which is no fault of the upstream's.
    timeout: { total: "15m" },
    models,
  });
  const channels = Object.entries(options.upstreams).map(([name, url]) =>
    channel(name, url, [model(name)]),
  );
  for (let index = 0; index < (options.fillChannels ?? 0); index += 1)
    channels.push(
      channel(`fill-${index}`, "http://127.0.0.1:9/v1", [model(`fill-${index % 1000}`)]),
    );
  const keys: object[] = [
    { name: "bench", key: benchKey, ...(options.isPaid === true ? { budget: largeBudgets } : {}) },
  ];
  for (let index = 0; index < (options.fillKeys ?? 0); index += 1)
    keys.push({ name: `fill-${index}`, key: `fill-key-${String(index).padStart(12, "0")}` });
  return JSON.stringify({
    server: { host: "127.0.0.1", port },
    images: { ttl: options.ttl ?? "60s", ...options.images, ...imageSettings() },
    ...(options.database === undefined ? {} : { database: { url: options.database } }),
    keys,
    channels,
  });
}

/** Further `images.*` settings as JSON, to see what one of them costs. */
function imageSettings(): object {
  return JSON.parse(process.env["PINHOLE_BENCH_IMAGES"] ?? "{}") as object;
}

/** Options of Node for our server alone, such as --cpu-prof. */
function nodeOptions(): string[] {
  return (process.env["PINHOLE_BENCH_NODE_OPTIONS"] ?? "").split(" ").filter(Boolean);
}

/** The secret, which a gateway on Postgres does not make up itself. */
function secretFor(database: string | undefined): Record<string, string> {
  return database?.startsWith("postgres") === true
    ? { PINHOLE_SECRET: "bench-secret-0123456789-abcdefghijkl" }
    : {};
}

/** Starts a built server in a process and a data folder of its own. */
export async function startPinhole(
  root: string,
  { server, project }: Build,
  options: PinholeOptions,
): Promise<Pinhole> {
  const port = await freePort();
  const folder = join(root, `${server.replaceAll(" ", "-")}-${options.name}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "pinhole.yaml"), settings(port, options));
  const started = await start({
    command: process.execPath,
    args: [...nodeOptions(), mainOf(project), "serve"],
    cwd: folder,
    env: { PINHOLE_ADMIN_TOKEN: benchAdminToken, ...secretFor(options.database) },
    log: join(folder, "output.log"),
    ready: { port, path: "/health/ready" },
    readyWithinMs: 120_000,
  });
  return { ...started, port, folder };
}
