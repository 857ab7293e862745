// Makes screenshots of the console's pages, at the end of a seeded month, for people to look at: in the light, in
// the dark, on a phone and in Chinese. The fonts are the machine's.
// Usage: npm run screenshots -- FOLDER [beginnings of names, such as overview or phone/requests]
//        npm run screenshots -- --docs     makes the pictures of the README and of docs/console.md anew
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Browser, Page } from "playwright-core";
import { findChromium, openBrowser } from "../../test/support/browser.ts";
import { type MonthOptions, startMonth } from "../../test/support/month/month.ts";
import { writeDocsPictures } from "./docs.ts";
import { type Shown, shownPages } from "../../test/support/month/pages.ts";
import { settle } from "./settle.ts";

const desk = { width: 1440, height: 900 };
const phone = { width: 390, height: 844 };
const size: Pick<MonthOptions, "requests" | "kept"> = { requests: 2600, kept: 180 };

/** The ways in which pages are looked at. */
const looks: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  async light(page) {
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize(desk);
  },
  async dark(page) {
    await page.emulateMedia({ colorScheme: "dark" });
    await page.setViewportSize(desk);
  },
  async phone(page) {
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize(phone);
  },
  async chinese(page) {
    await page.setViewportSize(desk);
    await page.evaluate("localStorage.setItem('pinhole.language', 'zh-CN')");
  },
};

async function shoot(page: Page, { path, act }: Shown, file: string): Promise<void> {
  await page.goto(path);
  await settle(page);
  if (act !== undefined) {
    await act(page);
    await settle(page, 3000);
  }
  await page.screenshot({ path: file });
}

/** Takes the pictures whose names begin with one of the words, of pages or with the look before; without words all. */
async function shootAll(browser: Browser, folder: string, words: readonly string[]): Promise<void> {
  const month = await startMonth(browser, { ...size, viewport: desk });
  try {
    for (const [look, set] of Object.entries(looks)) {
      await month.page.goto("/more");
      await set(month.page);
      await mkdir(join(folder, look), { recursive: true });
      for (const shown of shownPages) {
        const names = [shown.name, `${look}/${shown.name}`];
        const isWanted = words.some((word) => names.some((name) => name.startsWith(word)));
        if (words.length > 0 && !isWanted) continue;
        // What is pressed has its English name.
        if (look === "chinese" && shown.act !== undefined) continue;
        try {
          await shoot(month.page, shown, join(folder, look, `${shown.name}.png`));
          console.log(`${look}/${shown.name}`);
        } catch (error) {
          process.exitCode = 1;
          console.log(`${look}/${shown.name}: ${String(error)}`);
        }
      }
    }
  } finally {
    await month.stop();
  }
  for (const fault of month.faults) console.log(`in a page: ${fault}`);
}

const chromium = findChromium();
if (chromium === undefined) throw new Error("Chromium is needed; PINHOLE_TEST_CHROMIUM names it.");
const browser = await openBrowser(chromium);
const [first = "screenshots", ...words] = process.argv.slice(2);
try {
  if (first === "--docs") await writeDocsPictures(browser, size);
  else await shootAll(browser, resolve(first), words);
} finally {
  await browser.close();
}
