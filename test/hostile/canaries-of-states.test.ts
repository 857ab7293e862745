import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import pino from "pino";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { stringify } from "yaml";
import { type App, startApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import { runCommand } from "../cli/run-command.ts";
import { type MockOpenAi, startMockOpenAi } from "../support/mock-openai.ts";

const account = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const pem = account.export({ type: "pkcs8", format: "pem" });

/** Secrets by their names; what the gateway itself makes is added as it is made. None looks like a credential. */
const secrets: Record<string, string> = {
  secret: "canary-secret-of-today-heron-0123456789",
  secretBefore: "canary-secret-of-before-egret-9876543210",
  adminToken: "canary-admin-token-bittern-4711",
  upstreamKey: "canary upstream key stork 17".replaceAll(" ", "_"),
  replacedKey: "canary_replaced_key_crane_23",
  header: "canary header value ibis 29",
  urlPassword: "canaryurlpasswordspoonbill31",
  misplacedKey: "canary_misplaced_key_flamingo_37",
  privateKey: pem.split("\n")[3] ?? "",
  fileKey: "canary-key-of-the-file-pelican-41",
  appliedKey: "canary-applied-gateway-key-gannet-43",
  appliedCredential: "canary_applied_credential_booby_47",
  password: "canary password cormorant 53",
  wrongPassword: "canary wrong password darter 59",
  noticeSecret: `whsec_${Buffer.from("canary-notice-frigatebird-0001").toString("base64")}`,
  noticePath: "canary-notice-path-tropicbird-61",
};

let upstream: MockOpenAi;
let folder: string;
let app: App | undefined;
/** Lines of the log, answers and outputs of commands, each with its name. */
const told: (readonly [what: string, text: string])[] = [];

/** The secrets in a text, in every form in which they travel. */
function found(text: string): string[] {
  return Object.entries(secrets)
    .filter(([, secret]) =>
      [
        secret,
        Buffer.from(secret).toString("base64"),
        Buffer.from(secret).toString("base64url"),
        Buffer.from(secret).toString("hex"),
        encodeURIComponent(secret),
      ].some((form) => text.includes(form)),
    )
    .map(([name]) => name);
}

async function start(env: Record<string, string>): Promise<App> {
  const write = (line: string): void => void told.push(["the log", line]);
  const config = await loadConfig({
    env: { PINHOLE_ADMIN_TOKEN: secrets["adminToken"] ?? "", ...env },
    flags: {},
    cwd: folder,
  });
  app = await startApp(config, pino({ level: "trace" }, { write }));
  return app;
}

async function stop(): Promise<void> {
  await app?.close();
  app = undefined;
}

interface Given {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The field of the answer that has a new secret, once; it becomes a canary and is cut out. */
  readonly gives?: string;
}

/** Asks the gateway and keeps what it answers, headers too; the status and the body. */
async function ask(method: string, path: string, given: Given = {}) {
  const { body, headers = {}, gives } = given;
  const isText = typeof body === "string";
  const answer = await fetch(`${app?.url ?? ""}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${secrets["adminToken"] ?? ""}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  const made = gives === undefined ? undefined : fieldOf(text, gives);
  if (made !== undefined) secrets[`${gives ?? ""} ${Object.keys(secrets).length}`] = made;
  const cookie = /^(?:__Host-)?pinhole=([^;]+)/.exec(answer.headers.get("set-cookie") ?? "")?.[1];
  if (cookie !== undefined) secrets[`cookie ${Object.keys(secrets).length}`] = cookie;
  const sent = [...answer.headers].filter(([name]) => name !== "set-cookie");
  told.push([
    `${method} ${path}`,
    `${answer.status} ${JSON.stringify(sent)} ${made === undefined ? text : text.replaceAll(made, "…")}`,
  ]);
  return { status: answer.status, text, cookie, made };
}

/** The text of a field, anywhere in a document. */
function fieldOf(text: string, field: string): string | undefined {
  return new RegExp(`"${field}":"([^"]+)"`).exec(text)?.[1];
}

const admin = (method: string, path: string, given?: Given) =>
  ask(method, `/admin/v1${path}`, {
    ...given,
    // What a PUT makes has no version yet.
    headers: { "if-match": method === "PUT" ? "" : "*", ...given?.headers },
  });

