import type { Browser, Page } from "playwright-core";
import { afterAll, beforeEach, expect, test, vi } from "vitest";
import { accessFaults, findChromium, openBrowser } from "../support/browser.ts";
import { enterConsole } from "../support/console.ts";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.ts";
import { requireForTest } from "../support/require.ts";

// Stories of a whole console, on machines that may have much else to do.
vi.setConfig({ testTimeout: 120_000 });

let browser: Browser | undefined;
let started: Promise<GatewayProcess> | undefined;
let gateway: GatewayProcess;
beforeEach(async (context) => {
  const chromium = requireForTest(context, "Chromium", findChromium());
  browser ??= await openBrowser(chromium);
  started ??= startGatewayProcess({ built: true, settings: { console: { pictures: "own" } } });
  gateway = await started;
});
afterAll(async () => {
  await browser?.close();
  await (await started)?.stop();
});

/** Sends what is refused, changes what is not, and empties it again, in the panel of the key `mobile app`. */
async function changeFields(page: Page): Promise<void> {
  await page.getByRole("link", { name: "mobile app" }).click();
  const panel = page.getByRole("complementary", { name: "mobile app" });
  const field = (name: string) => panel.getByRole("textbox", { name, exact: true });
  // Each value that the gateway refuses is told at its field.
  const wrong = { Ends: "soon", "From these addresses alone": "here", "Requests a minute": "x" };
  for (const [name, value] of Object.entries(wrong)) {
    await field(name).fill(value);
    await panel.getByRole("button", { name: "Save" }).click();
    await expect.poll(() => field(name).getAttribute("aria-invalid")).toBe("true");
    // It has the focus, wherever it was in the panel.
    const focused = "document.activeElement?.getAttribute('aria-invalid')";
    await expect.poll(() => page.evaluate(focused)).toBe("true");
    // An example of what to write is as it has to be written, and no moment in the reader's words.
    if (name === "Ends") await panel.getByText("such as 2027-01-31T12:00:00Z").waitFor();
    await field(name).fill("");
  }
  await field("Ends").fill("2999-01-31");
  await panel.getByText("1 change", { exact: true }).waitFor();
  await panel.getByRole("button", { name: "Save" }).click();
  await page.getByRole("row", { name: /mobile app.*until 2999-01-31/ }).waitFor();
  await panel.waitFor({ state: "detached" });
  expect(await accessFaults(page)).toEqual([]);
  await page.getByRole("link", { name: "mobile app" }).click();
  expect(await field("Ends").inputValue()).toBe("2999-01-31");
  // Emptied again, every field is what stands where nothing is set.
  await field("Ends").fill("");
  await field("Budget in US dollars").fill("");
  await panel.getByRole("button", { name: "Save" }).click();
  await page.getByRole("row", { name: /mobile app.*None of its own/ }).waitFor();
  await panel.waitFor({ state: "detached" });
  // A fault within one of several words stands at them, in the unit that the form has.
  await page.getByRole("link", { name: "mobile app" }).click();
  await field("Budget in US dollars").fill("5");
  await panel.getByRole("button", { name: "Notices, models, a raise, further budgets" }).click();
  await field("Tell at, in per cent").fill("80, x");
  await panel.getByRole("button", { name: "Save" }).click();
  await panel.getByText("Write per cents above 0").waitFor();
  expect(await field("Tell at, in per cent").getAttribute("aria-invalid")).toBe("true");
  // What is missing is told in the console's language, not in the browser's.
  await field("US dollars").fill("");
  await panel.getByRole("button", { name: "Save" }).click();
  await panel.getByText("Fill this in.").waitFor();
  await panel.getByRole("button", { name: "Discard" }).click();
  await page.keyboard.press("Escape");
  await panel.waitFor({ state: "detached" });
}

