import { lockFolder } from "../../src/store/sqlite/folder-lock.ts";

/** Run by folder-lock.test.ts: takes the lock of a folder, says so, and holds it until it is killed. */
const [folder = "", node = ""] = process.argv.slice(2);
const place = { folder, kind: "data", settings: "--data" } as const;
await lockFolder(place, { node, pid: process.pid, host: "elsewhere", startedAt: 0 });
process.stdout.write("locked\n");
setInterval(() => undefined, 1_000);
