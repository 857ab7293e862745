import type { Page } from "playwright-core";

/** True when the page waits for nothing: no mark breathes, and what is in the window of its pictures is there. */
const isStill = `(() => {
  const isSeen = (one) => { const { top, bottom } = one.getBoundingClientRect(); return bottom > 0 && top < innerHeight; };
  const pictures = [...document.images].filter(isSeen);
  return document.querySelector(".animate-breathe") === null
    && pictures.every((one) => one.complete && one.naturalWidth > 0);
})()`;

/** Waits until a page is still, for some seconds: what is being made may breathe for longer. */
export async function settle(page: Page, patienceMs = 10_000): Promise<void> {
  // The menu's counts are asked for again and again: quiet may never come.
  await page.waitForLoadState("networkidle", { timeout: 3000 }).catch(() => undefined);
  const until = Date.now() + patienceMs;
  // Asked from here: a wait within the page would need eval, which the policy refuses.
  while (!(await page.evaluate<boolean>(isStill)) && Date.now() < until)
    await page.waitForTimeout(100);
  await page.waitForTimeout(500);
}