const paint = (model: string, key: string | undefined) =>
  ask("POST", "/v1/images/generations", {
    body: { model, prompt: "a fox", size: "64x64" },
    headers: { authorization: `Bearer ${key ?? ""}` },
  });

async function command(...argv: string[]): Promise<string> {
  const env = {
    PINHOLE_URL: app?.url ?? "",
    PINHOLE_ADMIN_TOKEN: secrets["adminToken"] ?? "",
    PINHOLE_SECRET: secrets["secret"] ?? "",
    PINHOLE_SECRET_PREVIOUS: secrets["secretBefore"] ?? "",
    SHOP_KEY: secrets["appliedKey"] ?? "",
    CREDENTIAL: secrets["appliedCredential"] ?? "",
  };
  const { code, out, err } = await runCommand(argv, { cwd: folder, env });
  told.push([`pinhole ${argv.join(" ")}`, `${code}\n${out}\n${err}`]);
  return out + err;
}

const words = (key: unknown, settings: object = {}) => ({
  provider: "openai-compatible",
  settings: {
    base_url: `${upstream.url}/v1`,
    api_key: key,
    headers: { "X-Other": secrets["header"] },
    ...settings,
  },
  models: ["200", "401", "404", "429", "500", "garbage"].map((name) => ({ name, price: "free" })),
});

const serviceAccount = () => ({
  client_email: "canary@example.iam.gserviceaccount.com",
  private_key: pem,
  project_id: "canary",
  token_uri: `${upstream.url}/token`,
});

/** Channels of the database as they are made, changed, refused and tried. */
async function stirChannels(): Promise<void> {
  await admin("PUT", "/channels/up", { body: words(secrets["replacedKey"]) });
  await admin("PATCH", "/channels/up", { body: words(secrets["upstreamKey"]) });
  const vertex = {
    provider: "vertex",
    settings: { service_account: JSON.stringify(serviceAccount()) },
  };
  await admin("PUT", "/channels/cloud", { body: vertex });
  const misplaced = secrets["misplacedKey"] ?? "";
  const wrong: readonly unknown[] = [
    words({ text: misplaced }),
    words(misplaced, { api_kee: misplaced }),
    words(misplaced, { base_url: `https://me:${secrets["urlPassword"] ?? ""}@example.com/v1` }),
    words(misplaced, { headers: misplaced }),
    words(misplaced, { headers: { "Bad Name": misplaced } }),
    { ...words(misplaced), settings: misplaced },
    { provider: "vertex", settings: { service_account: `{"private_key": "${misplaced}"}` } },
    { provider: "vertex", settings: { service_account: misplaced } },
    `{"provider": "openai-compatible", "settings": {"api_key": "${misplaced}"`,
  ];
  for (const body of wrong) {
    const { status } = await admin("PUT", "/channels/wrong", { body });
    expect([body, status]).toEqual([body, 400]);
  }
  for (const id of ["up", "cloud"]) {
    await admin("POST", `/channels/${id}/test`, { body: {} });
    await admin("POST", `/channels/${id}/test`, { body: { paid: true } });
  }
  await admin("PUT", "/channels/gone", { body: words(secrets["replacedKey"]) });
  await admin("DELETE", "/channels/gone");
}

