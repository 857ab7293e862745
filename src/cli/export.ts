import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import { stateFiles } from "../config.ts";
import type { CliCommand } from "./command.ts";
import { textOption, withAdminClient } from "./remote.ts";

const answerSchema = z.looseObject({
  state: z.record(z.string(), z.unknown()),
  left_out: z.array(z.object({ resource: z.string(), id: z.string() })),
});

/** `pinhole export`: all that a gateway's database serves, as a file for `pinhole apply`. */
export const exportCommand: CliCommand = {
  name: "export",
  about: "write what a running gateway's database serves as a state file, without secrets",
  define(command) {
    command
      .option("-o, --output <file>", "write to this file (default: standard output)")
      .option("--versions", "name the version of each entry, so that it replaces no other")
      .option("--url <url>", "the gateway (default: $PINHOLE_URL, else http://127.0.0.1:8080)")
      .option("--json", "print the API's answer as one JSON document");
  },
  run: (input, context) =>
    withAdminClient(input, context, async (client) => {
      const query = input.options["versions"] === true ? { versions: "true" } : {};
      const answer = await client({ method: "GET", path: "/admin/v1/export", query });
      const text = input.options["json"] === true ? `${answer.text}\n` : await textOf(answer.json);
      const file = textOption(input, "output");
      if (file === undefined) return context.out(text);
      // Digests of keys are of no use without the secret, and still nobody else's business.
      writeFileSync(resolve(context.cwd, file), text, { mode: 0o600 });
      context.err(`${file} was written\n`);
    }),
};

async function textOf(json: unknown): Promise<string> {
  const { state, left_out: leftOut } = answerSchema.parse(json);
  const { stateText } = await stateFiles();
  return stateText(state, [
    "What a Pinhole's database serves, for `pinhole apply -f`. Keys are digests by its PINHOLE_SECRET.",
    ...leftOut.map(
      ({ resource, id }) =>
        `Left out, since the configuration file has one of this id: ${resource} ${id}`,
    ),
  ]);
}
