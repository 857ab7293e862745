import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import sharp from "sharp";

/** The least share of pixels that differ from the ground on a page that shows something, in ten thousand. */
const drawnMin = 20;

/**
 * Takes a picture of the page, for people to look at: PINHOLE_TEST_SHOTS names the folder that keeps it. Throws
 * where the page shows nothing, or is wider than the window.
 */
export async function takeShot(page: Page, name: string, isWhole = false): Promise<void> {
  const folder = process.env["PINHOLE_TEST_SHOTS"];
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  const shot = await page.screenshot({
    animations: "disabled",
    fullPage: isWhole,
    ...(folder === undefined ? {} : { path: join(folder, `${name}.png`) }),
  });
  const { data, info } = await sharp(shot).greyscale().raw().toBuffer({ resolveWithObject: true });
  const ground = data[0];
  let drawn = 0;
  for (const value of data) if (value !== ground) drawn += 1;
  const share = (drawn * 10_000) / (info.width * info.height);
  if (share < drawnMin) throw new Error(`${name} shows nothing: ${String(share)} of 10,000 pixels`);
  const over = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
  if (over > 0) throw new Error(`${name} is too wide by ${over}`);
}
