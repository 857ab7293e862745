import type { Browser, Page } from "playwright-core";
import { afterAll, beforeEach, expect, test, vi } from "vitest";
import {
  type WatchedPage,
  accessFaults,
  findChromium,
  openBrowser,
  openPage,
} from "../support/browser.ts";
import { consolePassword, enterConsole, invite } from "../support/console.ts";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.ts";
import { requireForTest } from "../support/require.ts";

// Stories of a whole console, on machines that may have much else to do.
vi.setConfig({ testTimeout: 120_000 });
const patience = { timeout: 20_000 };

let browser: Browser | undefined;
let started: Promise<GatewayProcess> | undefined;
let gateway: GatewayProcess;
beforeEach(async (context) => {
  const chromium = requireForTest(context, "Chromium", findChromium());
  browser ??= await openBrowser(chromium);
  started ??= startGatewayProcess({
    built: true,
    settings: {
      teams: [{ id: "studio", name: "Studio", budget: { usd: 500 } }],
      users: [{ id: "farm", team: "studio" }],
      channels: [
        {
          id: "drawing",
          provider: "sandbox",
          models: [{ name: "dear", upstream: "sandbox-fast", price: { per_image_usd: 0.1 } }],
          budget: { usd: 30 },
        },
      ],
    },
  });
  gateway = await started;
});
afterAll(async () => {
  await browser?.close();
  await (await started)?.stop();
});

function opened(): Browser {
  if (browser === undefined) throw new Error("there is a browser");
  return browser;
}

const admin = {
  authorization: "Bearer test-admin-token-0123456789",
  "content-type": "application/json",
};

async function told<T>(path: string): Promise<T> {
  const answer = await fetch(`${gateway.url}${path}`, { headers: admin });
  return (await answer.json()) as T;
}

async function sent(method: string, path: string, body: object, version?: number): Promise<void> {
  const answer = await fetch(`${gateway.url}${path}`, {
    method,
    headers: { ...admin, ...(version === undefined ? {} : { "if-match": `"${version}"` }) },
    body: JSON.stringify(body),
  });
  expect([path, answer.ok]).toEqual([path, true]);
}

/** Breaches of access, in the light and in the dark, and a page that is wider than a phone. */
async function pageFaults(page: Page): Promise<unknown[]> {
  const found: unknown[] = await accessFaults(page);
  await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
  found.push(...(await accessFaults(page)));
  await page.emulateMedia({ colorScheme: "light" });
  const size = page.viewportSize() ?? { width: 1280, height: 720 };
  await page.setViewportSize({ width: 390, height: 844 });
  const over = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
  if (over !== 0) found.push(`${new URL(page.url()).pathname} is too wide by ${String(over)}`);
  await page.setViewportSize(size);
  return found;
}

async function choose(page: Page, label: string | RegExp, option: string | RegExp): Promise<void> {
  await page.getByRole("button", { name: label }).click();
  await page.getByRole("option", { name: option }).click();
}

/** Opens the console by a one-time link, as its person does. */
async function comeIn(link: string): Promise<WatchedPage> {
  const opens = await openPage(opened(), gateway.url, { expected: /status of 401/ });
  await opens.page.goto(link);
  await opens.page.getByLabel("Password", { exact: true }).fill(consolePassword);
  await opens.page.getByRole("button", { name: "Begin" }).click();
  await opens.page.getByRole("heading", { name: "Playground" }).waitFor();
  return opens;
}

/** Makes a picture of the console's and keeps it, as the page's own person. */
async function keepOne(page: Page): Promise<void> {
  const ask = async (method: string, path: string, body?: object): Promise<string> => {
    const headers = { origin: gateway.url, "content-type": "application/json" };
    const data = body === undefined ? {} : { data: body };
    const answer = await page.request.fetch(gateway.url + path, { method, headers, ...data });
    expect([path, answer.ok()]).toEqual([path, true]);
    return answer.text();
  };
  const wanted = { model: "dear", prompt: "a heron", size: "256x256" };
  const begun = await ask("POST", "/console/v1/images/generations", wanted);
  const { request_id: id } = JSON.parse(begun) as { request_id: string };
  expect(await ask("GET", `/console/v1/images/generations/${id}/events`)).toContain("done");
  await ask("PUT", `/console/v1/gallery/${id}.0/saved`);
}

