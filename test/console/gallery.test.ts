import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { accessFaults, findChromium, openBrowser } from "../support/browser.ts";
import { enterConsole } from "../support/console.ts";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.ts";
import { requireForTest } from "../support/require.ts";

let browser: Browser | undefined;
let gateway: GatewayProcess;
beforeAll(async () => {
  gateway = await startGatewayProcess({ built: true });
});
afterAll(async () => {
  await gateway.stop();
  await browser?.close();
});

/** Chromium and a gateway share two slow cores in CI. */
vi.setConfig({ testTimeout: 90_000 });

/** Makes pictures with the session of a page. */
async function make(page: Page, ...prompts: readonly string[]): Promise<void> {
  const asks = page.context().request;
  const path = "/console/v1/images/generations";
  for (const prompt of prompts) {
    const data = { model: "sandbox-fast", prompt, size: "384x256" };
    const begun = await asks.post(path, { data, headers: { origin: gateway.url } });
    const { request_id: id } = (await begun.json()) as { request_id: string };
    await (await asks.get(`${path}/${id}/events`)).text();
  }
}

/** Types letters faster than a page can answer each. */
async function typeFast({ keyboard }: Page, text: string): Promise<void> {
  await Promise.all([...text].map((letter) => keyboard.insertText(letter)));
}

/** Types fast into the search while nothing is answered yet, and goes to and fro. */
async function searchFast(page: Page): Promise<void> {
  const { promise: typed, resolve: answer } = Promise.withResolvers<void>();
  await page.route("**/console/v1/gallery?**", async (route) => {
    await typed;
    // The page takes back what it asks for each letter, as the next one comes.
    await route.continue().catch(() => undefined);
  });
  const field = page.getByRole("searchbox", { name: "Search in prompts" });
  await field.focus();
  await typeFast(page, "house");
  // A field that shows what the address says loses the caret with the first letter before others.
  await page.keyboard.press("Home");
  await typeFast(page, "a light");
  await expect.poll(() => field.inputValue()).toBe("a lighthouse");
  answer();
  const address = (): string | null => new URL(page.url()).searchParams.get("q");
  await expect.poll(address).toBe("a lighthouse");
  await expect.poll(() => page.locator("[data-picture]").count()).toBe(1);
  await page.getByRole("link", { name: "Gallery" }).click();
  await expect.poll(() => field.inputValue()).toBe("");
  await page.goBack();
  await expect.poll(() => field.inputValue()).toBe("a lighthouse");
  await page.goForward();
  await expect.poll(() => field.inputValue()).toBe("");
  await page.getByRole("link", { name: "A harbour" }).waitFor();
}

