import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { accessFaults, findChromium, openBrowser } from "../support/browser.ts";
import { enterConsole } from "../support/console.ts";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.ts";
import { requireForTest } from "../support/require.ts";
import { takeShot } from "../support/shots.ts";

let browser: Browser | undefined;
let gateway: GatewayProcess;
beforeAll(async () => {
  gateway = await startGatewayProcess({
    built: true,
    settings: {
      keys: [
        { id: "mobile", name: "Mobile app", key: "key-of-mobile-0123456789" },
        { id: "shop", name: "Shop pictures", key: "key-of-shop-0123456789" },
      ],
      channels: [{ id: "drawing", provider: "sandbox", models: ["sandbox", "sandbox-fast"] }],
    },
  });
});
afterAll(async () => {
  await gateway.stop();
  await browser?.close();
});

/** Presses two letters until they lead to the page: the second counts for a second and a half, which a busy machine may take. */
async function goBy(page: Page, letters: string, path: string): Promise<void> {
  const pressed = async (): Promise<string> => {
    await page.keyboard.type(letters);
    return new URL(page.url()).pathname;
  };
  await expect.poll(pressed, { interval: 500 }).toBe(path);
}

test("the palette leads to pages, models and requests by their words; letters go too, but not in fields, and can be turned off", async (context) => {
  browser ??= await openBrowser(requireForTest(context, "Chromium", findChromium()));
  const { page, faults } = await enterConsole(browser, gateway, "owner");
  await page.goto("/make");
  const prompt = page.getByRole("textbox", { name: "Prompt" });
  await prompt.fill("A fox");
  // In a field letters are letters, and the chord opens the palette all the same.
  await prompt.press("End");
  await page.keyboard.type(" ?[g");
  expect(await prompt.inputValue()).toBe("A fox ?[g");
  await page.keyboard.press("Control+k");
  const field = page.getByRole("combobox", { name: /^A page, a model/ });
  await field.waitFor();
  expect(await accessFaults(page)).toEqual([]);
  await takeShot(page, "palette");
  await field.fill("sandbox-fast");
  await page.getByRole("option", { name: /^sandbox-fast/ }).waitFor();
  await page.keyboard.press("Enter");
  await expect
    .poll(() => page.evaluate<string>("sessionStorage.getItem('pinhole.draft')"))
    .toContain('"model":"sandbox-fast"');
  await page.goto("/audit");
  await page.getByRole("heading", { name: "Audit" }).waitFor();
  await goBy(page, "gk", "/keys");
  await page.getByRole("heading", { name: "Keys" }).waitFor();
  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keys" });
  await sheet.getByText("Go to Gallery").waitFor();
  expect(await accessFaults(page)).toEqual([]);
  await takeShot(page, "keys-sheet");
  await sheet.getByText("Single letters are shortcuts").click();
  await page.keyboard.press("Escape");
  await sheet.waitFor({ state: "detached" });
  await page.keyboard.press("?");
  await page.keyboard.press("Control+k");
  // The chord was heard, so the letter before it was too, and did nothing.
  await field.fill("req_01notthere");
  await page.getByRole("option", { name: /^Open request req_01notthere/ }).waitFor();
  await page.keyboard.press("Escape");
  await field.waitFor({ state: "detached" });
  expect(await sheet.count()).toBe(0);
  expect(faults).toEqual([]);
  await page.context().close();
});

test("the palette finds a key by its name and leads to its row, and tests a channel, for those who may", async (context) => {
  browser ??= await openBrowser(requireForTest(context, "Chromium", findChromium()));
  const admin = await enterConsole(browser, gateway, "admin");
  const field = (one: Page) => one.getByRole("combobox", { name: /^A page, a model/ });
  const { page } = admin;
  await page.keyboard.press("Control+k");
  await field(page).fill("shop");
  await page.getByRole("option", { name: "Shop pictures key …6789" }).waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/keys\?open=/);
  const row = page.getByRole("row", { name: /^Shop pictures/ });
  await expect.poll(() => row.getAttribute("aria-current")).toBe("true");
  await page.keyboard.press("Control+k");
  await field(page).fill("test drawing");
  await page.getByRole("option", { name: /^Test channel drawing/ }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByText("It works").waitFor();
  const maker = await enterConsole(browser, gateway, "viewer");
  await maker.page.keyboard.press("Control+k");
  for (const text of ["shop", "test drawing"]) {
    await field(maker.page).fill(text);
    await maker.page.getByText("Nothing is called that.").waitFor();
  }
  expect([...admin.faults, ...maker.faults]).toEqual([]);
  await page.context().close();
  await maker.page.context().close();
});

test("the palette has no page that a role may not see, and a phone has a button for it", async (context) => {
  browser ??= await openBrowser(requireForTest(context, "Chromium", findChromium()));
  const { page, faults } = await enterConsole(browser, gateway, "key_holder", {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
  });
  // What is behind the palette is there before it.
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.keyboard.press("Control+k");
  const field = page.getByRole("combobox", { name: /^A page, a model/ });
  await field.waitFor();
  await page.getByRole("option", { name: /^Gallery/ }).waitFor();
  for (const name of ["Audit", "Keys", "Channels", "Overview"])
    expect(await page.getByRole("option", { name: new RegExp(`^${name}`) }).count()).toBe(0);
  expect(await accessFaults(page)).toEqual([]);
  await takeShot(page, "palette-phone");
  await page.keyboard.press("Escape");
  await field.waitFor({ state: "detached" });
  await page.keyboard.type("gk");
  await goBy(page, "gg", "/gallery");
  await page.getByRole("button", { name: "Search", exact: true }).tap();
  await page.getByRole("option", { name: /^Playground/ }).tap();
  await page.waitForURL("**/make");
  expect(faults).toEqual([]);
  await page.context().close();
});
