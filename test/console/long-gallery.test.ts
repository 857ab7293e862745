import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { findChromium, openBrowser } from "../support/browser.ts";
import { enterConsole } from "../support/console.ts";
import { fillGallery, plainPictures } from "../support/gallery-seed.ts";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.ts";
import { requireForTest } from "../support/require.ts";

/** Chromium and a gateway share two slow cores in CI. */
vi.setConfig({ testTimeout: 300_000 });
const patience = { timeout: 60_000 };

const count = 1000;
/** Pictures that are in the page at once, at most: a window of them, and those ahead of it. */
const tilesMax = 150;

let browser: Browser | undefined;
let gateway: GatewayProcess;
beforeAll(async () => {
  gateway = await startGatewayProcess({ built: true });
});
afterAll(async () => {
  await gateway.stop();
  await browser?.close();
});

/** Puts pictures into the gallery of the person who came in, with the gateway off meanwhile. */
async function fill(): Promise<void> {
  const people = await fetch(`${gateway.url}/admin/v1/people`, {
    headers: { authorization: "Bearer test-admin-token-0123456789" },
  });
  const { data } = (await people.json()) as { data: { id: string; login: string }[] };
  const person = data.find(({ login }) => login.startsWith("key_holder"));
  const { folder, url } = gateway;
  await gateway.stop(true);
  await fillGallery(folder, person?.id ?? "", await plainPictures(), count, Date.now());
  const server = { port: Number(new URL(url).port) };
  gateway = await startGatewayProcess({ built: true, folder, settings: { server } });
}

const number = (page: Page, expression: string): Promise<number> =>
  page.evaluate<number>(expression);

test("of a thousand pictures only those near the window are in the page, each page of the list is asked for once, and back restores the place", async (context) => {
  browser ??= await openBrowser(requireForTest(context, "Chromium", findChromium()));
  const { page, faults } = await enterConsole(browser, gateway, "key_holder", {
    expected: /409/,
  });
  // A page that is open asks for the gateway while it is off.
  await page.goto("about:blank");
  await fill();
  const asked: string[] = [];
  page.on("request", (request) => {
    const { pathname, searchParams } = new URL(request.url());
    if (pathname === "/console/v1/gallery") asked.push(searchParams.get("before") ?? "");
  });
  await page.goto("/gallery");
  const tiles = page.locator("[data-picture]");
  await tiles.first().waitFor();
  expect(asked).toEqual([""]);
  let most = 0;
  await expect
    .poll(async () => {
      most = Math.max(most, await tiles.count());
      await page.evaluate("scrollTo(0, document.documentElement.scrollHeight)");
      return tiles.getByRole("img", { name: `, ${count - 1}`, exact: false }).count();
    }, patience)
    .toBe(1);
  most = Math.max(most, await tiles.count());
  expect(most).toBeGreaterThan(10);
  expect(most).toBeLessThan(tilesMax);
  // Five pages of two hundred, none of them twice.
  expect([asked.length, new Set(asked).size]).toEqual([5, 5]);
  const height = await number(page, "document.documentElement.scrollHeight");
  await page.evaluate(`scrollTo(0, ${Math.round(height / 2)})`);
  // The heading of the day stays at the window's upper edge.
  const edges =
    "[...document.querySelectorAll('h2')].map((one) => one.parentElement.getBoundingClientRect().top)";
  await expect.poll(() => page.evaluate<number[]>(edges), patience).toContain(0);
  const place = await number(page, "scrollY");
  const middle = await page.evaluate<string>(
    "[...document.querySelectorAll('[data-picture]')].find((one) => one.getBoundingClientRect().top > 100 && one.getBoundingClientRect().bottom < innerHeight - 100).dataset.picture",
  );
  const tile = page.locator(`[data-picture="${middle}"]`);
  await tile.getByRole("link").click();
  await page.getByRole("link", { name: "Back to the gallery" }).waitFor();
  await page.goBack();
  await tile.waitFor();
  await expect.poll(() => number(page, "scrollY"), patience).toBe(place);
  await expect
    .poll(() => page.evaluate("document.activeElement.parentElement.dataset.picture"), patience)
    .toBe(middle);
  // One look at what is new; a star, which is refused here since nothing else has the picture, costs one more.
  await expect.poll(() => asked.length, patience).toBe(6);
  await page.keyboard.press("s");
  await page.getByText(/^Unless it is kept/).waitFor();
  await expect.poll(() => asked.length, patience).toBe(7);
  expect(faults).toEqual([]);
  await page.context().close();
});
