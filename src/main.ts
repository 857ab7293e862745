#!/usr/bin/env node
import { enableCompileCache, flushCompileCache } from "node:module";
import type { Config } from "./config.ts";
import type { CommandContext, RunningGateway } from "./cli/command.ts";

// Before anything else is loaded, so that all of it comes from the cache the next time.
enableCompileCache();
const [{ runCli }, { processEnvironment }] = await Promise.all([
  import("./cli/run.ts"),
  import("./config.ts"),
]);

/** By then the first requests have been answered, and what they needed is compiled too. */
const flushAfterMs = 5_000;

/** Composes the gateway with a logger of the configured kind. */
async function start(config: Config): Promise<RunningGateway> {
  const [{ default: pino }, { startApp }] = await Promise.all([import("pino"), import("./app.ts")]);
  const { level, format } = config.logs;
  const destination =
    format === "pretty"
      ? (await import("pino-pretty")).default({ colorize: process.stdout.isTTY })
      : pino.destination({ fd: 1, sync: false });
  const app = await startApp(config, pino({ level, base: null }, destination));
  // By itself Node writes the cache at a clean exit only: after a kill, every start would be the slow one.
  setTimeout(flushCompileCache, flushAfterMs).unref();
  return app;
}

const context: CommandContext = {
  env: processEnvironment(),
  cwd: process.cwd(),
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  stdout: process.stdout,
  outIsTerminal: process.stdout.isTTY,
  errIsTerminal: process.stderr.isTTY,
  now: Date.now,
  start,
  onSignal(names, listener) {
    for (const name of names) process.on(name, listener);
    return () => {
      for (const name of names) process.off(name, listener);
    };
  },
  exit: (code) => process.exit(code),
};

// A reader that has seen enough (`pinhole models | head`) closes the pipe: that is no fault.
process.stdout.on("error", (error: Error & { code?: string }) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

process.exitCode = await runCli(process.argv.slice(2), context);
