import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import pg from "pg";

/** The name and password of the user that owns the databases of a test. */
const user = "pinhole";
export const password = "pin hole%";

/** A Postgres of a test's own, on a free port of this machine. */
export interface TestPostgres {
  readonly port: number;
  /** The address of a database on it. */
  url(database: string): string;
  /** Makes a database and returns its address. `options`: more words of CREATE DATABASE. */
  create(database: string, options?: string): Promise<string>;
  /** Runs SQL on a database, as its owner. */
  sql(database: string, text: string): Promise<Record<string, unknown>[]>;
  /** Ends the server: `immediate` as a crash would, `fast` as an operator does. */
  stop(how?: "fast" | "immediate"): Promise<void>;
  /** Starts it again after a stop. */
  start(): Promise<void>;
  /** Ends it and removes its files. */
  remove(): Promise<void>;
}

/** The folder of Debian's Postgres programs, the newest version; undefined where there is none. */
export function postgresPrograms(): string | undefined {
  const root = "/usr/lib/postgresql";
  if (!existsSync(root)) return undefined;
  return readdirSync(root)
    .toSorted((a, b) => Number(b) - Number(a))
    .map((version) => join(root, version, "bin"))
    .find((folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres")));
}

/** A port that nothing listened on just now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** The user that servers run as which refuse root; undefined where the test is not root. */
export function servingUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (flag: string): number =>
    Number(spawnSync("id", [flag, "nobody"], { encoding: "utf8" }).stdout.trim());
  return { uid: idOf("-u"), gid: idOf("-g") };
}

/** A folder that the serving user owns. */
export function servingFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), name));
  const owner = servingUser();
  if (owner !== undefined) chownSync(folder, owner.uid, owner.gid);
  chmodSync(folder, 0o700);
  return folder;
}

/** Makes a new cluster and starts it. The caller removes it. `fsync`: commits wait for the disk, as figures need it and tests do not; `connections`: at most. */
export async function startPostgres(
  programs: string,
  {
    fsync = false,
    connections = 60,
  }: { readonly fsync?: boolean; readonly connections?: number } = {},
): Promise<TestPostgres> {
  const folder = servingFolder("pinhole-pg-");
  makeCluster(programs, folder);
  const server = new Server(programs, folder, await freePort(), { fsync, connections });
  try {
    await server.start();
    return server;
  } catch (thrown) {
    await server.remove();
    throw thrown;
  }
}

function makeCluster(programs: string, folder: string): void {
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, password, { mode: 0o644 });
  const words = ["-A", "scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"];
  const made = spawnSync(
    join(programs, "initdb"),
    ["-D", join(folder, "data"), "-U", user, `--pwfile=${passwordFile}`, ...words],
    { ...servingUser(), cwd: folder, encoding: "utf8" },
  );
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
}

class Server implements TestPostgres {
  readonly port: number;
  readonly #programs: string;
  readonly #folder: string;
  readonly #settings: readonly string[];
  #process: ChildProcess | undefined;
  /** A test that ends early leaves no server behind. */
  readonly #kill = (): void => void this.#process?.kill("SIGQUIT");

  constructor(
    programs: string,
    folder: string,
    port: number,
    { fsync, connections }: { readonly fsync: boolean; readonly connections: number },
  ) {
    // What is written survives the server, though not the machine: enough for a test.
    const settings = [`fsync=${fsync ? "on" : "off"}`, `max_connections=${connections}`];
    this.#settings = settings.flatMap((setting) => ["-c", setting]);
    this.#programs = programs;
    this.#folder = folder;
    this.port = port;
    process.on("exit", this.#kill);
  }

  url(database: string): string {
    return `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${this.port}/${database}`;
  }

  async create(database: string, options = ""): Promise<string> {
    await this.sql("postgres", `CREATE DATABASE ${database} ${options}`);
    return this.url(database);
  }

  async sql(database: string, text: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: this.url(database) });
    client.on("error", () => undefined);
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text)).rows;
    } finally {
      await client.end();
    }
  }

  async start(): Promise<void> {
    const places = ["-D", join(this.#folder, "data"), "-k", this.#folder];
    this.#process = spawn(
      join(this.#programs, "postgres"),
      [...places, "-p", String(this.port), "-h", "127.0.0.1", ...this.#settings],
      { ...servingUser(), cwd: this.#folder, stdio: "ignore" },
    );
    await answers(() => this.sql("postgres", "SELECT 1"), this.#process);
  }

  async stop(how: "fast" | "immediate" = "fast"): Promise<void> {
    const server = this.#process;
    if (server === undefined || server.exitCode !== null) return;
    const exit = once(server, "exit");
    server.kill(how === "fast" ? "SIGINT" : "SIGQUIT");
    await exit;
  }

  async remove(): Promise<void> {
    await this.stop("immediate");
    process.off("exit", this.#kill);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Resolves once a server that was just started answers. */
export async function answers(ask: () => Promise<unknown>, server: ChildProcess): Promise<void> {
  for (let tries = 0; ; tries += 1)
    try {
      await ask();
      return;
    } catch (thrown) {
      if (server.exitCode !== null || tries === 300) throw thrown;
      await setTimeout(50);
    }
}
