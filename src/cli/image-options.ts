import { type Command, InvalidArgumentError } from "commander";
import type { GatewayClient, ImageFields, MadeImages } from "../api/client.ts";
import type { CommandContext, CommandInput } from "./command.ts";
import {
  brokenPromise,
  type OutputPlan,
  pipeDownload,
  planOutput,
  saveDownload,
} from "./output-files.ts";
import { withProgress } from "./progress.ts";
import { defineRemoteOptions, textOption, UsageError } from "./remote.ts";

/** Adds what generate and edit have in common. */
export function defineImageOptions(command: Command): void {
  command
    .option("-m, --model <name>", "model or alias (default: the gateway's default_model)")
    .option("-n, --count <number>", "how many pictures, 1 to 10", wholeNumber(1, 10))
    .option("-s, --size <size>", "WIDTHxHEIGHT or auto")
    .option("-q, --quality <word>", "for example low, medium, high")
    .option("-f, --format <format>", "png, jpeg or webp (default: by the name of the output file)")
    .option("--compression <percent>", "0 to 100, for jpeg and webp", wholeNumber(0, 100))
    .option("--background <word>", "transparent, opaque or auto")
    .option("--seed <number>", "the same seed makes the same picture", wholeNumber(0, 2 ** 53 - 1))
    .option("--opt <name=value>", "any further field; JSON values are read as JSON", collect, [])
    .option(
      "-o, --output <file>",
      "fox.png, or fox-1.png and so on for several; - is standard output",
    )
    .option("--force", "overwrite files that exist");
  defineRemoteOptions(command);
}

/** For options that may be given several times. */
export function collect(value: string, before: unknown): unknown[] {
  const list: readonly unknown[] = Array.isArray(before) ? before : [];
  return [...list, value];
}

/** Reads an option that is a whole number within bounds. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d{1,16}$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}

/** Makes pictures with `make` and brings them home: the whole of generate and edit but their request. */
export async function makeAndSave(
  input: CommandInput,
  context: CommandContext,
  client: GatewayClient,
  job: {
    readonly prompt: string;
    readonly label: string;
    readonly make: (fields: ImageFields) => Promise<MadeImages>;
  },
): Promise<void> {
  const { options } = input;
  const format = textOption(input, "format");
  const count = typeof options["count"] === "number" ? options["count"] : 1;
  const json = options["json"] === true;
  const plan = planOutput(
    {
      output: textOption(input, "output"),
      count,
      prompt: job.prompt,
      format,
      force: options["force"] === true,
      json,
    },
    context,
  );
  const start = context.now();
  const fields = {
    model: textOption(input, "model"),
    prompt: job.prompt,
    n: count === 1 ? undefined : count,
    size: textOption(input, "size"),
    quality: textOption(input, "quality"),
    output_format: format ?? plan.format,
    output_compression: options["compression"],
    background: textOption(input, "background"),
    seed: options["seed"],
    ...furtherFields(options["opt"]),
  };
  const { made, files } = await withProgress(job.label, context, async () => {
    const images = await job.make(fields);
    return { made: images, files: await fetchAll(images, plan, client, context) };
  });
  for (const warning of made.warnings) {
    const about = warning.param === "" ? "" : `${warning.param}: `;
    context.err(`warning: ${about}${warning.message}\n`);
  }
  for (const { path, content_type } of files) {
    const real = path === null ? undefined : brokenPromise(path, content_type);
    if (real !== undefined) context.err(`warning: ${path} holds ${real}, whatever its name says\n`);
  }
  if (json) {
    context.out(`${JSON.stringify(report(made, files))}\n`);
    return;
  }
  for (const { path } of files) if (path !== null) context.out(`${path}\n`);
  context.err(`${summary(made, files, context.now() - start)}\n`);
}

/** Reads `--opt name=value` pairs as fields. */
export function furtherFields(given: unknown): Record<string, unknown> {
  const pairs: readonly unknown[] = Array.isArray(given) ? given : [];
  return Object.fromEntries(
    pairs.map((pair) => {
      const match = /^([^=]+)=([\s\S]*)$/.exec(String(pair));
      if (match === null) throw new UsageError(`--opt ${String(pair)} must be name=value`);
      const [, name = "", text = ""] = match;
      return [name, jsonOrText(text)];
    }),
  );
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

interface SavedFile {
  /** Null: standard output. */
  readonly path: string | null;
  readonly bytes: number;
  readonly content_type: string;
  readonly revised_prompt?: string;
}

async function fetchAll(
  images: MadeImages,
  plan: OutputPlan,
  client: GatewayClient,
  context: CommandContext,
): Promise<SavedFile[]> {
  const files: SavedFile[] = [];
  for (const [index, image] of images.data.entries()) {
    if (image.url == null) {
      throw new Error("the server answered without addresses of the pictures; is it a Pinhole?");
    }
    const download = await client.download(image.url);
    const name = plan.names[index];
    if (name === undefined && !plan.stdout) {
      throw new Error(`the server made ${images.data.length} pictures, more than asked for`);
    }
    const bytes =
      name === undefined
        ? await pipeDownload(download, context.stdout)
        : await saveDownload(download, context.cwd, name);
    files.push({
      path: name ?? null,
      bytes,
      content_type: download.contentType,
      ...(image.revised_prompt == null ? {} : { revised_prompt: image.revised_prompt }),
    });
  }
  return files;
}

function report(made: MadeImages, files: readonly SavedFile[]): Record<string, unknown> {
  return {
    files,
    model: made.model,
    size: made.size ?? undefined,
    quality: made.quality ?? undefined,
    output_format: made.output_format ?? undefined,
    background: made.background ?? undefined,
    usage: made.usage,
    cost_usd: made.costUsd ?? null,
    request_id: made.requestId ?? null,
    warnings: made.warnings,
  };
}

function summary(made: MadeImages, files: readonly SavedFile[], elapsedMs: number): string {
  const pictures = files.length === 1 ? "1 picture" : `${files.length} pictures`;
  const model = made.model === undefined ? "" : ` by ${made.model}`;
  const cost = made.costUsd === undefined ? "" : `, ${made.costUsd} USD`;
  const request = made.requestId === undefined ? "" : ` (request ${made.requestId})`;
  return `${pictures}${model} in ${(elapsedMs / 1000).toFixed(1)} s${cost}${request}`;
}