/** Opens the menu of a tile by the mouse, reads it, and closes it. */
async function openMenu(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name }).click();
  const menu = page.getByRole("menu", { name });
  expect(await menu.getByRole("menuitem").allInnerTexts()).toEqual([
    "Use prompt",
    "Use seed",
    "Use all",
    "Vary",
    "Use as input",
    "Look at its request",
    "Download",
    "Delete",
  ]);
  expect(await accessFaults(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await expect.poll(() => menu.count()).toBe(0);
}

test("a gallery teaches while it is empty; its pictures are found, kept, looked at one after the other, deleted and had back", async (context) => {
  browser ??= await openBrowser(requireForTest(context, "Chromium", findChromium()));
  const { page, faults } = await enterConsole(browser, gateway, "key_holder");
  await page.goto("/gallery");
  await page.getByRole("link", { name: "Make a picture" }).waitFor();
  expect(await accessFaults(page)).toEqual([]);
  await make(page, "A red fox", "A harbour", "A lighthouse");
  await page.goto("/gallery");
  await page.getByRole("link", { name: "A lighthouse" }).waitFor();
  expect(await accessFaults(page)).toEqual([]);
  await page.getByRole("button", { name: "Keep A harbour" }).click();
  await page.getByText("1 picture kept").waitFor();
  await searchFast(page);
  const choose = async (which: RegExp, what: string): Promise<void> => {
    await page.getByRole("button", { name: which }).click();
    await page.getByRole("option", { name: what }).click();
  };
  await choose(/Kept or not$/, "Kept only");
  await expect.poll(() => page.getByRole("link", { name: "A lighthouse" }).count()).toBe(0);
  expect(new URL(page.url()).search).toBe("?saved=1");
  await choose(/Kept or not$/, "All pictures");
  await choose(/When$/, "Last 7 days");
  await page.getByRole("link", { name: "A lighthouse" }).waitFor();
  // Days of one's own are written the same way in every browser; what is no day counts for nothing.
  await choose(/When$/, "From … to …");
  const to = page.getByRole("textbox", { name: "To" });
  await to.fill("2026-02-30");
  await page.getByText("Write the day as 2026-11-27.").waitFor();
  await page.getByRole("textbox", { name: "From" }).fill("2019-12-31");
  await to.fill("2020-01-31");
  await page.getByText("No picture matches.").waitFor();
  expect(new URL(page.url()).search).toBe("?from=2019-12-31&to=2020-01-31");
  expect(await accessFaults(page)).toEqual([]);
  await page.goto("/gallery?from=yesterday&to=2026-99-99");
  await page.getByRole("link", { name: "A lighthouse" }).waitFor();
  await choose(/When$/, "Any time");
  await openMenu(page, "More for A lighthouse");
  const saved = page.waitForEvent("download");
  await page.getByTitle("Download").first().click();
  expect((await saved).suggestedFilename()).toMatch(/\.png$/);
  await page.getByRole("link", { name: "A lighthouse" }).click();
  await page.getByRole("button", { name: "Older picture" }).click();
  await page.getByRole("img", { name: "A harbour" }).waitFor();
  expect(await accessFaults(page)).toEqual([]);
  await page.keyboard.press("ArrowRight");
  await page.getByRole("img", { name: "A red fox" }).waitFor();
  await page.keyboard.press("ArrowLeft");
  await page.getByRole("img", { name: "A harbour" }).waitFor();
  await page.getByRole("button", { name: "Delete" }).click();
  // The next one is shown at once.
  await page.getByRole("img", { name: "A red fox" }).waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.keyboard.press("k");
  await page.getByRole("img", { name: "A harbour" }).waitFor();
  // Let go again, by its key.
  await page.keyboard.press("s");
  await page.getByRole("button", { name: "Keep", exact: true }).waitFor();
  await page.getByRole("link", { name: /^req_/ }).click();
  await page.getByRole("heading", { name: /^req_/ }).waitFor();
  await page.goBack();
  await page.getByRole("link", { name: "Back to the gallery" }).click();
  await page.getByRole("link", { name: "A harbour" }).waitFor();
  // Until a picture is there its place has its average colour, which fell off when it was shown before.
  await page.route("**/i/**", () => undefined);
  await page.reload();
  const onItsWay = page.getByRole("link", { name: "A harbour" }).getByRole("img");
  await expect.poll(() => onItsWay.getAttribute("style")).toMatch(/background-color: rgb\(/);
  expect(faults).toEqual([]);
  await page.context().close();
});

test("what is selected is one archive; a picture's words become a draft, and the one of before can be had back", async (context) => {
  browser ??= await openBrowser(requireForTest(context, "Chromium", findChromium()));
  const { page, faults } = await enterConsole(browser, gateway, "operator", {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
  });
  await make(page, "A teapot", "An owl");
  await page.getByRole("textbox", { name: "Prompt" }).fill("My own words");
  await page.goto("/gallery");
  await page.getByRole("button", { name: /^Select all of/ }).click();
  await page.getByText("2 selected").waitFor();
  expect(await accessFaults(page)).toEqual([]);
  const coming = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download zip" }).click();
  expect((await coming).suggestedFilename()).toBe("pinhole.zip");
  await page.getByRole("button", { name: "Compare" }).click();
  await page.getByLabel("Edge between before and after").fill("20");
  expect(await accessFaults(page)).toEqual([]);
  await page.goto("/gallery?q=teapot");
  await page.getByRole("link", { name: "A teapot" }).click();
  await page.getByRole("button", { name: "Use all" }).click();
  const prompt = page.getByRole("textbox", { name: "Prompt" });
  await expect.poll(() => prompt.inputValue()).toBe("A teapot");
  await page.getByRole("button", { name: "Take my draft back" }).click();
  await expect.poll(() => prompt.inputValue()).toBe("My own words");
  await page.goto("/gallery");
  // A finger points at nothing: the sign is there, and large enough.
  const more = page.getByRole("button", { name: "More for An owl" });
  await more.waitFor();
  const opacity =
    "getComputedStyle(document.querySelector('[data-picture] [aria-haspopup]')).opacity";
  expect(await page.evaluate(opacity)).toBe("1");
  const { width = 0, height = 0 } = (await more.boundingBox()) ?? {};
  expect(Math.min(width, height)).toBeGreaterThanOrEqual(24);
  await more.tap();
  await page.getByRole("menuitem", { name: "Use prompt" }).tap();
  await expect.poll(() => prompt.inputValue()).toBe("An owl");
  expect(faults).toEqual([]);
  await page.context().close();
});

/** The prompt of the tile that has the focus. */
const focusedPrompt = "document.activeElement?.querySelector('img')?.alt ?? ''";

test("keys go through the wall, select a range, keep and delete; the next one has the focus, and what was selected is so after a look at one", async (context) => {
  browser ??= await openBrowser(requireForTest(context, "Chromium", findChromium()));
  const { page, faults } = await enterConsole(browser, gateway, "admin");
  await make(page, "One", "Two", "Three", "Four", "Five");
  await page.goto("/gallery");
  const tile = (name: string) => page.getByRole("link", { name, exact: true });
  await tile("One").waitFor();
  const focused = (): Promise<string> => page.evaluate<string>(focusedPrompt);
  await page.keyboard.press("j");
  await expect.poll(focused).toBe("Five");
  await page.keyboard.press("ArrowRight");
  await expect.poll(focused).toBe("Four");
  await page.keyboard.press("Shift+J");
  await page.keyboard.press("Shift+ArrowRight");
  await page.getByText("3 selected").waitFor();
  await expect.poll(focused).toBe("Two");
  await page.keyboard.press("s");
  await page.getByText("3 pictures kept").waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("img", { name: "Two", exact: true }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByText("3 selected").waitFor();
  await expect.poll(focused).toBe("Two");
  await page.keyboard.press("Delete");
  await page.getByText("3 pictures deleted").waitFor();
  await expect.poll(focused).toBe("One");
  expect(await tile("Three").count()).toBe(0);
  await page.keyboard.press("Control+z");
  await tile("Three").waitFor();
  // The menu of a tile, by keys alone: what it deletes leaves the focus to the next one.
  await tile("Five").focus();
  for (const _ of ["the box", "the star", "the menu"]) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  const line = "document.activeElement?.textContent";
  await expect.poll(() => page.evaluate(line)).toBe("Use prompt");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await page.getByText("Deleted", { exact: true }).waitFor();
  await expect.poll(focused).toBe("Four");
  await page.keyboard.press("Control+z");
  await tile("Five").focus();
  await page.keyboard.press("x");
  await tile("Two").click({ modifiers: ["Shift"] });
  await page.getByText("4 selected").waitFor();
  await page.keyboard.press("Escape");
  await expect.poll(() => page.getByText("4 selected").count()).toBe(0);
  // Who needs time has it: nothing is deleted by a clock then.
  await page.goto("/settings/you");
  await page.getByText("Deleted pictures wait for me").click();
  await page.clock.install();
  await page.goto("/gallery");
  await tile("One").focus();
  await page.keyboard.press("Delete");
  await page.getByRole("button", { name: "Delete now" }).waitFor();
  await page.clock.fastForward(60_000);
  await page.getByRole("button", { name: "Delete now" }).click();
  const left = async (): Promise<number> => {
    const answer = await page.context().request.get("/console/v1/gallery");
    return ((await answer.json()) as { data: unknown[] }).data.length;
  };
  await expect.poll(left).toBe(4);
  expect(faults).toEqual([]);
  await page.context().close();
});

test("a made picture is kept where it was made, becomes the input of an edit, and the edit tells where it came from", async (context) => {
  browser ??= await openBrowser(requireForTest(context, "Chromium", findChromium()));
  const { page, faults } = await enterConsole(browser, gateway, "owner");
  await page.goto("/make");
  await page.getByRole("textbox", { name: "Prompt" }).fill("A mug");
  await page.getByRole("button", { name: /^Make/ }).click();
  await page.getByRole("button", { name: "Keep", exact: true }).click();
  await page.getByRole("button", { name: "Kept", exact: true }).waitFor();
  expect(await accessFaults(page)).toEqual([]);
  await page.goto("/gallery?saved=1");
  await page.getByRole("link", { name: "A mug" }).click();
  await page.getByRole("link", { name: "Use as input" }).click();
  await page.getByRole("img", { name: "picture.png" }).waitFor();
  expect(page.url()).not.toContain("from=");
  await page.getByRole("textbox", { name: "Prompt" }).fill("A mug with a hat");
  await page.getByRole("button", { name: /^Make/ }).click();
  // The edit is shown by itself, once it is there.
  await page.getByRole("button", { name: "Keep", exact: true }).waitFor();
  await page.goto("/gallery?q=hat");
  await page.getByRole("link", { name: "A mug with a hat" }).click();
  const origin = page.getByRole("navigation", { name: "Where it came from" });
  await origin.getByRole("link", { name: "A mug", exact: true }).waitFor();
  expect(await accessFaults(page)).toEqual([]);
  await page.getByRole("link", { name: "Compare with before" }).click();
  await page.getByLabel("Edge between before and after").waitFor();
  await page.goBack();
  await origin.getByRole("link", { name: "A mug", exact: true }).click();
  await origin.getByRole("link", { name: "A mug with a hat" }).waitFor();
  expect(faults).toEqual([]);
  await page.context().close();
});
