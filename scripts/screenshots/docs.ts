import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import sharp from "sharp";
import { type MonthOptions, startMonth } from "../../test/support/month/month.ts";
import { makeBy } from "../../test/support/month/pages.ts";
import { settle } from "./settle.ts";

const images = join(import.meta.dirname, "../../docs/images");
const shownWidth = 1440;

/** Writes what the page shows as a picture of the docs: small, since every clone carries it. */
async function keep(page: Page, name: string): Promise<void> {
  await settle(page);
  const shot = await page.screenshot();
  await sharp(shot)
    .resize({ width: shownWidth, withoutEnlargement: true })
    .png({ palette: true, quality: 80, dither: 0.6, effort: 10, compressionLevel: 9 })
    .toFile(join(images, `${name}.png`));
  console.log(name);
}

/** Makes the pictures of the README and of docs/console.md. */
export async function writeDocsPictures(
  browser: Browser,
  size: Pick<MonthOptions, "requests" | "kept">,
): Promise<void> {
  const month = await startMonth(browser, {
    ...size,
    viewport: { width: 1440, height: 900 },
    deviceScaleFactor: 2,
  });
  const { page } = month;
  try {
    await page.goto("/overview?range=30d");
    await keep(page, "console-overview");
    await page.goto("/gallery");
    await keep(page, "console-gallery");
    await page.goto("/requests?state=failed");
    await page.locator("tr[data-request] a").nth(1).click();
    await keep(page, "console-request");
    await page.goto("/channels");
    await keep(page, "console-channels");
    await page.goto("/make");
    await makeBy(page, "sandbox-fast", "A fox in the snow at dusk");
    await page.getByText("Done, free").first().waitFor({ timeout: 60_000 });
    await keep(page, "console");
  } finally {
    await month.stop();
  }
}
