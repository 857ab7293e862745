import type { Page } from "playwright-core";

/** Waits until nothing is loaded any more and pictures have faded in. */
export async function settle(page: Page): Promise<void> {
  // The menu's counts are asked for again and again: quiet may never come.
  await page.waitForLoadState("networkidle", { timeout: 3000 }).catch(() => undefined);
  await page.waitForTimeout(500);
}
