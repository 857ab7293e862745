import type { Browser, Page } from "playwright-core";
import { afterAll, beforeEach, expect, test, vi } from "vitest";
import { accessFaults, findChromium, openBrowser } from "../support/browser.ts";
import { enterConsole } from "../support/console.ts";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.ts";
import { requireForTest } from "../support/require.ts";

// Stories of a whole console, on machines that may have much else to do.
vi.setConfig({ testTimeout: 120_000 });
const patience = { timeout: 20_000 };
/** Refusals that the tests bring about themselves, which the browser notes as well. */
const expected = /Failed to load resource: the server responded with a status of (?:400|409|412)/;

let browser: Browser | undefined;
let started: Promise<readonly [GatewayProcess, GatewayProcess]> | undefined;
let gateway: GatewayProcess;
/** A second Pinhole, which is an upstream here. */
let upstream: GatewayProcess;
beforeEach(async (context) => {
  const chromium = requireForTest(context, "Chromium", findChromium());
  browser ??= await openBrowser(chromium);
  started ??= Promise.all([startGatewayProcess({ built: true, settings }), second()]);
  [gateway, upstream] = await started;
});
afterAll(async () => {
  await browser?.close();
  for (const one of (await started) ?? []) await one.stop();
});

const second = (): Promise<GatewayProcess> => startGatewayProcess({ built: true });

const settings = {
  policy: { style: "prompt" },
  channels: [
    { id: "filed", provider: "sandbox", models: ["sandbox"], priority: 50 },
    {
      id: "priced",
      provider: "stability",
      settings: { api_key: "sk-filed-0123456789fkey" },
      priority: -50,
    },
  ],
};

const admin = {
  authorization: "Bearer test-admin-token-0123456789",
  "content-type": "application/json",
};

interface Channel extends Readonly<Record<string, unknown>> {
  readonly id: string;
  readonly priority: number;
  readonly version: number;
}

