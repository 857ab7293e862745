import { stat, statfs } from "node:fs/promises";
import { freeBytesMinDefault, freeRatioMinDefault } from "../../blobs/disk/disk-room.ts";
import type { Finding } from "../../core/examination.ts";
import type { ExaminedParts } from "./parts.ts";

/** A commit that takes longer makes every request wait for it. */
const commitMsWanted = 100;
/** A clock that is wrong by more is told; by more than the second, this node gets no work (`database-clock`). */
const clockMsWanted = 30_000;
const clockMsMax = 300_000;
/** Room for pictures is refused at the floor of the image store; below this many times of it there is a warning. */
const roomWanted = 3;

/** The database: does it commit, how fast, and has its server connections for all gateways. */
export async function examineDatabase({
  config,
  store,
  uptime,
}: ExaminedParts): Promise<readonly Finding[]> {
  const began = uptime();
  await store.settings.set("examined", String(began));
  const ms = Math.round(uptime() - began);
  const isSlow = ms > commitMsWanted;
  const kind = config.database.kind === "postgres" ? "Postgres" : "SQLite";
  const slow = isSlow ? " Each request waits for one: look at the disk and the way to it." : "";
  const answers: Finding = {
    name: "database",
    state: isSlow ? "warning" : "ok",
    said: `${kind} commits in ${ms} ms.${slow}`,
  };
  const connections = await store.connections();
  if (connections === undefined) return [answers];
  const { most, used, nodes, poolOfNode } = connections;
  const wanted = nodes * poolOfNode;
  const sum = `${nodes} ${nodes === 1 ? "gateway" : "gateways"} × ${poolOfNode} connections are ${wanted}; the server allows ${most} and has ${used} now.`;
  // One gateway more is there while another is replaced.
  const isTight = wanted + poolOfNode > most;
  const remedy =
    " Raise max_connections, lower database.pool, or put a pooler such as PgBouncer between.";
  const state = wanted > most ? "fault" : isTight ? "warning" : "ok";
  return [
    answers,
    { name: "database connections", state, said: state === "ok" ? sum : sum + remedy },
  ];
}

/** The disks of the data folder and, where it is another, of the images. */
export async function examineDisks({ config }: ExaminedParts): Promise<readonly Finding[]> {
  const { dataFolder, images } = config;
  const onOneDisk =
    images.kind !== "file" || (await deviceOf(images.folder)) === (await deviceOf(dataFolder));
  return Promise.all((onOneDisk ? [dataFolder] : [dataFolder, images.folder]).map(examineDisk));
}

async function deviceOf(folder: string): Promise<number> {
  return (await stat(folder)).dev;
}

async function examineDisk(folder: string): Promise<Finding> {
  const { bavail, blocks, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const floor = Math.max(freeBytesMinDefault, blocks * bsize * freeRatioMinDefault);
  const state = free < floor ? "fault" : free < floor * roomWanted ? "warning" : "ok";
  const said = `${inGigabytes(free)} are free for ${folder}.`;
  const remedy = ` Below ${inGigabytes(floor)} no picture is bought that would have to be kept: make room, or set images.quota.`;
  return { name: "disk", state, said: state === "ok" ? said : said + remedy };
}

const inGigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

/** The machine's clock beside the database's. */
export async function examineClock({ clock, store }: ExaminedParts): Promise<readonly Finding[]> {
  if ((await store.serverTime()) === undefined)
    return [{ name: "clock", state: "ok", said: "The database goes by this machine's clock." }];
  const wrongMs = Math.abs(clock.wrongMs());
  const state = wrongMs > clockMsMax ? "fault" : wrongMs > clockMsWanted ? "warning" : "ok";
  const said = `The machine's clock and the database's differ by ${(wrongMs / 1000).toFixed(1)} s.`;
  return [
    { name: "clock", state, said: state === "ok" ? said : `${said} Set the machine's clock.` },
  ];
}

/** The secret, as the start found it. */
export function examineSecret({ secretConcern }: ExaminedParts): Promise<readonly Finding[]> {
  return Promise.resolve([
    secretConcern === undefined
      ? { name: "secret", state: "ok", said: "It is the one that this database was made with." }
      : { name: "secret", state: "warning", said: `${secretConcern}.` },
  ]);
}