/** Removes Ann, whose panel asks what becomes of hers: another person gets the picture that she keeps. */
async function handOver(page: Page): Promise<void> {
  const question = page.getByRole("alertdialog");
  await question.getByText("The user ann stays, without keys.").waitFor();
  await question.getByText(/They keep 1 picture \(.*B\)/).waitFor();
  await question.getByText("Delete them now").click();
  await question.getByText(/They are gone at once/).waitFor();
  await question.getByText("Hand them over").click();
  await question.getByText(/The other person keeps them/).waitFor();
  expect(await accessFaults(page)).toEqual([]);
  await question.getByRole("button", { name: "Remove" }).click();
  await expect.poll(() => page.getByRole("row", { name: /Ann Baker/ }).count(), patience).toBe(0);
  const { data } = await told<{ data: { id: string }[] }>("/admin/v1/people");
  const kept = data.map(({ id }) => told<{ saved_pictures: number }>(`/admin/v1/people/${id}`));
  expect((await Promise.all(kept)).map((one) => one.saved_pictures)).toContain(1);
}

test("an owner makes a team with a budget and a user in it, invites a person who is that user, and disables and removes them", async () => {
  const { page, faults } = await enterConsole(opened(), gateway, "owner", {
    expected: /status of (400|409)/,
  });
  await page.goto("/people?show=teams");
  await page.getByRole("button", { name: "New team" }).click();
  const panel = page.getByRole("complementary");
  const field = (name: string) => panel.getByRole("textbox", { name, exact: true });
  await field("Id").fill("art department");
  await panel.getByRole("button", { name: "Add a budget" }).click();
  await field("US dollars").fill("lots");
  await panel.getByRole("button", { name: "Make the team" }).click();
  await panel
    .getByText(/letters, digits, dots/)
    .last()
    .waitFor();
  await field("Id").fill("art");
  await panel.getByRole("button", { name: "Make the team" }).click();
  // The gateway's words stand at the field that they are about.
  await expect.poll(() => field("US dollars").getAttribute("aria-invalid"), patience).toBe("true");
  await field("US dollars").fill("0.25");
  expect(await pageFaults(page)).toEqual([]);
  await panel.getByRole("button", { name: "Make the team" }).click();
  await page.getByRole("row", { name: /art.*\$0\.25 a month/ }).waitFor();
  await panel.waitFor({ state: "detached" });
  const { budget } = await told<{ budget: unknown }>("/admin/v1/teams/art");
  expect(budget).toEqual([{ usd: "0.25", period: "month", hard: true, notify_at: ["0.8", "1"] }]);

  await page.getByText("Users", { exact: true }).first().click();
  await page.getByRole("button", { name: "New user" }).click();
  await field("Id").fill("ann");
  await choose(page, /^None Team|Team None/, /^art/);
  await panel.getByRole("button", { name: "Make the user" }).click();
  await page.getByRole("row", { name: /ann.*art/ }).waitFor();

  await page.goto("/people");
  await page.getByRole("button", { name: "Invite somebody" }).click();
  await field("Name").fill("Ann Baker");
  await field("Name or e-mail address to sign in with").fill("owner@example.com");
  await choose(page, /User that they are/, /^ann/);
  await panel.getByRole("button", { name: "Invite somebody" }).click();
  await panel.getByText(/Another person signs in with this/).waitFor();
  await field("Name or e-mail address to sign in with").fill("Ann@Example.com");
  await panel.getByRole("button", { name: "Invite somebody" }).click();
  const link = (await panel.locator("code").textContent()) ?? "";
  expect(link).toContain(`${gateway.url}/welcome#`);
  expect(await pageFaults(page)).toEqual([]);
  await panel.getByRole("button", { name: "I have it" }).click();
  await page.getByRole("row", { name: /Ann Baker.*ann.*invited/ }).waitFor();

  const ann = await comeIn(link);
  await keepOne(ann.page);

  await page.reload();
  await page.getByRole("link", { name: "Ann Baker" }).click();
  await panel.getByRole("button", { name: "Disable" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Disable" }).click();
  await page.getByRole("row", { name: /Ann Baker.*disabled/ }).waitFor();
  await panel.waitFor({ state: "detached" });
  await ann.page.goto("/gallery");
  await ann.page.getByRole("button", { name: "Sign in", exact: true }).waitFor();
  await page.getByRole("link", { name: "Ann Baker" }).click();
  await panel.getByRole("button", { name: "Remove" }).click();
  await handOver(page);
  expect([...faults, ...ann.faults]).toEqual([]);
  await page.context().close();
  await ann.page.context().close();
});

test("changes in a form ask before it is left, survive a reload, and meet those of somebody else as two versions", async () => {
  await sent("POST", "/admin/v1/users", { id: "bo", name: "Bo", rpm: 10 });
  const { page, faults } = await enterConsole(opened(), gateway, "admin", {
    expected: /status of 412/,
  });
  await page.goto("/people?show=users");
  await page.getByRole("link", { name: "Bo" }).click();
  const panel = page.getByRole("complementary");
  const name = panel.getByRole("textbox", { name: "Name", exact: true });
  await name.fill("Bo Lind");
  await panel.getByText("1 change").waitFor();
  await page.keyboard.press("Escape");
  const question = page.getByRole("alertdialog", { name: "Leave without saving?" });
  await question.getByRole("button", { name: "Cancel" }).click();
  await page.goBack();
  await question.getByRole("button", { name: "Cancel" }).click();
  // A tap beside the panel closes nothing.
  await page.mouse.click(20, 400);
  await page.reload();
  await expect.poll(() => name.inputValue(), patience).toBe("Bo Lind");
  await panel.getByRole("textbox", { name: "Requests a minute" }).fill("");
  await sent("PATCH", "/admin/v1/users/bo", { name: "Bo L.", ipm: 7 }, 1);
  await panel.getByRole("button", { name: "Save" }).click();
  const versions = panel.getByRole("row", { name: /Name Bo L\. Bo Lind/ });
  await versions.waitFor();
  expect(await pageFaults(page)).toEqual([]);
  await panel.getByRole("button", { name: "Go on with mine" }).click();
  await panel.getByRole("button", { name: "Save" }).click();
  await page.getByRole("row", { name: /Bo Lind/ }).waitFor();
  await panel.waitFor({ state: "detached" });
  const { name: saved, rpm, ipm } = await told<Record<string, unknown>>("/admin/v1/users/bo");
  // What somebody else has changed elsewhere stays, and a field can be emptied again.
  expect([saved, rpm, ipm]).toEqual(["Bo Lind", null, 7]);

  await page.getByRole("link", { name: "Bo Lind" }).click();
  await name.fill("Nobody");
  await page.keyboard.press("Escape");
  await question.getByRole("button", { name: "Leave" }).click();
  await expect.poll(() => panel.count(), patience).toBe(0);
  expect(page.url()).not.toContain("open=");

  // What the file sets is shown with its line, and cannot be changed.
  await page.getByRole("link", { name: "farm" }).click();
  await panel.getByText(/It stands in pinhole\.yaml, line \d+/).waitFor();
  expect(await name.isDisabled()).toBe(true);
  expect(await panel.getByRole("button", { name: "Disable" }).count()).toBe(0);
  expect(faults).toEqual([]);
  await page.context().close();
});

test("each role sees of people what it may: a team's admin the team's users and their budgets, an operator nothing, an administrator no owner's form", async () => {
  await sent("POST", "/admin/v1/users", { id: "cy", name: "Cy", team: "studio" });
  await invite(gateway, { login: "boss@example.com", name: "Boss", role: "owner" });
  const { invitation } = await fetch(`${gateway.url}/admin/v1/people`, {
    method: "POST",
    headers: admin,
    body: JSON.stringify({ login: "t@a.se", name: "Tea", role: "team_admin", team: "studio" }),
  }).then((answer) => answer.json() as Promise<{ invitation: { path: string } }>);
  const { page, faults } = await openPage(opened(), gateway.url, {
    locale: "zh-CN",
    expected: /status of 40[01]/,
  });
  await page.goto(invitation.path);
  const password = page.getByLabel("密码", { exact: true });
  for (const [bad, told] of [
    ["a", "请填写至少 12 个字符。"],
    ["aaaaaaaaaaaa", "密码须有至少 5 个不同的字符。"],
  ] as const) {
    await password.fill(bad);
    await page.getByRole("button", { name: "开始" }).click();
    await page.getByText(told).waitFor();
  }
  await password.fill(consolePassword);
  await page.getByRole("button", { name: "开始" }).click();
  await page.getByRole("link", { name: "成员" }).click();
  await page.getByRole("link", { name: "Cy" }).waitFor();
  expect(await page.getByRole("link", { name: "Bo Lind" }).count()).toBe(0);
  expect(await page.getByRole("button", { name: /新建|邀请/ }).count()).toBe(0);
  await page.getByRole("link", { name: "Cy" }).click();
  const panel = page.getByRole("complementary");
  expect(await panel.getByRole("textbox", { name: "名称" }).isDisabled()).toBe(true);
  await panel.getByRole("button", { name: "添加预算" }).click();
  await panel.getByRole("textbox", { name: "美元", exact: true }).fill("3");
  expect(await accessFaults(page)).toEqual([]);
  await panel.getByRole("button", { name: "保存" }).click();
  await page.getByRole("row", { name: /Cy.*每月 \$3/ }).waitFor();

  // The link that was used leads to no command that has to be typed.
  await page.goto(invitation.path);
  await page.getByRole("heading", { name: "此链接已被使用或已失效" }).waitFor();
  await page.getByText("pinhole people invitation <id>", { exact: true }).waitFor();
  await page.getByRole("button", { name: "复制" }).last().click();
  await page.getByRole("button", { name: "已复制" }).waitFor();
  expect(await accessFaults(page)).toEqual([]);

  const operator = await enterConsole(opened(), gateway, "operator");
  expect(await operator.page.getByRole("link", { name: "People" }).count()).toBe(0);
  const other = await enterConsole(opened(), gateway, "admin", { login: "second@example.com" });
  await other.page.goto("/people");
  await other.page.getByRole("link", { name: "Boss" }).click();
  await other.page.getByText("Only an owner changes or removes an owner.").waitFor();
  expect(await other.page.getByRole("button", { name: "Remove" }).count()).toBe(0);
  expect([...faults, ...operator.faults, ...other.faults]).toEqual([]);
  for (const one of [page, operator.page, other.page]) await one.context().close();
});

/** The answer to a request for a picture: its status and its id. */
async function paint(key: string): Promise<readonly [number, string]> {
  const answer = await fetch(`${gateway.url}/v1/images/generations`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "dear", prompt: "a heron", size: "256x256" }),
  });
  await answer.arrayBuffer();
  return [answer.status, answer.headers.get("x-request-id") ?? ""];
}

