import { Command } from "commander";
import type { AdminAnswer, AdminClient } from "../../api/admin-client.ts";
import { openApiDocument } from "../../api/openapi.ts";
import type { CommandContext } from "../command.ts";
import { withAdminClient } from "../remote.ts";
import { type OperationFlags, defineFlags, typedValues } from "./flags.ts";
import { type Operation, operationsOf, resourceNames } from "./operations.ts";
import { tableOf } from "./tables.ts";

/** A command that was read from the OpenAPI document, with what it was called with. */
interface Called {
  readonly operation: Operation;
  readonly flags: OperationFlags;
  readonly ids: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** The commands of all resources of the admin API. `done` is told the exit code. */
export function readResources(context: CommandContext, done: (code: number) => void): Command[] {
  const document = openApiDocument();
  return resourceNames(document).map((name) =>
    resourceCommand(name, operationsOf(document, name), { context, done }),
  );
}

interface Surroundings {
  readonly context: CommandContext;
  readonly done: (code: number) => void;
}

/** The command of one resource, a subcommand an operation. */
function resourceCommand(
  resource: string,
  operations: readonly Operation[],
  { context, done }: Surroundings,
): Command {
  const command = new Command(resource).description(`${resource} of a running gateway`);
  for (const operation of operations) {
    const sub = command.command(operation.verb).description(operation.about);
    for (const id of operation.ids) sub.argument(`<${id}>`);
    const flags = defineFlags(sub, operation);
    sub
      .option("--url <url>", "the gateway (default: $PINHOLE_URL, else http://127.0.0.1:8080)")
      .option("--json", "print the answer as one JSON document");
    if (operation.method !== "GET")
      sub.option("--if-match <version>", "change only this version (default: the one that stands)");
    sub.action(async () => {
      const options: Readonly<Record<string, unknown>> = sub.opts();
      const called = { operation, flags, ids: sub.args, options };
      done(
        await withAdminClient({ args: sub.args, options }, context, (client) =>
          run(client, called, context),
        ),
      );
    });
  }
  command.addHelpText(
    "after",
    "\nThe admin token is read from PINHOLE_ADMIN_TOKEN, which other users cannot see.",
  );
  return command;
}

async function run(client: AdminClient, called: Called, context: CommandContext): Promise<void> {
  const { operation, flags, ids, options } = called;
  const withIds = (template: string): string =>
    template.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(ids[operation.ids.indexOf(name)] ?? ""),
    );
  const path = withIds(operation.path);
  const readAt = operation.readAt === undefined ? undefined : withIds(operation.readAt);
  const query = Object.fromEntries(
    Object.entries(typedValues(flags.query, options)).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(",") : String(value),
    ]),
  );
  const body = operation.body === undefined ? undefined : typedValues(flags.body, options);
  const ifMatch = await versionFor(client, called, readAt);
  const answer = await client({ method: operation.method, path, query, body, ifMatch });
  print(answer, options["json"] === true, context);
}

/** The version that a change is made from: the one that was given, or the one that stands. */
async function versionFor(
  client: AdminClient,
  { operation, options }: Called,
  readAt: string | undefined,
): Promise<string | undefined> {
  const given = options["ifMatch"];
  if (typeof given === "string") return /^\d+$/.test(given) ? `"${given}"` : given;
  if (readAt === undefined) return undefined;
  const { GatewayError } = await import("../../api/client.ts");
  try {
    return (await client({ method: "GET", path: readAt })).etag;
  } catch (error) {
    // What is not there yet is made by a PUT.
    if (operation.method === "PUT" && error instanceof GatewayError && error.status === 404)
      return undefined;
    throw error;
  }
}

function print({ text, json }: AdminAnswer, isJson: boolean, context: CommandContext): void {
  if (json === undefined) context.out(text);
  else context.out(isJson ? `${JSON.stringify(json)}\n` : tableOf(json));
}
