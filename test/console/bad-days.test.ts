import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeEach, expect, test, vi } from "vitest";
import { accessFaults, findChromium, openBrowser } from "../support/browser.ts";
import { consolePassword, enterConsole } from "../support/console.ts";
import {
  type GatewayProcess,
  type GatewayProcessOptions,
  startGatewayProcess,
} from "../support/gateway-process.ts";
import { postgresPrograms, startPostgres } from "../support/postgres.ts";
import { requireForTest } from "../support/require.ts";
import { takeShot } from "../support/shots.ts";

// Gateways that go and come back, beside a browser, on two slow cores.
vi.setConfig({ testTimeout: 120_000 });
const patience = { timeout: 60_000 };

let browser: Browser;
let gateway: GatewayProcess | undefined;
const ends: (() => Promise<unknown>)[] = [];
beforeEach(async (context) => {
  browser ??= await openBrowser(requireForTest(context, "Chromium", findChromium()));
});
afterEach(async () => {
  await gateway?.stop();
  gateway = undefined;
  for (const end of ends.splice(0)) await end();
});
afterAll(() => browser?.close());

async function start(options: GatewayProcessOptions = {}): Promise<GatewayProcess> {
  gateway = await startGatewayProcess({ built: true, ...options });
  return gateway;
}

/** The browser's own words for a gateway that is away, and for a refusal. */
const expected = /Failed to load resource|net::ERR/;

async function makeOne(page: Page, prompt: string): Promise<void> {
  await page.getByRole("textbox", { name: "Prompt" }).fill(prompt);
  await page.getByRole("button", { name: /^Make/ }).click();
}

test("while the gateway starts again the page says so and keeps what was written; what was pressed meanwhile is made once, by itself", async () => {
  const first = await start();
  const { page, faults } = await enterConsole(browser, first, "key_holder", { expected });
  await page.getByRole("textbox", { name: "Prompt" }).fill("A fox in the snow");
  await first.stop(true);
  await makeOne(page, "A fox in the rain");
  await page.getByText("The gateway does not answer. It may be starting again").waitFor(patience);
  expect(await accessFaults(page)).toEqual([]);
  await takeShot(page, "away");
  const settings = { server: { port: Number(new URL(first.url).port) } };
  const second = await start({ folder: first.folder, settings });
  await page.getByText("Done, free").waitFor(patience);
  await page.getByRole("img", { name: "A fox in the rain" }).first().waitFor();
  await expect.poll(() => page.getByText("The gateway does not answer").count(), patience).toBe(0);
  const list = await fetch(`${second.url}/admin/v1/requests`, {
    headers: { authorization: "Bearer test-admin-token-0123456789" },
  });
  expect(((await list.json()) as { data: unknown[] }).data.length).toBe(1);
  // A page whose file was not loaded yet is waited for too, and so is what opens over it.
  await second.stop(true);
  await page.getByRole("link", { name: "Requests", exact: true }).click();
  await page.getByText("The gateway does not answer. It may be starting again").waitFor(patience);
  await page.keyboard.press("?");
  await start({ folder: first.folder, settings });
  await page.getByRole("dialog").waitFor(patience);
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { name: "Requests", exact: true }).waitFor(patience);
  expect(faults).toEqual([]);
  await page.context().close();
});

