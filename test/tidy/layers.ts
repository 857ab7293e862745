/** A row of DESIGN §3: a folder (or the files at the root of src) and what it may import besides itself. */
export interface Layer {
  readonly folder: string;
  readonly holds: string;
  /** Words as in the table: `core`, `net`, `zod`, `app.ts`, `everything`. */
  readonly mayImport: readonly string[];
}

/** The layer table. docs/architecture.md quotes it, and the tidy test compares the two. */
export const layers: readonly Layer[] = [
  {
    folder: "src/core",
    holds: "the vocabulary: request, picture, provider, errors, money, secret. Pure",
    mayImport: ["zod"],
  },
  {
    folder: "src/dialects",
    holds:
      "wire shapes that several providers speak, as factories: OpenAI images, Responses tool, chat with images, sdapi, polled jobs",
    mayImport: ["core"],
  },
  {
    folder: "src/providers/<id>",
    holds: "one upstream: `index.ts` + `fixtures/*.json`. `providers/index.ts` is the list",
    mayImport: ["core", "dialects"],
  },
  {
    folder: "src/net",
    holds:
      "all HTTP and websockets to upstreams, caller-given URLs, webhooks and identity providers: client, streaming JSON reader and writer, polling, private-network guard. (Database, Redis and S3 clients speak for themselves)",
    mayImport: ["runtime", "json", "core"],
  },
  {
    folder: "src/pictures",
    holds: "bytes: sniff, probe, limits, re-encode, masks, base64 streams, spooling",
    mayImport: ["runtime", "core"],
  },
  {
    folder: "src/blobs",
    holds: "where images rest: disk, S3; signed URLs; expiry",
    mayImport: ["runtime", "core"],
  },
  {
    folder: "src/store",
    holds: "keys, channels, ledger, request records: SQL as text; SQLite and Postgres; migrations",
    mayImport: ["runtime", "core"],
  },
  {
    folder: "src/identity",
    holds: "people who sign in to the console (better-auth), roles",
    mayImport: ["core", "store"],
  },
  {
    folder: "src/gateway",
    holds: "the use cases; choosing, attempting, settling beside the story",
    mayImport: ["core", "runtime", "json", "money", "api", "net", "pictures", "blobs", "store"],
  },
  { folder: "src/runtime", holds: "runtime", mayImport: ["core"] },
  { folder: "src/json", holds: "json", mayImport: ["core", "runtime"] },
  { folder: "src/money", holds: "money", mayImport: ["core"] },
  {
    folder: "src/api",
    holds:
      "contracts as data: schemas of the public and the admin API; OpenAPI document; typed client",
    mayImport: ["core"],
  },
  {
    folder: "src/http",
    holds:
      "Fastify: routes, authentication, multipart intake, hosted images, error answers, server-sent events, static console",
    mayImport: ["runtime", "json", "core", "api", "gateway", "pictures", "blobs", "identity"],
  },
  {
    folder: "src/cli",
    holds: "one file a command; remote ones use the typed client",
    mayImport: ["core", "api", "app.ts", "config.ts"],
  },
  {
    folder: "web",
    holds: "the console (React); talks through the typed client",
    mayImport: ["api", "core (types)"],
  },
  {
    folder: "src/config.ts, app.ts, main.ts",
    holds: "environment and file read once; composition by hand; listening",
    mayImport: ["everything"],
  },
];

/** The table as docs/architecture.md shows it. */
export function layerTableMarkdown(): string {
  const rows = layers.map(
    (layer) => `| ${layer.folder} | ${layer.holds} | ${layer.mayImport.join(", ")} |`,
  );
  return ["| folder | holds | may import |", "|---|---|---|", ...rows].join("\n");
}

/** The layer names that may import an npm package. What is not listed may be imported nowhere in src. */
export const packageFolders: Readonly<Record<string, readonly string[] | "everywhere">> = {
  zod: "everywhere",
  undici: ["net"],
  sharp: ["pictures"],
  // The composition names its types only; listening is the server's own method.
  fastify: ["http", "app"],
  "@fastify/busboy": ["http"],
  pino: ["app", "http", "main"],
  "pino-pretty": ["app", "main"],
  yaml: ["config"],
  commander: ["cli", "main"],
};

/**
 * Parts of Node that only some layers may use. `types: true` lets every layer name their types, which
 * no running code comes from; `free` names do no more than compute. Parts that are not listed are free, except in the pure layers below.
 */
export const builtinFolders: Readonly<
  Record<
    string,
    {
      readonly folders: readonly string[];
      readonly types?: boolean;
      readonly free?: readonly string[];
    }
  >
> = {
  http: { folders: ["net"], types: true },
  https: { folders: ["net"], types: true },
  http2: { folders: ["net"], types: true },
  net: {
    folders: ["net"],
    types: true,
    free: ["BlockList", "SocketAddress", "isIP", "isIPv4", "isIPv6"],
  },
  tls: { folders: ["net"], types: true },
  dns: { folders: ["net"], types: true },
  "dns/promises": { folders: ["net"], types: true },
  dgram: { folders: [] },
  sqlite: { folders: ["store"] },
  worker_threads: { folders: ["store", "pictures", "providers"] },
  child_process: { folders: [] },
  cluster: { folders: [] },
  vm: { folders: [] },
  inspector: { folders: [] },
  module: { folders: ["main"] },
  process: { folders: ["config", "app", "main"] },
};

const computing = ["buffer", "crypto", "util", "url", "path"];

/** Layers without effects, and the parts of Node that they may use: those that only compute. */
export const pureLayers: Readonly<Record<string, readonly string[]>> = {
  core: computing,
  dialects: computing,
  api: computing,
  // A provider that paints does it on threads of its own, so that the event loop stays free.
  providers: [...computing, "worker_threads", "os"],
};

/** Files that are entry points: only they may act while they are being imported. */
export const entryFiles: readonly RegExp[] = [
  /^src\/main\.ts$/,
  /^src\/([a-z0-9-]+\/)+(.*-)?worker\.ts$/,
];

export const functionLinesMax = 70;
export const fileLinesMax = 300;
/** Tables of cases are long without being hard to read. */
export const testFileLinesMax = 600;

export const bannedNames: readonly string[] = [
  "utils",
  "util",
  "helpers",
  "helper",
  "common",
  "manager",
  "base",
];
