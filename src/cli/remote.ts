import type { Command } from "commander";
import { clientEnvironment } from "../config.ts";
import type { AdminClient } from "../api/admin-client.ts";
import type { GatewayClient } from "../api/client.ts";
import type { CommandContext, CommandInput } from "./command.ts";

/** A command that was called wrongly: one sentence for standard error, and exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Adds what every command has that talks to a running gateway. */
export function defineRemoteOptions(command: Command): void {
  command
    .option("--url <url>", "the gateway (default: $PINHOLE_URL, else http://127.0.0.1:8080)")
    .option("--key <key>", "API key (default: $PINHOLE_KEY, which other users cannot see)")
    .option("--json", "print one JSON document for scripts");
}

/** An option's text; undefined where it was not given. */
export function textOption({ options }: CommandInput, name: string): string | undefined {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
}

/** A client of the gateway at an address. */
export async function openClient(url: string, key: string): Promise<GatewayClient> {
  const { createClient } = await import("../api/client.ts");
  return createClient({ url, key, fetch: globalThis.fetch });
}

/** The address of the gateway that the command is for. */
function urlOf(input: CommandInput, context: CommandContext): string {
  const url = textOption(input, "url") ?? clientEnvironment(context.env).url;
  if (/^https?:$/.test(URL.parse(url)?.protocol ?? "")) return url;
  throw new UsageError(`${url} is no http or https URL; correct --url or PINHOLE_URL`);
}

/** Runs the command with a client of the public API; 0, or as `told` says. */
export function withClient(
  input: CommandInput,
  context: CommandContext,
  act: (client: GatewayClient) => Promise<void>,
): Promise<number> {
  return told(input, context, async () => {
    const url = urlOf(input, context);
    const key = textOption(input, "key") ?? clientEnvironment(context.env).key;
    if (key === undefined || !/^[\x21-\x7e]+$/.test(key)) {
      throw new UsageError(
        "an API key is needed: set PINHOLE_KEY or give --key; the gateway prints one when it first starts",
      );
    }
    await act(await openClient(url, key));
  });
}

/** Runs the command with a client of the admin API; 0, or as `told` says. */
export function withAdminClient(
  input: CommandInput,
  context: CommandContext,
  act: (client: AdminClient) => Promise<void>,
): Promise<number> {
  return told(input, context, async () => {
    const url = urlOf(input, context);
    const { adminToken: token } = clientEnvironment(context.env);
    if (token === undefined || !/^[\x21-\x7e]+$/.test(token)) {
      throw new UsageError(
        "the admin token is needed: set PINHOLE_ADMIN_TOKEN; the gateway prints one when it first starts",
      );
    }
    const { createAdminClient } = await import("../api/admin-client.ts");
    await act(createAdminClient({ url, token, fetch: globalThis.fetch }));
  });
}

/**
 * Turns a failure into one on standard error and an exit code: 2 for wrong calls, 1 for everything that the gateway,
 * the network or the disk refused.
 */
async function told(
  input: CommandInput,
  context: CommandContext,
  act: () => Promise<void>,
): Promise<number> {
  const { GatewayError } = await import("../api/client.ts");
  const json = input.options["json"] === true;
  try {
    await act();
    return 0;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const failure =
      error instanceof GatewayError
        ? {
            code: error.code,
            param: error.param,
            status: error.status,
            request_id: error.requestId,
          }
        : {};
    if (json) {
      context.err(`${JSON.stringify({ error: { message: error.message, ...failure } })}\n`);
    } else {
      const facts = [failure.code, failure.request_id && `request ${failure.request_id}`];
      const known = facts.filter((fact) => fact !== undefined && fact !== "");
      const tail = known.length === 0 ? "" : ` (${known.join(", ")})`;
      context.err(`pinhole: ${error.message}${tail}\n`);
    }
    return error instanceof UsageError ? 2 : 1;
  }
}