/** Makes a key with a budget in the console's form, and asks with it until it is refused. */
async function makeAndSpend(page: Page): Promise<Record<"key" | "spent" | "refused", string>> {
  await page.getByRole("button", { name: "New key" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("kiosk");
  await page.getByRole("textbox", { name: "Budget in US dollars" }).fill("0.1");
  await page.getByRole("button", { name: "Make the key" }).click();
  await page.getByRole("button", { name: "Copy" }).first().click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  const key = await page.evaluate<string>("navigator.clipboard.readText()");
  // A first request, as code for a model that there is.
  await page.getByText(`"model":"dear"`).waitFor();
  await page.getByText("Python", { exact: true }).click();
  await page.getByText(`model="dear"`).waitFor();
  const [status, spent] = await paint(key);
  expect(status).toBe(200);
  const [refusal, refused] = await paint(key);
  expect(refusal).toBe(429);
  return { key, spent, refused };
}

/** Goes by clicks from the key to what was refused, and from there to its remedy, which is the very budget. */
async function followRefusal(page: Page, spent: string, refused: string): Promise<void> {
  await page.goto("/keys");
  const entry = page.getByRole("row", { name: /kiosk.*\$0\.10 of \$0\.10 a month/ });
  await entry.waitFor();
  expect(await pageFaults(page)).toEqual([]);
  await entry.getByRole("link", { name: "$0.10 of $0.10 a month" }).click();
  await page.locator(`tr[data-request="${spent}"]`).waitFor();
  await page.goBack();
  await entry.getByRole("link", { name: "used up: requests are refused" }).waitFor();
  await entry.getByRole("link", { name: "kiosk" }).click();
  await page.getByRole("link", { name: "What was refused for a budget" }).click();
  await page.waitForURL(/error=budget_exceeded/);
  const row = page.locator(`tr[data-request="${refused}"]`);
  await row.waitFor();
  expect(await page.locator("tr[data-request]").count()).toBe(1);
  await row.getByRole("link").click();
  await page.getByRole("link", { name: "Open as a page" }).click();
  await page.waitForURL(`**/requests/${refused}`);
  const timeline = page.getByRole("region", { name: "What happened when" });
  await timeline.getByText("budget_exceeded · no upstream was asked, nothing billed").waitFor();
  await page.getByRole("link", { name: "Go to Budgets" }).click();
  await page.getByRole("complementary", { name: "Budgets of kiosk" }).waitFor();
}

test("an administrator makes a key with a budget, which is spent and refuses; from the key one comes by clicks to what spent it, to what was refused and why, and to the larger budget that lets it go on", async () => {
  await sent("POST", "/admin/v1/users", { id: "dot" });
  const { page, faults } = await enterConsole(opened(), gateway, "admin", {
    login: "money@example.com",
    expected: /status of 400/,
    permissions: ["clipboard-read", "clipboard-write"],
  });
  await page.goto("/keys");
  const { key, spent, refused } = await makeAndSpend(page);
  await followRefusal(page, spent, refused);
  await page.keyboard.press("Escape");
  const row = page.getByRole("listitem").filter({ hasText: "kiosk" });
  await row.getByText("$0.10 of $0.10 a month").waitFor();
  await page.getByText("drawing").waitFor();
  expect(await pageFaults(page)).toEqual([]);
  await row.getByRole("link", { name: "kiosk" }).click();
  const panel = page.getByRole("complementary");
  await panel.getByRole("link", { name: "Its requests" }).click();
  await page.locator(`tr[data-request="${spent}"]`).getByRole("link").click();
  await page.getByRole("complementary").getByText("Attempt 1").waitFor();
  await page.goto("/budgets");
  await row.getByRole("link", { name: "kiosk" }).click();
  const dollars = panel.getByRole("textbox", { name: "US dollars", exact: true });
  await dollars.fill("a lot");
  await panel.getByRole("button", { name: "Save" }).click();
  await expect.poll(() => dollars.getAttribute("aria-invalid"), patience).toBe("true");
  await dollars.fill("0.2");
  await panel.getByRole("textbox", { name: "Raised by, US dollars" }).fill("0.1");
  await panel.getByRole("textbox", { name: "Raised until" }).fill("2999-01-31");
  expect(await accessFaults(page)).toEqual([]);
  await panel.getByRole("button", { name: "Save" }).click();
  await row.getByText("$0.10 of $0.30 a month").waitFor();
  await panel.waitFor({ state: "detached" });
  expect((await paint(key))[0]).toBe(200);

  // A first budget, of one that had none; and that of the file, which is changed in the file.
  await page.getByRole("button", { name: "Set a budget" }).click();
  await panel.getByText("User", { exact: true }).first().click();
  await choose(page, /Choose one/, /^dot/);
  await panel.getByRole("button", { name: "Go on" }).click();
  await panel.getByRole("button", { name: "Add a budget" }).click();
  await dollars.fill("7");
  await panel.getByRole("button", { name: "Save" }).click();
  // The panel closes once the list has it.
  await panel.waitFor({ state: "detached" });
  await page.getByText("$0 of $7 a month").waitFor();
  await page.getByRole("link", { name: "drawing" }).click();
  await panel.getByText(/It stands in pinhole\.yaml, line \d+/).waitFor();
  expect(await dollars.isDisabled()).toBe(true);
  expect(faults).toEqual([]);
  await page.context().close();
});

test("settings show what the gateway runs with and no credential; an owner makes a token and removes it", async () => {
  const { page, faults } = await enterConsole(opened(), gateway, "owner", {
    login: "sets@example.com",
  });
  await page.goto("/settings");
  const port = page.getByRole("row", { name: /^server\.port 0 pinhole\.yaml, line \d+$/ });
  await port.waitFor();
  await page.getByRole("row", { name: /^admin_token … PINHOLE_ADMIN_TOKEN$/ }).waitFor();
  expect(await page.content()).not.toContain("test-admin-token");
  expect(await pageFaults(page)).toEqual([]);
  await page.goto("/settings?show=tokens");
  await page.getByRole("button", { name: "New token" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("deploy");
  await page.getByRole("button", { name: "Make the token" }).click();
  const token = (await page.locator("code", { hasText: /^pin_/ }).textContent()) ?? "";
  const asked = (): Promise<number> =>
    fetch(`${gateway.url}/admin/v1/channels`, {
      headers: { authorization: `Bearer ${token}` },
    }).then(({ status }) => status);
  expect(await asked()).toBe(200);
  await page.getByRole("button", { name: "I have it" }).click();
  expect(await pageFaults(page)).toEqual([]);
  await page.getByRole("button", { name: "Remove deploy" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();
  await expect.poll(asked, patience).toBe(401);
  expect(faults).toEqual([]);
  await page.context().close();
});
