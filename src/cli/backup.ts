import { resolve } from "node:path";
import type { CliCommand } from "./command.ts";
import { withConfig } from "./local.ts";
import { defineConfigFlags } from "./read-config.ts";

/** `pinhole backup`: database, secret and images into a new folder, while the gateway runs. */
export const backupCommand: CliCommand = {
  name: "backup",
  about:
    "copy the database, the secret and the images into a new folder, also while the gateway runs",
  define(command) {
    defineConfigFlags(command.argument("<folder>", "a folder that is new or empty"));
  },
  run: (input, context) =>
    withConfig(input, context, async (config) => {
      const folder = resolve(context.cwd, input.args[0] ?? "");
      const { backUp } = await import("../app/backup.ts");
      const { images, schema } = await backUp(config, folder, context.now());
      context.out(`${folder}: the database (${schema}) and ${counted(images, "file")} of images\n`);
      if (config.secret !== undefined)
        context.out(
          "The secret comes from PINHOLE_SECRET and is not in the backup: keep it elsewhere.\n",
        );
    }),
};

/** `pinhole restore`: a backup to where the configuration says. */
export const restoreCommand: CliCommand = {
  name: "restore",
  about: "put a backup where no gateway's data are yet",
  define(command) {
    defineConfigFlags(command.argument("<folder>", "what pinhole backup made"));
  },
  run: (input, context) =>
    withConfig(input, context, async (config) => {
      const folder = resolve(context.cwd, input.args[0] ?? "");
      const { restore } = await import("../app/backup.ts");
      const { images, made_at: madeAt } = await restore(config, folder, "restore", context.now);
      context.out(
        `restored what was backed up at ${madeAt}: the database and ${counted(images, "file")} of images\n`,
      );
    }),
};

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