async function ask(method: string, path: string, body?: unknown): Promise<Channel> {
  const answer = await fetch(`${gateway.url}/admin/v1/channels${path}`, {
    method,
    headers: { ...admin, ...(method === "PATCH" ? { "if-match": "*" } : {}) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const read = (await answer.json()) as Channel;
  if (!answer.ok) throw new Error(JSON.stringify(read));
  return read;
}

function opened(): Browser {
  if (browser === undefined) throw new Error("there is a browser");
  return browser;
}

/** Breaches of access in the light, and in the dark on a phone, and what is wider than that. */
async function pageFaults(page: Page): Promise<unknown[]> {
  const found: unknown[] = await accessFaults(page);
  await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
  const size = page.viewportSize() ?? { width: 1280, height: 720 };
  await page.setViewportSize({ width: 390, height: 844 });
  found.push(...(await accessFaults(page)));
  const over = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
  if (over !== 0) found.push(`${new URL(page.url()).pathname} is too wide by ${String(over)}`);
  await page.setViewportSize(size);
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "no-preference" });
  return found;
}

/** All that the tab has stored, as text. */
const stored = (page: Page): Promise<string> =>
  page.evaluate("JSON.stringify([{ ...sessionStorage }, { ...localStorage }])");

const idsInOrder = (page: Page): Promise<string[]> =>
  page.evaluate(
    "[...document.querySelectorAll('[data-channel]')].map((row) => row.dataset.channel)",
  );

/** Makes the channel `workshop` to the second Pinhole, without a pointer. */
async function makeWorkshop(page: Page): Promise<void> {
  const { keyboard } = page;
  await page.getByRole("link", { name: "New channel" }).focus();
  await keyboard.press("Enter");
  await page.getByRole("textbox", { name: "Search for a provider" }).focus();
  await keyboard.type("openai-comp");
  await expect.poll(() => page.getByRole("listitem").count(), patience).toBe(1);
  await keyboard.press("Tab");
  await keyboard.press("Enter");
  const fill = async (name: string, text: string): Promise<void> => {
    await page.getByRole("textbox", { name, exact: true }).focus();
    await keyboard.press("Control+a");
    await keyboard.type(text);
  };
  await fill("Name", "workshop");
  await fill("Address", `${upstream.url}/v1`);
  await page.getByLabel("API key", { exact: true }).focus();
  await keyboard.type(upstream.key);
  await keyboard.press("Enter");
  // Its models cannot be guessed, and the form says so where they are typed.
  await page.getByText(/models is missing/).waitFor();
  expect(await pageFaults(page)).toEqual([]);
  await page.getByRole("button", { name: "Add a model" }).focus();
  await keyboard.press("Enter");
  await fill("Model 1", "sandbox");
  await keyboard.press("Enter");
  await page.getByText("Created. Test it").waitFor();
  expect(await page.content()).not.toContain(upstream.key);
}

test("an operator makes a channel to a second Pinhole by the keyboard alone, tests it, breaks it, sees why, and moves it up", async () => {
  const { page, faults } = await enterConsole(opened(), gateway, "operator", { expected });
  const { keyboard } = page;
  await ask("POST", "", {
    id: "above",
    provider: "automatic1111",
    settings: { base_url: "http://127.0.0.1:9" },
    models: ["sdxl"],
  });
  await page.goto("/channels");
  await page.getByText("3 channels, all healthy").waitFor();
  expect(await pageFaults(page)).toEqual([]);
  await makeWorkshop(page);
  await page.getByRole("button", { name: "Test", exact: true }).focus();
  await keyboard.press("Enter");
  await page.getByText("It works").waitFor();
  await page.getByRole("button", { name: "Make a real picture" }).focus();
  await keyboard.press("Enter");
  await page.getByRole("img", { name: "Test picture of sandbox" }).waitFor();
  await page.getByText(/^Cost: /).waitFor();
  expect(await pageFaults(page)).toEqual([]);
  await page.getByRole("button", { name: "Replace: API key" }).focus();
  await keyboard.press("Enter");
  await page.getByLabel("API key", { exact: true }).focus();
  await keyboard.type("pin_wrong_0123456789wxyz");
  await page.getByText("1 change", { exact: true }).waitFor();
  await keyboard.press("Enter");
  await page.getByText("A credential is set that ends in wxyz.").waitFor();
  await page.getByRole("button", { name: "Test again" }).focus();
  await keyboard.press("Enter");
  await page.getByText("It does not work").waitFor();
  await page.getByText(/HTTP 401/).waitFor();
  await page.getByText(/Replace the credential below/).waitFor();
  await keyboard.press("Escape");
  await page.waitForURL("**/channels");
  expect(await idsInOrder(page)).toEqual(["filed", "above", "workshop", "priced"]);
  // From wherever in the row, the button of its menu included.
  await page.getByRole("button", { name: "Actions for workshop" }).focus();
  await keyboard.press("Alt+ArrowUp");
  await page.getByText("workshop is now 2 of 4.").waitFor();
  await expect
    .poll(async () => (await ask("GET", "/workshop")).priority, patience)
    .toBeGreaterThan((await ask("GET", "/above")).priority);
  await page.reload();
  await page.getByRole("link", { name: "workshop" }).waitFor();
  expect(await idsInOrder(page)).toEqual(["filed", "workshop", "above", "priced"]);
  expect(faults).toEqual([]);
  await page.context().close();
});

test("what was typed survives a tap beside the form, is asked for before leaving, and meets what somebody else changed side by side; a field can be emptied again", async () => {
  await ask("POST", "", {
    id: "shared",
    provider: "openai",
    settings: { api_key: "sk-shared-0123456789aaaa", organization: "org-acme" },
    limits: { rpm: 60 },
    enabled: false,
  });
  const { page, faults } = await enterConsole(opened(), gateway, "admin", { expected });
  await page.goto("/channels");
  await page.getByRole("link", { name: "shared" }).click();
  const organization = page.getByRole("textbox", { name: "Organization" });
  await organization.fill("");
  await page.getByRole("textbox", { name: "Requests a minute" }).fill("90");
  await page.getByText("2 changes").waitFor();
  // Beside the panel nothing closes it.
  await page.mouse.click(300, 700);
  expect(await organization.inputValue()).toBe("");
  // A reload loses nothing but what is typed as a credential, which is written nowhere.
  await page.getByRole("button", { name: "Replace: API key" }).click();
  await page.getByLabel("API key", { exact: true }).fill("sk-typed-0123456789bbbb");
  await page.getByText("3 changes").waitFor();
  expect(await stored(page)).not.toContain("sk-typed");
  await page.reload();
  await page.getByText(/no browser keeps them/).waitFor();
  await page.getByText("2 changes").waitFor();
  expect(await organization.inputValue()).toBe("");
  await page.getByRole("link", { name: "filed" }).click();
  await page.getByRole("alertdialog").getByText("2 changes that you made").waitFor();
  expect(await accessFaults(page)).toEqual([]);
  await page.getByRole("button", { name: "Cancel" }).click();
  await ask("PATCH", "/shared", { weight: 7 });
  await page.getByRole("button", { name: "Save" }).click();
  const both = page.getByRole("table", { name: /Somebody else changed this channel/ });
  await both.getByRole("row", { name: "weight 1 7 unchanged" }).waitFor();
  await both.getByRole("row", { name: "limits.rpm 60 unchanged 90" }).waitFor();
  await both
    .getByRole("row", { name: "settings.organization org-acme unchanged not set" })
    .waitFor();
  expect(await pageFaults(page)).toEqual([]);
  await page.getByRole("button", { name: "Save mine over it" }).click();
  await expect
    .poll(async () => await ask("GET", "/shared"), patience)
    .toMatchObject({ weight: 7, limits: { rpm: 90 }, settings: { api_key: { hint: "aaaa" } } });
  expect((await ask("GET", "/shared"))["settings"]).not.toHaveProperty("organization");
  await expect.poll(() => page.getByText(/\d changes?$/).count(), patience).toBe(0);
  await page.getByRole("textbox", { name: "Priority" }).fill("often");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText(/priority must be a whole number/).waitFor();
  await page.getByRole("button", { name: "Discard" }).click();
  expect(await page.getByRole("textbox", { name: "Priority" }).inputValue()).toBe("0");
  expect(await stored(page)).not.toContain("pinhole.form");
  const panel = page.getByRole("complementary");
  await panel.getByRole("button", { name: "Actions for shared" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
  await expect.poll(() => idsInOrder(page), patience).not.toContain("shared");
  await page.waitForURL("**/channels");
  await keepsNewOne(page);
  expect(faults).toEqual([]);
  await page.context().close();
});

/** Reloads the form of a new channel, which keeps its provider and what was typed, but for the credential. */
async function keepsNewOne(page: Page): Promise<void> {
  await page.goto("/channels/new");
  await page.getByRole("button", { name: "Stability AI" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("second-account");
  await page.getByLabel("API key", { exact: true }).fill("sk-typed-0123456789cccc");
  expect(await stored(page)).not.toContain("sk-typed");
  await page.reload();
  const name = page.getByRole("textbox", { name: "Name" });
  await name.waitFor();
  expect(await name.inputValue()).toBe("second-account");
  expect(await page.getByLabel("API key", { exact: true }).inputValue()).toBe("");
  await page.getByText(/no browser keeps them/).waitFor();
}

test("a channel of the file is shown with its line and without a form; a paid test tells its price first; who may not run channels has no such page", async () => {
  const { page, faults } = await enterConsole(opened(), gateway, "owner", { expected });
  await page.evaluate("localStorage.setItem('pinhole.language', 'zh-CN')");
  await page.goto("/channels/filed");
  await page.getByText(/^声明于 pinhole\.yaml/).waitFor();
  expect(await page.getByRole("button", { name: "保存" }).count()).toBe(0);
  expect(await page.getByRole("button", { name: /^移动 filed/ }).count()).toBe(0);
  expect(await pageFaults(page)).toEqual([]);
  await page.goto("/channels/priced");
  await page.getByRole("button", { name: "测试", exact: true }).click();
  await page.getByText("只有真实图片才能确认").waitFor();
  await page.getByRole("button", { name: /^以 \$[\d.]+ 购买一张图片$/ }).waitFor();
  const viewer = await enterConsole(opened(), gateway, "viewer");
  expect(await viewer.page.getByRole("link", { name: "Channels" }).count()).toBe(0);
  expect([...faults, ...viewer.faults]).toEqual([]);
  await viewer.page.context().close();
  await page.context().close();
});

/** Sets a policy that somebody else sets meanwhile, takes the default model up and away, and looks at what the file holds. */
async function policies(page: Page): Promise<void> {
  const policy = async (method: string, id: string, value?: unknown): Promise<unknown> => {
    const body = value === undefined ? {} : { body: JSON.stringify({ value }) };
    const answer = await fetch(`${gateway.url}/admin/v1/policies/${id}`, {
      method,
      headers: admin,
      ...body,
    });
    const { value: now, removed_at: gone } = (await answer.json()) as Record<string, unknown>;
    return gone === null ? now : undefined;
  };
  await page.getByRole("link", { name: /^The default model and the policies/ }).click();
  await page.getByRole("link", { name: "A style that a model does not have" }).click();
  const panel = page.getByRole("complementary");
  await panel.getByText(/It stands in pinhole\.yaml/).waitFor();
  await panel.getByText("said in the prompt").waitFor();
  expect(await panel.getByRole("button", { name: /Value/ }).count()).toBe(0);
  await panel.getByRole("button", { name: "Close" }).click();
  const choose = async (name: string, value: string): Promise<void> => {
    await page.getByRole("link", { name, exact: true }).click();
    await panel.getByRole("button", { name: /Value/ }).click();
    await page.getByRole("option", { name: value, exact: true }).click();
    await panel.getByText("1 change", { exact: true }).waitFor();
  };
  const refuse = "Refuse what a model cannot do";
  await choose(refuse, "yes");
  await page.reload();
  await panel.getByText("1 change", { exact: true }).waitFor();
  await policy("PUT", "strict", false);
  await panel.getByRole("button", { name: "Save" }).click();
  await panel.getByRole("row", { name: `${refuse} no yes` }).waitFor();
  expect(await pageFaults(page)).toEqual([]);
  await panel.getByRole("button", { name: "Go on with mine" }).click();
  await panel.getByRole("button", { name: "Save" }).click();
  await expect.poll(() => policy("GET", "strict"), patience).toBe(true);
  await panel.waitFor({ state: "detached" });
  await choose("Default model", "sandbox");
  await panel.getByRole("button", { name: "Save" }).click();
  await expect.poll(() => policy("GET", "default_model"), patience).toBe("sandbox");
  await panel.waitFor({ state: "detached" });
  await page
    .getByRole("listitem")
    .filter({ hasText: "Default model" })
    .getByText("set here")
    .waitFor();
  await choose("Default model", "Not set (none)");
  await panel.getByRole("button", { name: "Save" }).click();
  await expect.poll(() => policy("GET", "default_model"), patience).toBe(undefined);
}

/** The link of an alias in their own table: the table of models may come first, and has one of the same name. */
const aliasLink = (page: Page, name: string) =>
  page.getByRole("table", { name: "Aliases" }).getByRole("link", { name, exact: true });

/** Changes the alias `house` while somebody else does. */
async function changeAlias(page: Page): Promise<void> {
  const panel = page.getByRole("complementary");
  const models = panel.getByRole("textbox", { name: "Stands for" });
  await aliasLink(page, "house").click();
  await models.fill("sandbox");
  await panel.getByText("1 change", { exact: true }).waitFor();
  const path = `${gateway.url}/admin/v1/aliases/house`;
  const body = JSON.stringify({ models: ["stable-image-core"] });
  await fetch(path, { method: "PATCH", headers: { ...admin, "if-match": "*" }, body });
  await panel.getByRole("button", { name: "Save" }).click();
  await panel.getByRole("row", { name: "Stands for stable-image-core sandbox" }).waitFor();
  expect(await pageFaults(page)).toEqual([]);
  await panel.getByRole("button", { name: "Go on with mine" }).click();
  await panel.getByRole("button", { name: "Save" }).click();
  await page
    .getByRole("table", { name: "Aliases" })
    .getByRole("row", { name: "house sandbox" })
    .waitFor();
  await panel.waitFor({ state: "detached" });
}

test("the models are listed with what serves them, an alias is made, changed beside somebody else and deleted in its panel, and one leads to the playground", async () => {
  const { page, faults } = await enterConsole(opened(), gateway, "operator", {
    expected,
    login: "second-operator@example.com",
  });
  await page.goto("/models");
  await page.getByRole("link", { name: "sandbox", exact: true }).waitFor();
  await page.getByRole("link", { name: "New alias" }).click();
  const panel = page.getByRole("complementary");
  const field = (name: string) => panel.getByRole("textbox", { name });
  await field("Alias").fill("house");
  await field("Stands for").fill("sandbox, nothing-like-it");
  // A draft survives a reload, and what the gateway refuses is told at its field.
  await page.reload();
  await panel.getByRole("button", { name: "Make the alias" }).click();
  await expect.poll(() => field("Stands for").getAttribute("aria-invalid"), patience).toBe("true");
  await field("Stands for").fill("stable-image-ultra");
  await panel.getByRole("button", { name: "Make the alias" }).click();
  await page.getByRole("row", { name: "house stable-image-ultra" }).waitFor();
  await panel.waitFor({ state: "detached" });
  await changeAlias(page);
  await page
    .getByRole("region", { name: "All names that are served" })
    .getByRole("link", { name: "house", exact: true })
    .click();
  await panel.getByText("stands for sandbox", { exact: true }).waitFor();
  await panel.getByRole("link", { name: "filed" }).waitFor();
  expect(await pageFaults(page)).toEqual([]);
  await panel.getByRole("link", { name: "Try it in the playground" }).click();
  await page.waitForURL("**/make");
  await page.goto("/models");
  await aliasLink(page, "house").click();
  await panel.getByRole("button", { name: "Delete" }).click();
  expect(await pageFaults(page)).toEqual([]);
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
  await expect
    .poll(() => page.getByRole("link", { name: "house", exact: true }).count(), patience)
    .toBe(0);
  await policies(page);
  expect(faults).toEqual([]);
  await page.context().close();
});
