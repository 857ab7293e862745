import { createWriteStream, existsSync, statSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Download } from "../api/client.ts";
import type { CommandContext } from "./command.ts";
import { UsageError } from "./remote.ts";

/** The files that the pictures of one command go to. */
export interface OutputPlan {
  /** As shown: relative where the user wrote it so. Empty where the picture goes to standard output. */
  readonly names: readonly string[];
  readonly stdout: boolean;
  /** The format that the file's name asks for; undefined where it says nothing or png, the default. */
  readonly format: "jpeg" | "webp" | undefined;
}

/**
 * `fox.png` for one picture, `fox-1.png`, `fox-2.png` for several. Throws `UsageError` where a file
 * exists: it is found before anything is paid for. Without `output`, names come from the prompt and the time.
 */
export function planOutput(
  given: {
    readonly output: string | undefined;
    readonly count: number;
    readonly prompt: string;
    readonly format: string | undefined;
    readonly force: boolean;
    readonly json: boolean;
  },
  { cwd, now }: Pick<CommandContext, "cwd" | "now">,
): OutputPlan {
  const { output, count } = given;
  if (output === "-") {
    if (count > 1) throw new UsageError("only one picture fits on standard output; leave out -n");
    if (given.json) throw new UsageError("standard output has room for -o - or --json, not both");
    return { names: [], stdout: true, format: undefined };
  }
  const name = output ?? `${slug(given.prompt)}-${stamp(now())}.${given.format ?? "png"}`;
  const extension = extname(name);
  const stem = name.slice(0, name.length - extension.length);
  if (basename(name) === "" || name.endsWith("/")) {
    throw new UsageError(`${name} is a folder; give -o the name of a file`);
  }
  const names =
    count === 1
      ? [name]
      : Array.from({ length: count }, (_, index) => `${stem}-${index + 1}${extension}`);
  for (const each of names) {
    const path = resolve(cwd, each);
    if (existsSync(path)) {
      if (!given.force || statSync(path).isDirectory()) {
        throw new UsageError(`${each} exists already; choose another name or give --force`);
      }
    } else if (!existsSync(dirname(path))) {
      throw new UsageError(`the folder of ${each} does not exist; make it first`);
    }
  }
  const format = { ".jpg": "jpeg", ".jpeg": "jpeg", ".webp": "webp" } as const;
  const key = extension.toLowerCase();
  return {
    names,
    stdout: false,
    format: key === ".jpg" || key === ".jpeg" || key === ".webp" ? format[key] : undefined,
  };
}

/** Writes a picture as it arrives; the name appears only once it is whole. Resolves with its bytes. */
export async function saveDownload(download: Download, cwd: string, name: string): Promise<number> {
  const path = resolve(cwd, name);
  const part = join(dirname(path), `.${basename(path)}.part`);
  try {
    const file = createWriteStream(part);
    await pipeline(Readable.fromWeb(download.body), file);
    await rename(part, path);
    return file.bytesWritten;
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** Writes a picture to standard output as it arrives. Resolves with its bytes. */
export async function pipeDownload(
  download: Download,
  stdout: NodeJS.WritableStream,
): Promise<number> {
  let bytes = 0;
  const counted = Readable.fromWeb(download.body).map((chunk: Uint8Array) => {
    bytes += chunk.byteLength;
    return chunk;
  });
  await pipeline(counted, stdout, { end: false });
  return bytes;
}

/** The format that a file's name promises and the bytes do not keep; undefined where all is well. */
export function brokenPromise(name: string, contentType: string): string | undefined {
  const format = contentType.replace(/^image\//, "").replace(/[+;].*$/, "");
  const extension = extname(name).slice(1).toLowerCase().replace("jpg", "jpeg");
  const known = ["png", "jpeg", "webp", "gif", "svg"].includes(extension);
  return known && extension !== format ? format : undefined;
}

function slug(prompt: string): string {
  const words = prompt
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "");
  return [...words].slice(0, 40).join("").replace(/-+$/, "") || "image";
}

/** 20270131-120000, UTC. */
function stamp(now: number): string {
  return new Date(now).toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "-");
}
