import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { backupCommand, restoreCommand } from "./backup.ts";
import { channelsCommand } from "./channels.ts";
import { checkCommand } from "./check.ts";
import type { CliCommand, CommandContext } from "./command.ts";
import { editCommand } from "./edit.ts";
import { generateCommand } from "./generate.ts";
import { ledgerCommand } from "./ledger.ts";
import { migrateCommand } from "./migrate.ts";
import { modelsCommand } from "./models.ts";
import { pricesCommand } from "./prices.ts";
import { serveCommand } from "./serve.ts";

/** Every command there is. */
export const commands: readonly CliCommand[] = [
  serveCommand,
  checkCommand,
  channelsCommand,
  modelsCommand,
  pricesCommand,
  generateCommand,
  editCommand,
  migrateCommand,
  ledgerCommand,
  backupCommand,
  restoreCommand,
];

/** Runs what was typed after `pinhole`. Resolves with the exit code: 2 where the call itself is wrong. */
export async function runCli(argv: readonly string[], context: CommandContext): Promise<number> {
  let code = 0;
  const program = new Command("pinhole")
    .description("One images API over every image model.")
    .version(ownVersion(), "-V, --version", "print the version")
    .showHelpAfterError("(pinhole help says what there is)");
  prepare(program, context);
  for (const command of commands) {
    const sub = program.command(command.name).description(command.about);
    prepare(sub, context);
    command.define(sub);
    sub.action(async () => {
      code = await command.run({ args: sub.args, options: sub.opts() }, context);
    });
  }
  try {
    await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  }
}

function prepare(command: Command, context: CommandContext): void {
  command.exitOverride().configureOutput({ writeOut: context.out, writeErr: context.err });
}

/** Of package.json, which lies two folders up in the source tree and in the package alike. */
function ownVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return /"version": "([^"]+)"/.exec(text)?.[1] ?? "unknown";
}
