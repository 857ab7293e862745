import { createServer, request as forward, type Server } from "node:http";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { type CountingUpstream, startCountingUpstream } from "./counting-upstream.ts";
import { testKey } from "./gateway.ts";
import { type GatewayProcess, startGatewayProcess } from "./gateway-process.ts";
import { type Nginx, startNginx } from "./nginx.ts";
import { startPooler, type TestPooler } from "./pgbouncer.ts";
import { startPostgres, type TestPostgres } from "./postgres.ts";
import { startRedis, type TestRedis } from "./redis.ts";
import { s3Keys, startS3, type TestS3 } from "./s3-server.ts";

/** The programs of which a cluster is made. */
export interface ClusterPrograms {
  readonly postgres: string;
  readonly pooler: string;
  readonly redis: string;
  readonly s3: string;
  readonly nginx: string;
}

/** A whole house on this machine: three gateways behind nginx, one of them through PgBouncer, one Postgres, one Redis, one S3. */
export interface TestCluster {
  /** The address that clients have. */
  readonly url: string;
  readonly nodes: readonly GatewayProcess[];
  readonly postgres: TestPostgres;
  readonly redis: TestRedis;
  readonly upstream: CountingUpstream;
  /** The S3 server itself, past what refuses. */
  readonly s3: TestS3;
  /** Whether the S3 server answers 503 to all that is asked of it. */
  refuseS3(isRefused: boolean): void;
  /** Starts a node again, on its port and data, after `end` has ended it. */
  restart(index: number, end: (node: GatewayProcess) => void): Promise<void>;
  sql(text: string): Promise<Record<string, unknown>[]>;
  remove(): Promise<void>;
}

/** A key whose budget is worth so many calls of four cents. */
export const tightKey = "tight-key-0123456789-abcdef";
/** What one picture costs. */
export const priceNano = 40_000_000;

const database = "cluster";
const nodeCount = 3;

/** Starts all of it. `tightCalls`: the calls that the budget of the tight key covers. */
export async function startCluster(
  programs: ClusterPrograms,
  tightCalls: number,
): Promise<TestCluster> {
  const undo: (() => Promise<unknown> | void)[] = [];
  const remove = async (): Promise<void> => {
    for (const step of undo.toReversed()) await step();
  };
  try {
    const postgres = await startPostgres(programs.postgres);
    undo.push(() => postgres.remove());
    await postgres.create(database);
    const pooler = await startPooler(programs.pooler, postgres);
    undo.push(() => pooler.remove());
    const redis = await startRedis(programs.redis);
    undo.push(() => redis.remove());
    const s3 = await startS3("weed", programs.s3);
    undo.push(() => s3.stop());
    const door = await startDoor(s3.endpoint);
    undo.push(() => door.close());
    const upstream = await startCountingUpstream();
    undo.push(() => upstream.close());
    const settings = settingsOf(door.endpoint, upstream, redis, tightCalls);
    const nodes: GatewayProcess[] = [];
    undo.push(() => removeNodes(nodes));
    for (let at = 0; at < nodeCount; at += 1)
      nodes.push(await start({ ...settings, database: { url: urlOf(postgres, pooler, at) } }));
    const nginx = await startFront(programs.nginx, nodes);
    undo.push(() => nginx.stop());
    return {
      url: nginx.url,
      nodes,
      postgres,
      redis,
      upstream,
      s3,
      refuseS3: (isRefused) => door.refuse(isRefused),
      async restart(index, end) {
        const old = nodes[index];
        if (old === undefined) throw new Error(`there is no node ${index}`);
        end(old);
        await old.ended;
        const url = urlOf(postgres, pooler, index);
        const server = { port: portOf(old) };
        nodes[index] = await start({ ...settings, database: { url }, server }, old.folder);
      },
      sql: (text) => postgres.sql(database, text),
      remove,
    };
  } catch (thrown) {
    await remove();
    throw thrown;
  }
}

/** The last node's way to the database leads through the pooler. */
function urlOf(postgres: TestPostgres, pooler: TestPooler, index: number): string {
  return index === nodeCount - 1 ? pooler.url(database) : postgres.url(database);
}

function portOf({ url }: GatewayProcess): number {
  return Number(new URL(url).port);
}

function settingsOf(
  endpoint: string,
  upstream: CountingUpstream,
  redis: TestRedis,
  tightCalls: number,
): Record<string, unknown> {
  const tight = { usd: (tightCalls * 4) / 100, period: "total" };
  // Limits that nobody reaches: what is tried is that nothing stops where they are counted.
  const limits = { rpm: 1_000_000, concurrency: 1_000 };
  return {
    redis: { url: redis.url },
    keys: [
      { name: "test", key: testKey, ...limits, budget: { usd: 100_000, period: "total" } },
      { name: "tight", key: tightKey, budget: tight },
    ],
    images: {
      url: `s3://images?endpoint=${endpoint}`,
      s3: { access_key_id: s3Keys.accessKeyId, secret_access_key: s3Keys.secretAccessKey },
    },
    channels: [
      {
        id: "counting",
        limits,
        provider: "openai-compatible",
        settings: { base_url: upstream.url, api_key: "upstream-key" },
        models: [{ name: "m", price: { per_image_usd: 0.04 } }],
      },
    ],
  };
}

/** Starts a node; again where what it needs is away at the moment, as a service manager does. */
async function start(
  { server, ...settings }: Record<string, unknown>,
  folder?: string,
): Promise<GatewayProcess> {
  const env = { PINHOLE_SECRET: "a-secret-of-all-nodes-0123456789abcdef" };
  for (let tries = 1; ; tries += 1)
    try {
      return await startGatewayProcess({
        settings: { ...settings, server: { ...(server as object), shutdown_grace: "300ms" } },
        env,
        built: true,
        ...(folder === undefined ? {} : { folder }),
      });
    } catch (thrown) {
      if (tries === 20 || folder === undefined) throw thrown;
      await new Promise((done) => setTimeout(done, 500));
    }
}

function startFront(program: string, nodes: readonly GatewayProcess[]): Promise<Nginx> {
  return startNginx(program, { upstreams: nodes.map(portOf), nextUpstream: "error" });
}

async function removeNodes(nodes: readonly GatewayProcess[]): Promise<void> {
  for (const node of nodes) {
    node.child.kill("SIGKILL");
    await node.ended;
    await rm(node.folder, { recursive: true, force: true });
  }
}

/** A door to an HTTP server that can be shut: all is answered with 503 then. */
async function startDoor(to: string) {
  let isShut = false;
  const target = new URL(to);
  const server: Server = createServer((request, response) => {
    if (isShut) {
      request.resume();
      response.writeHead(503, { "content-length": 0 }).end();
      return;
    }
    const { method, url, headers } = request;
    const onward = forward({
      host: target.hostname,
      port: target.port,
      method,
      path: url,
      headers,
    });
    onward.on("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    refuse(isRefused: boolean) {
      isShut = isRefused;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
