import type { CliCommand } from "./command.ts";
import { defineImageOptions, makeAndSave } from "./image-options.ts";
import { withClient } from "./remote.ts";

/** `pinhole generate "a fox" -o fox.png`: makes pictures on a running gateway. */
export const generateCommand: CliCommand = {
  name: "generate",
  about: "make pictures on a running gateway",
  define(command) {
    command.argument("<prompt>", "what to see");
    defineImageOptions(command);
  },
  run(input, context) {
    const [prompt = ""] = input.args;
    return withClient(input, context, (client) =>
      makeAndSave(input, context, client, {
        prompt,
        label: "generating",
        make: (fields) => client.generate(fields),
      }),
    );
  },
};
