import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import {
  answers,
  freePort,
  password,
  servingFolder,
  servingUser,
  type TestPostgres,
} from "./postgres.ts";

/** A pooler in front of a test's Postgres. */
export interface TestPooler {
  /** The address of a database through it. */
  url(database: string): string;
  remove(): Promise<void>;
}

/** Debian's PgBouncer; undefined where there is none. */
export function poolerProgram(): string | undefined {
  return ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"].find((path) => existsSync(path));
}

/**
 * Starts PgBouncer in transaction mode: each transaction may get another connection to the server, of which there are
 * fewer than clients.
 */
export async function startPooler(program: string, postgres: TestPostgres): Promise<TestPooler> {
  const folder = servingFolder("pinhole-pooler-");
  const port = await freePort();
  writeFileSync(join(folder, "users"), `"pinhole" "${password}"\n`, { mode: 0o644 });
  const settings = [
    "[databases]",
    `* = host=127.0.0.1 port=${postgres.port}`,
    "[pgbouncer]",
    `listen_addr = 127.0.0.1`,
    `listen_port = ${port}`,
    "unix_socket_dir =",
    "pool_mode = transaction",
    "auth_type = scram-sha-256",
    `auth_file = ${join(folder, "users")}`,
    "default_pool_size = 3",
    "max_client_conn = 200",
  ];
  writeFileSync(join(folder, "settings.ini"), `${settings.join("\n")}\n`, { mode: 0o644 });
  const pooler: ChildProcess = spawn(program, [join(folder, "settings.ini")], {
    ...servingUser(),
    cwd: folder,
    stdio: "ignore",
  });
  const kill = (): void => void pooler.kill("SIGKILL");
  process.on("exit", kill);
  const url = (database: string): string =>
    postgres.url(database).replace(`:${postgres.port}/`, `:${port}/`);
  const self: TestPooler = {
    url,
    async remove() {
      process.off("exit", kill);
      if (pooler.exitCode === null && pooler.signalCode === null) {
        const exit = once(pooler, "exit");
        kill();
        await exit;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    await answers(() => connectOnce(url("postgres")), pooler);
    return self;
  } catch (thrown) {
    await self.remove();
    throw thrown;
  }
}

async function connectOnce(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  client.on("error", () => undefined);
  await client.connect();
  await client.end();
}
