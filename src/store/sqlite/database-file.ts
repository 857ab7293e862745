import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { openFault } from "./faults.ts";
import type { Connection } from "./connection.ts";

/** Copies made before migrations that are kept. */
const backupsMax = 2;
/** Prompts and key digests are nobody else's business. SQLite gives its side files the same mode. */
const fileMode = 0o600;

/** Linux's numbers of file systems on which SQLite's locks cannot be relied on (statfs(2)). */
const networkFileSystems: Readonly<Record<number, string>> = {
  0x6969: "NFS",
  0x517b: "SMB",
  0xfe534d42: "SMB",
  0xff534d42: "CIFS",
};

/** The name of a network file system by its statfs type; undefined for local ones and on other systems than Linux. */
export function networkFileSystem(type: number, platform: string): string | undefined {
  return platform === "linux" ? networkFileSystems[type >>> 0] : undefined;
}

/** Makes sure that the file is there, writable and on a local disk; creates it readable by its owner only. Throws system errors and `PinholeError`. */
export function prepareFile(file: string): void {
  const folder = dirname(file);
  const network = networkFileSystem(statfsSync(folder).type, process.platform);
  if (network !== undefined)
    throw openFault(
      `The database ${file} is on a network disk (${network}), where SQLite loses data; put the data folder on a local disk.`,
    );
  // Where it exists this only proves that it can be written: SQLite itself would fall back to reading.
  closeSync(openSync(file, "a", fileMode));
}

function backupPrefix(file: string): string {
  return `${basename(file)}.backup-`;
}

/**
 * Copies the database beside itself, as `<file>.backup-<UTC time>-before-<migration>`, and forgets all
 * but the newest copies. Returns the copy's path. The copy has its name only once it is whole.
 */
export function backUp(connection: Connection, file: string, before: string, now: number): string {
  const stamp = new Date(now).toISOString().replaceAll(/[-:.]/g, "");
  const copy = join(dirname(file), `${backupPrefix(file)}${stamp}-before-${before}`);
  const partial = `${copy}.partial`;
  rmSync(partial, { force: true });
  closeSync(openSync(partial, "wx", fileMode));
  connection.run({ sql: "VACUUM INTO ?", parameters: [partial] });
  const written = openSync(partial, "r+");
  fsyncSync(written);
  closeSync(written);
  renameSync(partial, copy);
  for (const old of backups(file).slice(0, -backupsMax)) rmSync(old, { force: true });
  return copy;
}

/** The copies kept beside the file, oldest first. */
export function backups(file: string): string[] {
  const names = readdirSync(dirname(file)).filter(
    (name) => name.startsWith(backupPrefix(file)) && !name.endsWith(".partial"),
  );
  return names.toSorted().map((name) => join(dirname(file), name));
}
