/** A row of a layer table: a part of the house, and what it may import besides itself. */
export interface Layer {
  /** A path below src, a folder or a file without its extension; `<id>` stands for any one folder. */
  readonly folder: string;
  readonly holds: string;
  /** Paths below src as above, npm's `zod`, or `everything`. Type imports count. */
  readonly mayImport: readonly string[];
}

/** What the gateway's rooms stand on. */
const gatewayFloors = [
  "core",
  "runtime",
  "json",
  "money",
  "api",
  "cluster",
  "net",
  "pictures",
  "blobs",
  "store",
];

/** The floors, from the ground up. docs/architecture.md quotes this table and the next. */
export const floors: readonly Layer[] = [
  {
    folder: "core",
    holds:
      "the vocabulary: request, usage, picture, card, channel, key, provider, wire, errors, money, secret; the port `log`. No state, no effects",
    mayImport: ["zod"],
  },
  {
    folder: "runtime",
    holds:
      "what lets one Node process serve many: batches, slots, base64 in SIMD, giving memory back, step clocks, abort listeners. What state a process has besides caches lives here or in a value that `app` made",
    mayImport: ["core"],
  },
  {
    folder: "json",
    holds: "streaming JSON: tokens → reader → lifted pictures, and the writer",
    mayImport: ["core", "runtime"],
  },
  {
    folder: "money",
    holds: "prices, estimates, budgets, the entries of both books. Pure: facts in, integers out",
    mayImport: ["core"],
  },
  {
    folder: "api",
    holds: "contracts as data: fields, bodies of `/v1` and `/admin`, OpenAPI, the typed client",
    mayImport: ["core"],
  },
  {
    folder: "cluster",
    holds: "what nodes tell each other: counters, health, revocations",
    mayImport: ["core"],
  },
  {
    folder: "telemetry",
    holds: "metrics, traces and notices: listeners to what the rooms say has happened",
    mayImport: ["core"],
  },
  {
    folder: "dialects",
    holds:
      "wire shapes that several upstreams speak; `dialects/<shape>/index.ts` is the door of each",
    mayImport: ["core"],
  },
  {
    folder: "providers/<id>",
    holds: "one upstream: facts, cards, fixtures. Flat, however many there are",
    mayImport: ["core", "dialects"],
  },
  {
    folder: "providers",
    holds: "the list, a line a provider, and whose card a model's name brings",
    mayImport: ["core", "providers/<id>"],
  },
  {
    folder: "pictures",
    holds: "sniffing, probing, converting, masks, spools",
    mayImport: ["core", "runtime"],
  },
  {
    folder: "blobs",
    holds:
      "where images rest: `disk/`, `kept-log/`, `s3/`, the book of what is kept, `hosting/` (signed URLs)",
    mayImport: ["core", "runtime"],
  },
  {
    folder: "store",
    holds:
      "records by aggregate, `commands/` in SQL that both databases read, `sqlite/`, `postgres/`, migrations",
    mayImport: ["core", "runtime"],
  },
  {
    folder: "net",
    holds:
      "`transport/` (one exchange), `guard/`, `events/`, `upstream/` (what a provider is handed); `egress.ts` is its door",
    mayImport: ["core", "runtime", "json"],
  },
  {
    folder: "identity",
    holds: "people who sign in, their roles",
    mayImport: ["core", "store"],
  },
  {
    folder: "gateway",
    holds: "the use cases, in the rooms of the next table; `gateway.ts` is its door",
    mayImport: gatewayFloors,
  },
  {
    folder: "mcp",
    holds: "the same use cases as tools for agents",
    mayImport: ["core", "api", "gateway/gateway", "gateway/intake"],
  },
  {
    folder: "http",
    holds:
      "`server/` (connections, errors, authentication), `intake/` (multipart), `v1/`, `admin/` (a file a resource), `open/` (health, hosted images, documents)",
    mayImport: [
      "core",
      "runtime",
      "api",
      "gateway/gateway",
      "gateway/intake",
      "pictures",
      "blobs/hosting",
      "identity",
      "mcp",
    ],
  },
  {
    folder: "config",
    holds: "environment and file, read once; one file in `sections/` a part of the house",
    mayImport: ["core", "providers/index", "providers/known-models"],
  },
  {
    folder: "cli",
    holds: "one file a command; remote ones go through the typed client",
    mayImport: ["core", "api", "app", "config"],
  },
  { folder: "web", holds: "the console", mayImport: ["core", "api"] },
  {
    folder: "app",
    holds: "composition by hand, upkeep, listening",
    mayImport: ["everything"],
  },
  { folder: "main", holds: "the entry point", mayImport: ["everything"] },
];

/** A room of the gateway: what it answers, and the other rooms that it may import. */
interface Room {
  readonly name: string;
  readonly answers: string;
  readonly rooms: readonly string[];
}