test("an administrator makes a key with a budget, sees it once, changes and empties its fields, disables it, gives it another secret and revokes it; the file's key shows its line and no button", async () => {
  if (browser === undefined) throw new Error("there is a browser");
  const { page, faults } = await enterConsole(browser, gateway, "admin", {
    expected: /status of 400/,
  });
  await page.goto("/keys");
  await page.getByText(/pinhole\.yaml/).waitFor();
  await page.getByRole("link", { name: "test", exact: true }).click();
  await page.getByText(/It stands in pinhole\.yaml, line \d+/).waitFor();
  expect(await page.getByRole("textbox", { name: "Name" }).isDisabled()).toBe(true);
  expect(await page.getByRole("button", { name: "Revoke" }).count()).toBe(0);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "New key" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("mobile app");
  await page.getByRole("textbox", { name: "Budget in US dollars" }).fill("5");
  await page.reload();
  await page.getByRole("textbox", { name: "Name" }).waitFor();
  expect(await page.getByRole("textbox", { name: "Name" }).inputValue()).toBe("mobile app");
  expect(await accessFaults(page)).toEqual([]);
  // A double click makes one key: of a second one nobody would have seen the secret.
  await page.getByRole("button", { name: "Make the key" }).dblclick();
  const secret = page.locator("code", { hasText: /^pin_/ });
  await secret.waitFor();
  const key = (await secret.textContent()) ?? "";
  const answer = (): Promise<Response> =>
    fetch(`${gateway.url}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
  expect((await answer()).status).toBe(200);
  await page.getByRole("button", { name: "I have it" }).click();
  await page.getByRole("row", { name: /mobile app.*\$0 of \$5 a month/ }).waitFor();
  expect(await page.content()).not.toContain(key);
  await changeFields(page);
  const panel = page.getByRole("complementary", { name: "mobile app" });
  const ask = (name: string) => page.getByRole("alertdialog").getByRole("button", { name });
  await page.getByRole("link", { name: "mobile app" }).click();
  await panel.getByRole("button", { name: "Disable" }).click();
  await ask("Disable").click();
  await page.getByRole("row", { name: /mobile app.*disabled/ }).waitFor();
  await panel.waitFor({ state: "detached" });
  await expect.poll(async () => (await answer()).status).toBe(401);
  await page.getByRole("link", { name: "mobile app" }).click();
  await panel.getByRole("button", { name: "Enable" }).click();
  await page.getByRole("row", { name: /mobile app.*active/ }).waitFor();
  await panel.waitFor({ state: "detached" });
  await page.getByRole("link", { name: "mobile app" }).click();
  await panel.getByRole("button", { name: "Make a new secret" }).click();
  await page.getByRole("alertdialog").getByText("a day", { exact: true }).click();
  await ask("Make a new secret").click();
  await secret.waitFor();
  expect(await secret.textContent()).not.toBe(key);
  // What is shown this once is left by its own button alone.
  await page.keyboard.press("Escape");
  await panel.getByText("Python", { exact: true }).click();
  await panel.getByText("client.images.generate").waitFor();
  await panel.getByRole("button", { name: "I have it" }).click();
  await panel.waitFor({ state: "detached" });
  expect((await answer()).status).toBe(200);
  await page.getByRole("link", { name: "mobile app" }).click();
  await panel.getByText(/The secret …\w{4} of before opens it until/).waitFor();
  await panel.getByRole("button", { name: "Revoke" }).click();
  await ask("Revoke").click();
  await expect.poll(() => page.getByRole("row", { name: /mobile app/ }).count()).toBe(0);
  expect((await answer()).status).toBe(401);
  expect(await accessFaults(page)).toEqual([]);
  expect(faults).toEqual([]);
  await page.context().close();
});

test("of a picture of somebody else's an operator sees size and average colour, in the log and on the request's page", async () => {
  if (browser === undefined) throw new Error("there is a browser");
  const made = await fetch(`${gateway.url}/v1/images/generations`, {
    method: "POST",
    headers: { authorization: `Bearer ${gateway.key}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "sandbox-fast", prompt: "a heron", size: "384x256" }),
  });
  await made.arrayBuffer();
  const id = made.headers.get("x-request-id") ?? "";
  const { page, faults } = await enterConsole(browser, gateway, "operator");
  const colour = async (): Promise<string> => {
    const answer = await page.context().request.get(`/admin/v1/requests/${id}`);
    const { pictures } = (await answer.json()) as { pictures: readonly { colour?: string }[] };
    return pictures[0]?.colour ?? "";
  };
  await expect.poll(colour).toMatch(/^#[0-9a-f]{6}$/);
  const parts = /^#(..)(..)(..)$/.exec(await colour())?.slice(1) ?? [];
  const ground = `background-color: rgb(${parts.map((part) => Number.parseInt(part, 16)).join(", ")})`;
  await page.goto("/requests");
  const row = page.locator(`tr[data-request="${id}"]`);
  await row.locator(`[style*="${ground}"]`).waitFor();
  expect(await page.locator("tr[data-request] img").count()).toBe(0);
  await row.getByRole("link").click();
  const pictures = page.getByRole("list", { name: "Pictures" });
  await pictures.getByText("384 × 256 · png").waitFor();
  await pictures.locator(`[style*="${ground}"]`).waitFor();
  expect(await page.content()).not.toContain("heron");
  expect(await accessFaults(page)).toEqual([]);
  expect(faults).toEqual([]);
  await page.context().close();
});
