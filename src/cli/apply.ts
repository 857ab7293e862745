import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import type { AdminClient } from "../api/admin-client.ts";
import { ConfigError, faultLine, stateFiles } from "../config.ts";
import type { CliCommand, CommandContext, CommandInput } from "./command.ts";
import { differenceText, type ToldDifference } from "./difference.ts";
import { textOption, UsageError, withAdminClient } from "./remote.ts";

/** `pinhole apply -f state.yaml`: makes a running gateway serve what a file wants, all of it or nothing. */
export const applyCommand: CliCommand = {
  name: "apply",
  about: "make a running gateway serve what a state file wants, all of it or nothing",
  define(command) {
    command
      .requiredOption(
        "-f, --file <file>",
        "the state, as `pinhole export` writes it; - is standard input",
      )
      .option("--dry-run", "print the difference, and change nothing")
      .option(
        "--prune",
        "end what the file does not have, in the sections that it has: keys are revoked, teams and users disabled, all else deleted",
      )
      .option("--if-match <version>", "only from this version of all that is served")
      .option("--url <url>", "the gateway (default: $PINHOLE_URL, else http://127.0.0.1:8080)")
      .option("--json", "print one JSON document for scripts");
  },
  async run(input, context) {
    let refused = false;
    const code = await withAdminClient(input, context, async (client) => {
      refused = !(await apply(input, context, client));
    });
    return refused ? 1 : code;
  },
};

const faultsSchema = z.object({
  error: z.object({
    faults: z.array(
      z.object({ setting: z.string(), entry: z.string().nullable(), message: z.string() }),
    ),
  }),
});

/** False where the state is at fault, which is told then. */
async function apply(
  input: CommandInput,
  context: CommandContext,
  client: AdminClient,
): Promise<boolean> {
  const name = textOption(input, "file") ?? "";
  const { readStateFile } = await stateFiles();
  let file;
  try {
    file = readStateFile(readText(context, name), name, context.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return tell(
      input,
      context,
      error.faults.map((fault) => ({ ...fault, line: faultLine(fault) })),
    );
  }
  const { options } = input;
  const body = {
    state: file.state,
    variables: file.variables,
    dry_run: options["dryRun"] === true,
    prune: options["prune"] === true,
  };
  const ifMatch = textOption(input, "ifMatch");
  const { GatewayError } = await import("../api/client.ts");
  try {
    const path = "/admin/v1/apply";
    const answer = await client({ method: "POST", path, body, ifMatch });
    if (options["json"] === true) context.out(`${JSON.stringify(answer.json)}\n`);
    // The gateway answers in the form that its own document names.
    else context.out(differenceText(answer.json as ToldDifference, body.dry_run));
    return true;
  } catch (error) {
    const told = error instanceof GatewayError ? faultsSchema.safeParse(error.told) : undefined;
    if (told?.success !== true) throw error;
    const { lineOf } = file;
    const faults = told.data.error.faults.map((fault) => ({ ...fault, at: lineOf(fault.setting) }));
    const sorted = faults.toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0));
    return tell(
      input,
      context,
      sorted.map(({ at, ...fault }) => ({
        ...fault,
        line: `${name}${at === undefined ? "" : `:${at}`}: ${wordsOf(fault)}`,
      })),
    );
  }
}

function readText({ cwd }: CommandContext, name: string): string {
  try {
    return readFileSync(name === "-" ? "/dev/stdin" : resolve(cwd, name), "utf8");
  } catch (cause) {
    const why = cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
    throw new UsageError(`cannot read ${name}${why}; is there such a file?`, { cause });
  }
}

/** A fault's message, with its entry where it does not name it. */
function wordsOf({ entry, message }: { readonly entry: string | null; readonly message: string }) {
  return entry === null || message.includes(`\`${entry}\``) ? message : `\`${entry}\`: ${message}`;
}

function tell(
  { options }: CommandInput,
  { err }: CommandContext,
  faults: readonly { readonly setting: string; readonly message: string; readonly line: string }[],
): false {
  if (options["json"] === true) err(`${JSON.stringify({ error: { faults } })}\n`);
  else {
    for (const { line } of faults) err(`${line}\n`);
    err(`${faults.length === 1 ? "1 fault" : `${faults.length} faults`}; nothing was changed\n`);
  }
  return false;
}