const gatewayRooms: readonly Room[] = [
  { name: "keys", answers: "who is asking, and may they", rooms: [] },
  { name: "limits", answers: "is there room: windows, key limits, admission", rooms: [] },
  {
    name: "intake",
    answers: "what does this body ask (JSON, a form's fields)",
    rooms: [],
  },
  { name: "ledger", answers: "hold the worst case, settle the actual, each once", rooms: [] },
  {
    name: "catalog",
    answers: "what serves this name; retired names and their successors",
    rooms: ["keys"],
  },
  {
    name: "fit",
    answers: "what of the request does this model honour: refuse, emulate, warn",
    rooms: ["catalog"],
  },
  {
    name: "channels",
    answers: "how is this channel: health, room, queue, lease",
    rooms: ["limits"],
  },
  {
    name: "routing",
    answers: "which target, in which order, and what of it next",
    rooms: ["catalog", "fit", "channels", "limits"],
  },
  {
    name: "attempts",
    answers: "call it, judge how it ended",
    rooms: ["fit", "channels", "routing"],
  },
  {
    name: "delivery",
    answers: "what becomes of a made picture: changed, put away, told live, relayed, answered",
    rooms: ["catalog", "fit", "attempts"],
  },
  {
    name: "requests",
    answers: "the story: serve, make, record, repeat, fetch, forget",
    rooms: ["keys", "limits", "catalog", "fit", "routing", "attempts", "delivery", "ledger"],
  },
  {
    name: "jobs",
    answers: "the same story when the client is a row: jobs, batches, webhooks",
    rooms: ["intake", "requests"],
  },
  {
    name: "administration",
    answers: "changing what is served: keys; every change of it",
    rooms: ["keys", "catalog"],
  },
];

/** The rooms of the gateway and its door, as rows beside those of the floors. */
export const rooms: readonly Layer[] = [
  ...gatewayRooms.map(({ name, answers, rooms: others }) => ({
    folder: `gateway/${name}`,
    holds: answers,
    mayImport: [...gatewayFloors, ...others.map((other) => `gateway/${other}`)],
  })),
  {
    folder: "gateway/gateway",
    holds: "the door",
    mayImport: [...gatewayFloors, "gateway"],
  },
];

/** GitHub would take `<id>` for HTML. */
const shown = (folder: string): string => (folder.includes("<") ? `\`${folder}\`` : folder);

/** The floors as docs/architecture.md shows them. */
export function floorsMarkdown(): string {
  const rows = floors.map(
    ({ folder, holds, mayImport }) =>
      `| ${shown(folder)} | ${holds} | ${mayImport.map(shown).join(", ")} |`,
  );
  return ["| folder | holds | may import |", "|---|---|---|", ...rows].join("\n");
}

/** The rooms as docs/architecture.md shows them. */
export function roomsMarkdown(): string {
  const rows = gatewayRooms.map(
    ({ name, answers, rooms: others }) =>
      `| ${name} | ${answers} | ${others.length === 0 ? "–" : others.join(", ")} |`,
  );
  return [
    "| room | answers the question | may import, besides the floors |",
    "|---|---|---|",
    ...rows,
    "| `gateway.ts` | the door | every room |",
  ].join("\n");
}

/** A folder that is entered by one file only: nobody outside imports any other of its files. */
export interface Door {
  /** Paths below src; `<shape>` stands for any one folder. */
  readonly folder: string;
  readonly file: string;
  /** Folders below it that stand open as well. */
  readonly open: readonly string[];
}

export const doors: readonly Door[] = [
  // The intake reads bodies for whoever has them; it holds no use case.
  { folder: "gateway", file: "gateway.ts", open: ["intake"] },
  { folder: "net", file: "egress.ts", open: [] },
  { folder: "dialects/<shape>", file: "index.ts", open: [] },
  // How a provider draws by itself is finished: the painter, and the worker beside it that it starts, are all that others know.
  { folder: "providers/<id>/paint", file: "painter.ts", open: [] },
];

/** Where a module may hold state of the whole process. */
export const stateFolders: readonly string[] = ["runtime"];

/** Folders where nothing waits by itself, and the files in them that may. */
export const timerlessFolders: readonly string[] = ["gateway", "blobs", "store", "money"];
export const timerFiles: readonly string[] = [
  "src/gateway/channels/timer.ts",
  // Waits for a commit no longer than an answer may.
  "src/gateway/ledger/settle.ts",
  // Waits for the record of an outcome no longer than a page may.
  "src/gateway/requests/serve-image.ts",
  // Waits for a request that another process runs.
  "src/gateway/requests/look-again.ts",
];

/** Words that say nothing of a comment's subject where it begins with them. */
export const emptyBeginnings: ReadonlySet<string> = new Set(
  `What Whatever Who Whoever Whom Whose Which Where Wherever How
  I We You He She It They Our Your His Her Its Their This That These Those
  Something Anything Everything Nothing
  Somebody Someone Anybody Anyone Everybody Everyone Nobody None`.split(/\s+/),
);

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
  "prom-client": ["telemetry"],
  "@opentelemetry/api": ["telemetry"],
  "@opentelemetry/sdk-trace": ["telemetry"],
  "@opentelemetry/resources": ["telemetry"],
  "@opentelemetry/otlp-transformer": ["telemetry"],
  pg: ["store"],
  "@redis/client": ["cluster"],
  yaml: ["config"],
  commander: ["cli", "main"],
  "openid-client": ["identity"],
  "@simplewebauthn/server": ["identity"],
  "@smithy/signature-v4": ["providers", "blobs"],
};

/** Packages of the console, which are part of its build and no dependencies of the program. */
export const consolePackages: readonly string[] = [
  "@tanstack/react-query",
  "@tanstack/react-router",
  "react",
  "react-aria-components",
  "react-dom",
];

/**
 * Parts of Node that only some layers may use. `types: true` lets every layer name their types, which
 * no running code comes from; `free` names open no connection. Parts that are not listed are free, except in the pure layers below.
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
  http: { folders: ["net"], types: true, free: ["createServer"] },
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
  /^web\/main\.tsx$/,
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
