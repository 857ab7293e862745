import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { applyCommand } from "./apply.ts";
import { backupCommand, restoreCommand } from "./backup.ts";
import { channelsCommand } from "./channels.ts";
import { checkCommand } from "./check.ts";
import type { CliCommand, CommandContext } from "./command.ts";
import { doctorCommand } from "./doctor.ts";
import { editCommand } from "./edit.ts";
import { exportCommand } from "./export.ts";
import { generateCommand } from "./generate.ts";
import { ledgerCommand } from "./ledger.ts";
import { migrateCommand } from "./migrate.ts";
import { modelsCommand } from "./models.ts";
import { pricesCommand } from "./prices.ts";
import { secretCommand } from "./secret.ts";
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
  applyCommand,
  exportCommand,
  migrateCommand,
  ledgerCommand,
  secretCommand,
  doctorCommand,
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
  const own = commands.find(({ name }) => name === argv[0]);
  // Commands of its own need no document of the API, and the gateway itself starts with one.
  const isOwn = own !== undefined && (own.words?.includes(argv[1] ?? "") ?? true);
  const ofResources = isOwn
    ? []
    : await resourceCommands(argv, context, (result) => (code = result));
  const replaced = new Set(ofResources.map((command) => command.name()));
  for (const command of commands) {
    if (replaced.has(command.name)) continue;
    const sub = program.command(command.name).description(command.about);
    prepare(sub, context);
    command.define(sub);
    sub.action(async () => {
      code = await command.run({ args: sub.args, options: sub.opts() }, context);
    });
  }
  for (const command of ofResources) program.addCommand(command);
  try {
    await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  }
}

/** The commands of the admin API's resources; of a resource with the name of a command of its own, where that has no such word. */
async function resourceCommands(
  [name, verb = ""]: readonly string[],
  context: CommandContext,
  done: (code: number) => void,
): Promise<Command[]> {
  const { readResources } = await import("./resources/resource-commands.ts");
  const found = readResources(context, done);
  // Without a word, all of a resource's are told.
  const isHelp = ["", "help", "--help", "-h"].includes(verb);
  const isMeant = (command: Command): boolean =>
    command.name() === name &&
    (isHelp ? wordsOf(name) !== undefined : command.commands.some((sub) => sub.name() === verb));
  const isTaken = (command: Command): boolean =>
    commands.some((own) => own.name === command.name());
  const shown = found.filter((command) => isMeant(command) || !isTaken(command));
  for (const command of shown) {
    const own = isHelp ? commands.find((one) => one.name === command.name()) : undefined;
    if (own?.words === undefined) continue;
    const typed = own.words.map((word) => `\`pinhole ${own.name} ${word}\``).join(", ");
    command.addHelpText("after", `\nBesides ${typed}: ${own.about}.\n`);
  }
  for (const command of shown.flatMap((one) => [one, ...one.commands])) prepare(command, context);
  return shown;
}

/** The words of a command of its own; undefined: there is none, or it takes any. */
function wordsOf(name: string | undefined): readonly string[] | undefined {
  return commands.find((own) => own.name === name)?.words;
}

function prepare(command: Command, context: CommandContext): void {
  command.exitOverride().configureOutput({ writeOut: context.out, writeErr: context.err });
}

/** Of package.json, which lies two folders up in the source tree and in the package alike. */
function ownVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return /"version": "([^"]+)"/.exec(text)?.[1] ?? "unknown";
}
