import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import sharp, { type Sharp } from "sharp";
import { expect, test } from "vitest";
import { workBytes, workBytesMax } from "../../src/pictures/work-bytes.ts";
import { scratchDirectory } from "./samples.ts";

const run = promisify(execFile);
const child = fileURLToPath(new URL("work-memory-child.ts", import.meta.url));

/** One colour, so that files are small and quickly made. */
function plain(width: number, height: number, channels: 3 | 4 = 3): Sharp {
  const background = { r: 10, g: 200, b: 30, alpha: 0.5 };
  return sharp({ create: { width, height, channels, background }, limitInputPixels: false });
}

const sideways = { orientation: 6 };

test("the heaviest pictures that are worked on, all at once, leave room for the rest of a process of 512 MB", async () => {
  const directory = scratchDirectory();
  const make = async (name: string, image: Sharp): Promise<string> => {
    const path = join(directory, name);
    await image.toFile(path);
    return path;
  };
  const turned = await make(
    "50-megapixels.png",
    plain(8_000, 6_250, 4).png({ compressionLevel: 1 }).withMetadata(sideways),
  );
  const files: [string, string][] = [
    [`${turned}:`, "png 6250x8000"],
    [`${turned}:`, "png 6250x8000"],
    [
      `${await make("progressive.jpeg", plain(5_300, 4_200).jpeg({ progressive: true, chromaSubsampling: "4:4:4" }).withMetadata(sideways))}:`,
      "jpeg 4200x5300",
    ],
    // As WebP it would need more than there is.
    [
      `${await make("turned.webp", plain(4_050, 4_050).webp({ effort: 0 }).withMetadata(sideways))}:`,
      "png 4050x4050",
    ],
    [
      `${await make("deep.png", plain(3_600, 3_450, 4).toColourspace("rgb16").png({ progressive: true, compressionLevel: 1 }).withMetadata(sideways))}:`,
      "png 3450x3600",
    ],
    [
      `${await make("upright.png", plain(3_780, 3_780, 4).png({ compressionLevel: 1 }))}:webp`,
      "webp 3780x3780",
    ],
    [`${turned}:webp`, "image_too_large"],
  ];
  const { stdout } = await run(process.execPath, [
    child,
    directory,
    ...files.map(([file]) => file),
  ]);
  const { told, megabytes } = JSON.parse(stdout) as { told: string[]; megabytes: number };
  expect(told).toEqual(files.map(([, made]) => made));
  // A process that does nothing else begins at 65 MB; the gateway under load has 110 more.
  expect(megabytes).toBeLessThan(400);
}, 300_000);

test("what is not known of a picture counts as the worst", () => {
  const facts = { format: "png", width: 4_000, height: 4_000, alpha: true, frames: 1 } as const;
  const upright = { ...facts, orientation: 1 };
  const known = { ...upright, decoding: { held: 0, pixel: 4 } };
  expect(workBytes({ picture: known, format: "png" })).toBeLessThan(workBytesMax / 4);
  expect(workBytes({ picture: upright, format: "png" })).toBeGreaterThan(128_000_000);
  expect(workBytes({ picture: { ...upright, orientation: 3 }, format: "png" })).toBeGreaterThan(
    256_000_000,
  );
});
