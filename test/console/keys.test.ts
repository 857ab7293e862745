import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { accessFaults, findChromium, openBrowser } from "../support/browser.ts";
import { enterConsole } from "../support/console.ts";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.ts";
import { requireForTest } from "../support/require.ts";

let browser: Browser | undefined;
let gateway: GatewayProcess;
beforeEach(async (context) => {
  const chromium = requireForTest(context, "Chromium", findChromium());
  browser ??= await openBrowser(chromium);
  gateway = await startGatewayProcess({ built: true });
});
afterEach(() => gateway.stop());
afterAll(() => browser?.close());

test("an administrator makes a key with a budget, sees it once, and revokes it; the file's key shows its line and no button", async () => {
  if (browser === undefined) throw new Error("there is a browser");
  const { page, faults } = await enterConsole(browser, gateway, "admin");
  await page.goto("/keys");
  await page.getByText(/pinhole\.yaml/).waitFor();
  expect(await page.getByRole("button", { name: "Revoke test" }).count()).toBe(0);
  await page.getByRole("button", { name: "New key" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("mobile app");
  await page.getByRole("textbox", { name: "Budget in US dollars" }).fill("5");
  await page.reload();
  await page.getByRole("textbox", { name: "Name" }).waitFor();
  expect(await page.getByRole("textbox", { name: "Name" }).inputValue()).toBe("mobile app");
  expect(await accessFaults(page)).toEqual([]);
  await page.getByRole("button", { name: "Make the key" }).click();
  const secret = page.locator("code", { hasText: /^pin_/ });
  await secret.waitFor();
  const key = (await secret.textContent()) ?? "";
  const answer = (): Promise<Response> =>
    fetch(`${gateway.url}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
  expect((await answer()).status).toBe(200);
  await page.getByRole("button", { name: "I have it" }).click();
  await page.getByRole("row", { name: /mobile app.*\$0 of \$5 a month/ }).waitFor();
  expect(await page.content()).not.toContain(key);
  await page.getByRole("button", { name: "Revoke mobile app" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Revoke" }).click();
  await expect.poll(() => page.getByRole("row", { name: /mobile app/ }).count()).toBe(0);
  expect((await answer()).status).toBe(401);
  expect(await accessFaults(page)).toEqual([]);
  expect(faults).toEqual([]);
  await page.context().close();
});
