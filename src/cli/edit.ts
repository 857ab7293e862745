import { openAsBlob } from "node:fs";
import { basename, resolve } from "node:path";
import type { NamedFile } from "../api/client.ts";
import type { CliCommand } from "./command.ts";
import { collect, defineImageOptions, makeAndSave } from "./image-options.ts";
import { textOption, withClient } from "./remote.ts";

/** `pinhole edit in.png "a red moon" --mask m.png -o out.png`: edits pictures on a running gateway. */
export const editCommand: CliCommand = {
  name: "edit",
  about: "edit a picture on a running gateway",
  define(command) {
    command
      .argument("<image>", "the picture to edit")
      .argument("<prompt>", "what to change")
      .option("--mask <file>", "PNG of the same size; what is transparent in it may change")
      .option("--image <file>", "a further input picture; may be repeated", collect, []);
    defineImageOptions(command);
  },
  run(input, context) {
    const [image = "", prompt = ""] = input.args;
    const more: readonly unknown[] = Array.isArray(input.options["image"])
      ? input.options["image"]
      : [];
    const maskPath = textOption(input, "mask");
    return withClient(input, context, async (client) => {
      const open = (path: string): Promise<NamedFile> => openFile(context.cwd, path);
      const images = await Promise.all([image, ...more.map(String)].map(open));
      const mask = maskPath === undefined ? undefined : await open(maskPath);
      await makeAndSave(input, context, client, {
        prompt,
        label: "editing",
        make: (fields) => client.edit({ fields, images, mask }),
      });
    });
  },
};

/** The file as something that is read while it is sent. */
async function openFile(cwd: string, path: string): Promise<NamedFile> {
  try {
    return { name: basename(path), blob: await openAsBlob(resolve(cwd, path)) };
  } catch (error) {
    throw new Error(`cannot read ${path}; is there such a file?`, { cause: error });
  }
}
