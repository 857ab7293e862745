import type { Browser } from "playwright-core";
import { afterAll, expect, test, vi } from "vitest";
import { findChromium, openBrowser } from "../support/browser.ts";
import { type Month, startMonth } from "../support/month/month.ts";
import { shownPages } from "../support/month/pages.ts";
import { requireForTest } from "../support/require.ts";
import { takeShot } from "../support/shots.ts";

vi.setConfig({ testTimeout: 240_000 });
const patience = { timeout: 60_000 };

/** The pages that show most of what was written; the suites of the others open those. */
const opened = [
  "overview",
  "requests",
  "channels",
  "channel-faulty",
  "models",
  "budgets",
  "gallery",
];
let browser: Browser | undefined;
let month: Month | undefined;
afterAll(async () => {
  await browser?.close();
  await month?.stop();
});

test("a gateway with a seeded month, of which pictures of pages are made, shows the pages with what was written, and nothing goes wrong in any", async (context) => {
  browser = await openBrowser(requireForTest(context, "Chromium", findChromium()));
  month = await startMonth(browser, { requests: 160, kept: 8, motifs: 2 });
  const { page, faults } = month;
  for (const { name, path } of shownPages.filter((page) => opened.includes(page.name))) {
    await page.goto(path);
    await page.getByRole("heading", { level: 1 }).waitFor(patience);
    await expect.poll(() => page.locator("main .animate-breathe").count()).toBe(0);
    await takeShot(page, `month-${name}`);
    expect({ name, faults }).toEqual({ name, faults: [] });
  }
  await page.goto("/channels");
  await page.getByText("1 faulty").waitFor(patience);
  await page.goto("/budgets");
  await page.getByText("Mira Lindqvist").first().waitFor(patience);
  await page.goto("/gallery");
  await page.locator("[data-picture] img").first().waitFor(patience);
  await page.goto("/requests");
  // What was made in the last days can be seen.
  await page.locator("tr[data-request] img").nth(4).waitFor(patience);
});
