// Makes the pictures of the README: docs/images/mask.png, then fox.png and fox-edited.png by running the
// README's own commands against a fresh gateway and its sandbox. Usage: node scripts/readme-images.mjs
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { runReadme } from "./first-run.mjs";
import { root, startGateway } from "./gateway-process.mjs";

const side = 1024;
const shownSide = 384;
const images = join(root, "docs", "images");

/** Opaque, with a hole around the sun: what is transparent may change. */
async function makeMask() {
  const hole = Buffer.from(
    `<svg width="${side}" height="${side}"><circle cx="283" cy="280" r="190" fill="#fff"/></svg>`,
  );
  await sharp({ create: { width: side, height: side, channels: 4, background: "#000" } })
    .composite([{ input: hole, blend: "dest-out" }])
    .png({ compressionLevel: 9, palette: false })
    .toFile(join(images, "mask.png"));
}

mkdirSync(images, { recursive: true });
await makeMask();
const folder = mkdtempSync(join(tmpdir(), "pinhole-readme-"));
const gateway = await startGateway();
try {
  runReadme(folder, gateway);
  for (const name of ["fox", "fox-edited"]) {
    const made = join(folder, `${name}.png`);
    // Smaller in the README: a clone should not carry megabytes of examples.
    await sharp(made).resize(shownSide).png({ palette: true }).toFile(join(folder, "small.png"));
    copyFileSync(join(folder, "small.png"), join(images, `${name}.png`));
  }
} finally {
  await gateway.stop();
  rmSync(folder, { recursive: true, force: true });
}
