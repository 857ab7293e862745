import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { stringify } from "yaml";
import { type App, type OutsideParts, startApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import { type ClusterServices, clusterServices } from "./cluster-services.ts";
import { watchAnswers } from "./documented-answers.ts";
import { startGatewayCluster } from "./gateway-cluster.ts";
import { testKey } from "./test-key.ts";

export { testKey };

/** A whole gateway in this process, on a free port, with its data in a temporary folder. */
export interface TestGateway {
  readonly app: App;
  readonly url: string;
  /** An API key that may use everything. */
  readonly key: string;
  readonly adminToken: string;
  readonly folder: string;
  /** The address of its database, as DATABASE_URL has it. */
  readonly databaseUrl: string;
  /** What was logged, one object a line. */
  readonly log: readonly Record<string, unknown>[];
  /** Closes it and deletes its folder. Throws where it gave an answer that the OpenAPI document does not have. */
  close(): Promise<void>;
}

const testAdminToken = "test-admin-token-0123456789";

/** Starts a gateway whose `pinhole.yaml` holds `settings` (the server's host and port, a key and an admin token are added). */
export async function startTestGateway(
  settings: Record<string, unknown> = {},
  outside: OutsideParts = {},
): Promise<TestGateway> {
  const services = clusterServices();
  if (services !== undefined) return startTestCluster(services, settings);
  const folder = await mkdtemp(join(tmpdir(), "pinhole-test-"));
  const { server, keys, ...rest } = settings as { server?: object; keys?: object[] };
  const document = {
    server: { host: "127.0.0.1", port: 0, ...server },
    keys: keys ?? [{ name: "test", key: testKey }],
    ...rest,
  };
  await writeFile(join(folder, "pinhole.yaml"), stringify(document));
  const log: Record<string, unknown>[] = [];
  const logger = pino(
    { level: "debug" },
    { write: (line: string) => void log.push(JSON.parse(line) as Record<string, unknown>) },
  );
  const config = await loadConfig({
    env: { PINHOLE_ADMIN_TOKEN: testAdminToken },
    flags: {},
    cwd: folder,
    terminal: false,
    now: Date.now(),
  });
  const app = await startApp(config, logger, outside);
  const answers = watchAnswers(app.url);
  return {
    app,
    url: app.url,
    key: testKey,
    adminToken: testAdminToken,
    folder,
    databaseUrl: `sqlite:${join(folder, "data", "pinhole.db")}`,
    log,
    async close() {
      await app.close();
      answers.stop();
      await rm(folder, { recursive: true, force: true });
      expectDocumented(answers.undocumented);
    },
  };
}

/** The same of three processes behind nginx: see `vitest.cluster.config.ts`. */
async function startTestCluster(
  services: ClusterServices,
  settings: Record<string, unknown>,
): Promise<TestGateway> {
  const cluster = await startGatewayCluster(services, {
    keys: [{ name: "test", key: testKey }],
    ...settings,
  });
  const answers = watchAnswers(cluster.url);
  const { url, folder, databaseUrl } = cluster;
  return {
    get app(): App {
      throw new Error("the gateways of a cluster are processes of their own");
    },
    url,
    key: testKey,
    adminToken: testAdminToken,
    folder,
    databaseUrl,
    get log() {
      return cluster.log();
    },
    async close() {
      await cluster.close();
      answers.stop();
      expectDocumented(answers.undocumented);
    },
  };
}

function expectDocumented(undocumented: readonly string[]): void {
  if (undocumented.length > 0)
    throw new Error(`The OpenAPI document lacks: ${[...new Set(undocumented)].join("; ")}`);
}

/** POSTs JSON to a gateway with its key. */
export async function postJson(
  gateway: TestGateway,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(gateway.url + path, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: `Bearer ${gateway.key}`,
      ...headers,
    },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}