test("a session that ends in the middle of a form is taken up again over it, and nothing that was written is lost", async () => {
  const { page, faults } = await enterConsole(browser, await start(), "admin", { expected });
  await page.goto("/keys");
  await page.getByRole("button", { name: "New key" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("newsletter");
  await page.context().clearCookies();
  await page.getByRole("button", { name: "Make the key" }).click();
  const dialog = page.getByRole("dialog", { name: "Sign in again" });
  await dialog.waitFor(patience);
  expect(await accessFaults(page)).toEqual([]);
  await takeShot(page, "session-ended");
  const login = dialog.getByLabel("Name or e-mail address");
  expect(await login.inputValue()).toBe("admin@example.com");
  await dialog.getByLabel("Password", { exact: true }).fill("not the password");
  await dialog.getByRole("button", { name: "Sign in", exact: true }).click();
  await dialog.getByText(/wrong/i).waitFor();
  await dialog.getByLabel("Password", { exact: true }).fill(consolePassword);
  await page.keyboard.press("Enter");
  await expect.poll(() => dialog.count(), patience).toBe(0);
  const name = page.getByRole("textbox", { name: "Name" });
  expect(await name.inputValue()).toBe("newsletter");
  await page.getByRole("button", { name: "Make the key" }).click();
  await page.locator("code", { hasText: /^pin_/ }).waitFor();
  expect(new URL(page.url()).pathname).toBe("/keys");
  expect(faults).toEqual([]);
  await page.context().close();
});

test("a database that is away is told on every page, and the page goes on when it is back", async (context) => {
  const postgres = await startPostgres(requireForTest(context, "Postgres", postgresPrograms()));
  ends.push(() => postgres.remove());
  const url = await postgres.create("console");
  const { page, faults } = await enterConsole(
    browser,
    await start({
      settings: { database: { url } },
      env: { PINHOLE_SECRET: "a-secret-of-the-gateways-of-a-test" },
    }),
    "operator",
    { expected },
  );
  await page.goto("/requests");
  await page.getByRole("link", { name: "Make a first picture" }).waitFor(patience);
  await takeShot(page, "bare-requests");
  await postgres.stop("fast");
  await page.getByText("The gateway cannot reach its database.").waitFor(patience);
  expect(await accessFaults(page)).toEqual([]);
  await takeShot(page, "database-away");
  await postgres.start();
  await page.getByText("The gateway is back.").waitFor(patience);
  await page.getByRole("link", { name: "Make a first picture" }).waitFor(patience);
  expect(faults).toEqual([]);
  await page.context().close();
});

test("where there is no room for pictures the page says so before and after the click, and leads to where room is made", async () => {
  const settings = { images: { quota: "1MB", recovery_bytes: "0B" } };
  const { page, faults } = await enterConsole(browser, await start({ settings }), "operator", {
    expected,
  });
  await page.goto("/make");
  await page.getByText("The gateway has no room for pictures").waitFor(patience);
  await makeOne(page, "A fox");
  const refusal = page.getByRole("alert");
  await refusal.getByText("Make room where the images are kept").waitFor();
  await refusal.getByRole("link", { name: /^Go to (Settings|Gallery)$/ }).waitFor();
  expect(await accessFaults(page)).toEqual([]);
  await takeShot(page, "storage-full");
  expect(faults).toEqual([]);
  await page.context().close();
});

test("a budget that is used up, a model without price and one without channel say what to do, and lead there whoever may do it", async () => {
  const settings = {
    channels: [
      {
        id: "drawing",
        provider: "sandbox",
        models: [{ name: "dear", upstream: "sandbox-fast", price: { per_image_usd: 0.1 } }],
      },
      {
        id: "nowhere",
        provider: "openai",
        settings: { base_url: "http://127.0.0.1:9/v1", api_key: "none" },
        models: [{ name: "unpriced", card: { sizes: ["1024x1024"], n: 1, formats: ["png"] } }],
      },
    ],
    users: [
      { id: "ada", models: ["dear"], budget: { usd: 0.05, period: "day" } },
      { id: "eve", models: ["dear"], budget: { usd: 0.05, period: "day" } },
      { id: "bob", models: ["nothing-serves-it"] },
    ],
  };
  const here = await start({ settings });
  const maker = await enterConsole(browser, here, "key_holder", { expected, user: "ada" });
  await makeOne(maker.page, "A fox");
  await maker.page.getByText("Give its key, user or team a larger budget").waitFor(patience);
  await maker.page.getByText("Those who run this gateway can do this.").waitFor();
  expect(await maker.page.getByRole("link", { name: /^Go to/ }).count()).toBe(0);
  expect(await accessFaults(maker.page)).toEqual([]);
  await takeShot(maker.page, "budget-used-up");
  const chief = await enterConsole(browser, here, "admin", { expected, user: "eve" });
  await makeOne(chief.page, "A fox");
  await chief.page.getByRole("link", { name: /^Go to (Budgets|Keys)$/ }).click();
  await chief.page.waitForURL(/\/(budgets|keys)$/);
  const owner = await enterConsole(browser, here, "owner", { expected });
  await owner.page.goto("/make");
  await owner.page.getByRole("button", { name: /Model/ }).click();
  await owner.page.getByRole("option", { name: "unpriced" }).click();
  await makeOne(owner.page, "A fox");
  await owner.page.getByText("no price set").waitFor(patience);
  await owner.page.getByText("Set the model's price").waitFor();
  await owner.page.getByText("No picture came of it").waitFor(patience);
  await takeShot(owner.page, "no-price");
  const none = await enterConsole(browser, here, "operator", { expected, user: "bob" });
  await none.page.goto("/make");
  await none.page.getByText("No channel serves a model that you may use.").waitFor(patience);
  expect(await accessFaults(none.page)).toEqual([]);
  await takeShot(none.page, "no-channel");
  for (const { page, faults } of [maker, chief, owner, none]) {
    expect(faults).toEqual([]);
    await page.context().close();
  }
});

test("every page of an empty database teaches, and none is blank", async () => {
  const { page, faults } = await enterConsole(browser, await start(), "owner");
  // Lists in which something stands by itself say what that is.
  const teaching: Readonly<Record<string, string>> = {
    "/channels": "Only the sandbox serves",
    "/budgets": "No budget is set.",
  };
  const bare = ["/overview", "/requests", "/notices", "/audit", "/keys", "/gallery"];
  for (const path of [...bare, ...Object.keys(teaching)]) {
    await page.goto(path);
    const lesson = teaching[path];
    if (lesson !== undefined) await page.getByText(lesson).waitFor();
    await page.getByRole("heading", { level: 1 }).waitFor();
    await expect.poll(() => page.getByRole("img", { name: "Loading" }).count(), patience).toBe(0);
    await takeShot(page, `bare${path.replace("/", "-")}`);
    expect(await accessFaults(page)).toEqual([]);
  }
  expect(faults).toEqual([]);
  await page.context().close();
});
