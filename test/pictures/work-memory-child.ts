import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import type { OutputFormat, Picture, PictureSpool } from "../../src/core/picture.ts";
import { createConverter } from "../../src/pictures/convert.ts";
import { upstreamImageLimits } from "../../src/pictures/limits.ts";
import { createSpools } from "../../src/pictures/spool.ts";

/** Works on all files at once, each for an owner of its own, and says how much memory the process ever had. Arguments: a directory, then `file:format` (empty: turned upright). */
const [directory = "", ...wanted] = process.argv.slice(2);
const spools = createSpools({ directory, memoryBytesMax: 1_000_000, randomName: randomUUID });
const converter = createConverter({ directory, randomName: randomUUID });

async function read(path: string, spool: PictureSpool): Promise<Picture> {
  const writer = spool.begin({ ...upstreamImageLimits, blame: "caller" });
  for await (const chunk of createReadStream(path)) writer.write(chunk as Buffer);
  return writer.end();
}

async function work(argument: string, owner: string): Promise<string> {
  const [path = "", format = ""] = argument.split(":");
  const spool = spools.open(owner);
  const picture = await read(path, spool);
  // The formats are those of the test beside.
  const made =
    format === ""
      ? await converter.normalise(picture, spool)
      : await converter.convert(picture, { format: format as OutputFormat }, spool);
  const { width, height, format: madeFormat } = made;
  spool.dispose();
  return `${madeFormat} ${width}x${height}`;
}

const results = await Promise.allSettled(
  wanted.map((argument, index) => work(argument, String(index))),
);
const told = results.map((result) =>
  result.status === "fulfilled" ? result.value : String((result.reason as { code: unknown }).code),
);
process.stdout.write(JSON.stringify({ told, megabytes: process.resourceUsage().maxRSS / 1024 }));