/** Keys, tokens and people, and each secret where another belongs. */
async function stirCallers(): Promise<string> {
  const shop = { body: { name: "shop", budget: { usd: 5, period: "day" } }, gives: "key" };
  const key = (await admin("POST", "/keys", shop)).made ?? "";
  const id = fieldOf((await admin("GET", "/keys")).text, "id") ?? "";
  await admin("POST", `/keys/${id}/rotate`, { body: {}, gives: "key" });
  const token = { body: { name: "robot", role: "operator" }, gives: "token" };
  const robot = (await admin("POST", "/tokens", token)).made ?? "";
  const person = { body: { login: "ann", name: "Ann", role: "owner" }, gives: "code" };
  const code = (await admin("POST", "/people", person)).made ?? "";
  const page = { origin: app?.url ?? "", authorization: "" };
  const password = secrets["password"];
  await admin("POST", "/invitation/check", { body: { code }, headers: page });
  const { cookie } = await admin("POST", "/invitation", {
    body: { code, password },
    headers: page,
  });
  const wrong = { login: "ann", password: secrets["wrongPassword"] };
  await admin("POST", "/session", { body: wrong, headers: page });
  await admin("POST", "/session", { body: { login: "ann", password }, headers: page });
  for (const stray of [key, robot, cookie ?? "", password ?? "", secrets["upstreamKey"] ?? ""]) {
    const headers = { authorization: `Bearer ${stray}` };
    await admin("GET", "/keys", { headers });
    await ask("GET", `/v1/models?key=${encodeURIComponent(stray)}`, { headers });
    // Of what is not the gateway's own nobody can know in a path that it is a secret.
    if ([key, robot, cookie].includes(stray))
      await ask("GET", `/admin/v1/keys/${encodeURIComponent(stray)}`, { headers });
    const cookies = { authorization: "", cookie: `pinhole=${encodeURIComponent(stray)}` };
    await admin("GET", "/session", { headers: cookies });
  }
  return key;
}

/** States that are applied, dry and in earnest, by file and by the API, right and wrong. */
async function stirStates(): Promise<void> {
  const state = {
    keys: [{ id: "shop-two", name: "shop two", key: "${SHOP_KEY}" }],
    channels: [{ id: "applied", ...words("${CREDENTIAL}") }],
  };
  await writeFile(join(folder, "state.yaml"), stringify(state));
  await command("apply", "-f", "state.yaml", "--dry-run");
  await command("apply", "-f", "state.yaml");
  expect(await command("apply", "-f", "state.yaml")).toContain("No change");
  const variables = { SHOP_KEY: secrets["appliedKey"], CREDENTIAL: secrets["appliedCredential"] };
  const faulty = [
    { ...state, teams: [{ id: 7 }] },
    { ...state, keys: [{ id: "x", name: "x", key: secrets["misplacedKey"], budgett: 1 }] },
    { ...state, channels: [{ id: "y", ...words(secrets["misplacedKey"]), provider: "none" }] },
    { keys: secrets["misplacedKey"] },
  ];
  for (const one of faulty) {
    const answer = await admin("POST", "/apply", { body: { state: one, variables } });
    expect(answer.status).toBe(400);
    await writeFile(join(folder, "faulty.yaml"), stringify(one));
    await command("apply", "-f", "faulty.yaml");
  }
}

/** Everything that an operator reads. */
async function readAll(): Promise<void> {
  for (const path of ["channels", "keys", "tokens", "people", "audit", "notices", "requests"])
    expect((await admin("GET", `/${path}?limit=100`)).status).toBe(200);
  for (const path of ["/health/channels", "/export", "/export?versions=true", "/doctor", "/usage"])
    await admin("GET", path);
  await ask("GET", "/metrics");
  await ask("GET", "/health/ready");
  await command("export");
  await command("doctor");
  await command("channels", "list", "--json");
  await command("channels", "show", "up");
  await command("audit", "list", "--limit", "100");
  await command("keys", "list");
  await command("check");
}

async function paintAll(key: string): Promise<void> {
  for (const model of ["200", "401", "404", "429", "500", "garbage", "gemini-2.5-flash-image"])
    await paint(model, key);
  await paint("200", secrets["upstreamKey"]);
}

/** Damages rows as nobody should. */
function damage(): void {
  const database = new DatabaseSync(join(folder, "data", "pinhole.db"));
  try {
    const set = (change: string, id: string): void =>
      void database.prepare(`UPDATE resources SET ${change} WHERE id = ?`).run(id);
    set("secrets = (SELECT secrets FROM resources WHERE id = 'applied')", "up");
    set("words = replace(words, 'base_url', 'base_uri')", "applied");
    set("secrets = replace(secrets, ':', '.')", "cloud");
  } finally {
    database.close();
  }
}

