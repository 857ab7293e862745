import { randomBytes } from "node:crypto";
import pg from "pg";
import type { ClusterServices } from "./cluster-services.ts";
import { type GatewayProcess, startGatewayProcess } from "./gateway-process.ts";
import { startNginx } from "./nginx.ts";
import { s3Keys } from "./s3-server.ts";

const nodeCount = 3;

/** Three gateways in processes of their own behind nginx, over one database, one Redis and one bucket. */
export interface GatewayCluster {
  /** The address of nginx. */
  readonly url: string;
  /** The folder of the first of them. */
  readonly folder: string;
  readonly databaseUrl: string;
  /** What all of them have logged, one object a line; what a look finds new comes after what the looks of before have found. */
  log(): Record<string, unknown>[];
  close(): Promise<void>;
}

/** Starts them on a database of their own. `settings`: those of the file, without where anything is kept. */
export async function startGatewayCluster(
  services: ClusterServices,
  settings: Record<string, unknown>,
): Promise<GatewayCluster> {
  const name = `contract_${randomBytes(6).toString("hex")}`;
  const database = new URL(services.postgres);
  database.pathname = `/${name}`;
  await sql(services.postgres, `CREATE DATABASE ${name}`);
  const nodes: GatewayProcess[] = [];
  const stopNodes = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
    await sql(services.postgres, `DROP DATABASE ${name} WITH (FORCE)`);
  };
  try {
    const begun = Array.from({ length: nodeCount }, () =>
      start(services, { name, url: database.href }, settings),
    );
    for (const one of await Promise.allSettled(begun))
      if (one.status === "fulfilled") nodes.push(one.value);
    await Promise.all(begun);
    const upstreams = nodes.map(({ url }) => Number(new URL(url).port));
    const nginx = await startNginx(services.nginx, { upstreams, nextUpstream: "error" });
    return {
      url: nginx.url,
      folder: nodes[0]?.folder ?? "",
      databaseUrl: database.href,
      log: logOf(nodes),
      async close() {
        await nginx.stop();
        await stopNodes();
      },
    };
  } catch (thrown) {
    await stopNodes();
    throw thrown;
  }
}

function start(
  { redis, s3 }: ClusterServices,
  database: { readonly name: string; readonly url: string },
  { images, ...settings }: Record<string, unknown>,
): Promise<GatewayProcess> {
  const bucket = {
    url: `s3://images?endpoint=${s3}`,
    s3: { access_key_id: s3Keys.accessKeyId, secret_access_key: s3Keys.secretAccessKey },
  };
  return startGatewayProcess({
    settings: {
      ...settings,
      database: { url: database.url, pool: 6 },
      redis: { url: `${redis}?prefix=${database.name}&timeout=10000ms` },
      images: { ...(images as object), ...bucket },
    },
    env: { PINHOLE_SECRET: "a-secret-of-all-nodes-0123456789abcdef", LOG_LEVEL: "debug" },
    built: true,
  });
}

function logOf(nodes: readonly GatewayProcess[]): GatewayCluster["log"] {
  const lines: Record<string, unknown>[] = [];
  const found = nodes.map(() => 0);
  return () => {
    for (const [at, node] of nodes.entries()) {
      const all = linesOf(node.output());
      lines.push(...all.slice(found[at]));
      found[at] = all.length;
    }
    return [...lines];
  };
}

/** The lines that are whole: the last one may still be coming. */
function linesOf(output: string): Record<string, unknown>[] {
  return output
    .slice(0, output.lastIndexOf("\n") + 1)
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

async function sql(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
