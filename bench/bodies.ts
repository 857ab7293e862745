import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";

/** What the upstreams answer with, made before anything is measured. */
export interface Bodies {
  /** nginx serves this folder: `small.json`, `big.json`, `big.png`, `url.json` is written per port. */
  readonly folder: string;
  readonly bigPicture: string;
  readonly uploadPicture: string;
  /** Pictures of about 3 MB, whose base64 is 4 MB. */
  readonly variants: readonly string[];
  readonly variantDigests: readonly string[];
}

function chunk(type: string, data: Buffer): Buffer {
  const out = Buffer.alloc(12 + data.length);
  out.writeUInt32BE(data.length, 0);
  out.write(type, 4, "latin1");
  data.copy(out, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length);
  return out;
}

/** A real PNG of noise, of about so many bytes: every decoder reads it. */
export function noisePng(bytes: number, seed: number): Buffer {
  const width = 512;
  const rowBytes = 1 + width * 3;
  const height = Math.max(1, Math.round(bytes / rowBytes));
  const rows = Buffer.allocUnsafe(rowBytes * height);
  let state = seed * 2_654_435_761 + 1;
  for (let at = 0; at < rows.length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    rows[at] = at % rowBytes === 0 ? 0 : state >>> 24;
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows, { level: 0 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** A picture of the size that is asked for, all black, in about 220 bytes: one that differs would be warned about in each answer. */
function smallPng(): Buffer {
  const [width, height] = [1024, 1024];
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // One bit a pixel.
  header.set([1, 0, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.alloc(height * (1 + width / 8)), { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** An upstream's answer as OpenAI writes it. */
export function answerJson(entry: Readonly<Record<string, string>>): string {
  return JSON.stringify({
    created: 1_795_348_800,
    background: "opaque",
    data: [entry],
    output_format: "png",
    quality: "low",
    size: "1024x1024",
    usage: {
      input_tokens: 12,
      input_tokens_details: { image_tokens: 0, text_tokens: 12 },
      output_tokens: 272,
      total_tokens: 284,
    },
  });
}

const variantCount = 4;

/** Writes everything into `<folder>/bodies`. */
export function makeBodies(root: string): Bodies {
  const folder = join(root, "bodies");
  mkdirSync(folder, { recursive: true });
  const write = (name: string, content: Buffer | string): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const big = noisePng(1_572_864, 1);
  write("small.json", answerJson({ b64_json: smallPng().toString("base64") }));
  write("big.json", answerJson({ b64_json: big.toString("base64") }));
  const variants = Array.from({ length: variantCount }, (_, index) =>
    noisePng(3_145_728, index + 2),
  );
  return {
    folder,
    bigPicture: write("big.png", big),
    uploadPicture: write("upload.png", noisePng(20_000_000, 99)),
    variants: variants.map((bytes, index) => write(`variant-${index}.png`, bytes)),
    variantDigests: variants.map((bytes) => createHash("sha256").update(bytes).digest("hex")),
  };
}