beforeAll(async () => {
  // An upstream that says back all that it was told.
  upstream = await startMockOpenAi(({ headers, json }) => {
    const kind = String(json?.["model"]);
    const message = `No: ${JSON.stringify(headers)} ${String(headers.authorization).slice(7)}`;
    if (kind === "200") return undefined;
    if (kind === "garbage") return { status: 200, body: message };
    const body = JSON.stringify({ error: { message, type: message, code: message } });
    return { status: Number(kind) || 401, headers: { "x-echo": message }, body };
  });
  folder = await mkdtemp(join(tmpdir(), "pinhole-canaries-"));
  const document = {
    server: { host: "127.0.0.1", port: 0 },
    keys: [{ name: "file", key: secrets["fileKey"] }],
    channels: [{ id: "painter", provider: "sandbox", models: ["sandbox-fast"] }],
    notices: {
      targets: [
        {
          name: "ops",
          url: `http://127.0.0.1:9/${secrets["noticePath"] ?? ""}`,
          secret: secrets["noticeSecret"],
        },
      ],
      allow_private: { hosts: ["127.0.0.1"], cidrs: ["127.0.0.0/8"], http: true, ports: [9] },
    },
  };
  await writeFile(join(folder, "pinhole.yaml"), stringify(document));
}, 60_000);
afterAll(async () => {
  await stop();
  await upstream.close();
  await rm(folder, { recursive: true, force: true });
});

/** No secret in anything that was told, nor in any file of the data folder as it is just now, the log of writes included. */
async function expectNowhere(): Promise<void> {
  for (const [what, text] of told.splice(0))
    expect({ what, text, found: found(text) }).toEqual({ what, text, found: [] });
  const data = join(folder, "data");
  const entries = await readdir(data, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  expect(files.map(({ name }) => name)).toContain("pinhole.db");
  for (const { parentPath, name } of files) {
    // A log of writes that is just being emptied is gone.
    const bytes = await readFile(join(parentPath, name)).catch(() => Buffer.alloc(0));
    expect({ name, found: found(bytes.toString("latin1")) }).toEqual({ name, found: [] });
  }
}

let gatewayKey = "";

test("no secret of any resource is told or kept, as it is made, changed, refused, used and read", async () => {
  await start({ PINHOLE_SECRET: secrets["secretBefore"] ?? "" });
  await stirChannels();
  gatewayKey = await stirCallers();
  await stirStates();
  await paintAll(gatewayKey);
  await readAll();
  await expectNowhere();
}, 120_000);

test("nor while the secret of the installation changes, and after", async () => {
  await stop();
  const pair = {
    PINHOLE_SECRET: secrets["secret"] ?? "",
    PINHOLE_SECRET_PREVIOUS: secrets["secretBefore"] ?? "",
  };
  await start(pair);
  await paintAll(gatewayKey);
  await command("secret", "status");
  await readAll();
  await expectNowhere();
  await stop();
  // With another secret than the database's.
  const other = { PINHOLE_SECRET: secrets["misplacedKey"] ?? "" };
  await start(other).then(readAll, (thrown: unknown) => {
    told.push(["the start", thrown instanceof Error ? (thrown.stack ?? "") : ""]);
  });
  await stop();
  await expectNowhere();
}, 120_000);

test("nor where entries of the database are damaged", async () => {
  damage();
  await start({ PINHOLE_SECRET: secrets["secret"] ?? "" });
  await paintAll(gatewayKey);
  const { text } = await admin("GET", "/channels");
  expect(text.match(/"faulty":true/g)).toHaveLength(3);
  const isNoticed = async () => {
    const notices = await admin("GET", "/notices?kind=entry_faulty&state=open");
    expect(notices.text.match(/"kind":"entry_faulty"/g)).toHaveLength(3);
  };
  await app?.reload(
    await loadConfig({
      env: {
        PINHOLE_ADMIN_TOKEN: secrets["adminToken"] ?? "",
        PINHOLE_SECRET: secrets["secret"] ?? "",
      },
      flags: {},
      cwd: folder,
    }),
  );
  await vi.waitFor(isNoticed, { timeout: 60_000, interval: 200 });
  await admin("PATCH", "/channels/applied", { body: { weight: 2 } });
  await admin("PATCH", "/channels/up", { body: words(secrets["replacedKey"]) });
  await readAll();
  await expectNowhere();
}, 120_000);
