import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import pino from "pino";
import { afterEach, expect, test } from "vitest";
import { type App, startApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";

let folder = "";
let started: App | undefined;
afterEach(async () => {
  await started?.close();
  started = undefined;
  rmSync(folder, { recursive: true, force: true });
});

/** A start in a new folder that holds these paths: a file each, or a folder where it ends in a slash. */
async function start(paths: readonly string[] = []): Promise<App> {
  folder = mkdtempSync(join(tmpdir(), "pinhole-start-"));
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path, "x")), { recursive: true });
    if (path.endsWith("/")) continue;
    rmSync(join(folder, path), { recursive: true });
    writeFileSync(join(folder, path), "");
  }
  return startAgain();
}

async function startAgain(): Promise<App> {
  const env = { PINHOLE_PORT: "0" };
  const read = { env, flags: {}, cwd: folder, terminal: false, now: Date.now() };
  const config = await loadConfig(read);
  started = await startApp(config, pino({ level: "silent" }));
  return started;
}

test.each([
  ["data", "file"],
  ["data/secret/", "folder"],
  ["data/spool", "file"],
  ["data/images", "file"],
  ["data/images/kept", "file"],
])(
  "what lies wrongly at %s is told in a sentence, without the system's own words",
  async (path, kind) => {
    const fault: unknown = await start([path]).catch((thrown: unknown) => thrown);
    expect(fault).toBeInstanceOf(Error);
    const { message } = fault as Error;
    expect(message).toContain(
      `${join(folder, path).replace(/\/$/, "")} cannot be used: a ${kind} lies where a `,
    );
    expect(message).not.toMatch(/E[A-Z]{4,}/);
  },
);

test("a start that failed gives its folders back", async () => {
  await expect(start(["data/spool"])).rejects.toThrow("spool cannot be used");
  rmSync(join(folder, "data/spool"));
  await expect(startAgain()).resolves.toHaveProperty("url");
});
