import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeEach, expect, test, vi } from "vitest";
import { accessFaults, findChromium, openBrowser } from "../support/browser.ts";
import { enterConsole } from "../support/console.ts";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.ts";
import { requireForTest } from "../support/require.ts";
import { trafficKeys, writeTraffic } from "../support/traffic.ts";

// Four stories of a whole console, on machines that may have much else to do.
vi.setConfig({ testTimeout: 120_000 });
const patience = { timeout: 60_000 };

let browser: Browser | undefined;
let started: Promise<GatewayProcess> | undefined;
let gateway: GatewayProcess;
// One for all tests, with two months of traffic.
beforeEach(async (context) => {
  const chromium = requireForTest(context, "Chromium", findChromium());
  browser ??= await openBrowser(chromium);
  started ??= start();
  gateway = await started;
});
afterAll(async () => {
  await browser?.close();
  await (await started)?.stop();
});

async function start(): Promise<GatewayProcess> {
  const folder = await mkdtemp(join(tmpdir(), "pinhole-watch-"));
  await writeTraffic(folder, 900, Date.now());
  return startGatewayProcess({
    built: true,
    folder,
    settings: {
      users: [{ id: "ada" }],
      teams: [{ id: "red", name: "Red" }],
      keys: [...trafficKeys, { id: "small", name: "Small", key: smallKey }],
      channels: [
        {
          id: "drawing",
          provider: "sandbox",
          models: [
            { name: "dear", upstream: "sandbox-fast", price: { per_image_usd: 0.1 } },
            { name: "plain", upstream: "sandbox-fast", price: { per_image_usd: 0.01 } },
          ],
        },
      ],
    },
  });
}

const smallKey = "key-of-small-0123456789";
const admin = { authorization: "Bearer test-admin-token-0123456789" };

function opened(): Browser {
  if (browser === undefined) throw new Error("there is a browser");
  return browser;
}

async function makePicture(key: string): Promise<string> {
  const answer = await fetch(`${gateway.url}/v1/images/generations`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({
      model: "dear",
      prompt: "an owl in a birch wood",
      response_format: "url",
    }),
  });
  expect(answer.status).toBe(200);
  await answer.arrayBuffer();
  return answer.headers.get("x-request-id") ?? "";
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

/** Opens a request on a phone: the panel is the page then, its next one is a tap away, and the list is behind it. */
async function openOnPhone(page: Page, second: string | null): Promise<void> {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("/requests?state=failed");
  await page.locator("li[data-request] a").nth(1).tap();
  await page.waitForURL(new RegExp(`open=${second}`));
  await page.getByRole("complementary").getByRole("button", { name: "Next" }).tap();
  await expect.poll(() => new URL(page.url()).searchParams.get("open"), patience).not.toBe(second);
  await page.goBack();
  await expect.poll(() => page.url(), patience).not.toContain("open=");
}

/** Follows the time within which 95 of 100 came to the requests that took at least as long, and comes back. */
async function followSlowest(page: Page): Promise<void> {
  const secondsOf = (text: string | null): number => {
    expect(text).toMatch(/^[\d.]+ s$/);
    return Number.parseFloat(text ?? "");
  };
  const line = page.getByRole("listitem").filter({ hasText: "95 of 100 within" });
  const text = await line.getByRole("link").textContent();
  await line.getByRole("link").click();
  await page.waitForURL(/\/requests\?.*state=succeeded.*min_ms=\d+/);
  await page.getByText(`Minimum time: ${text}`).waitFor();
  const rows = page.locator("tr[data-request]");
  await rows.first().waitFor();
  const times = (await rows.locator("td:last-child").allTextContents()).map(secondsOf);
  expect(times.filter((seconds) => seconds < secondsOf(text))).toEqual([]);
  // Live rows, counts and CSV are asked for by the same filter.
  await page.getByText(`${times.length} requests in the chosen time`).waitFor();
  await page.getByRole("button", { name: "Clear Minimum time" }).click();
  await expect.poll(() => page.url(), patience).not.toContain("min_ms");
  await page.goBack();
  await page.goBack();
  await page.waitForURL("**/overview");
}

/** An expression of the page: the lines of its lists that have a number outside of a link. */
const numbersWithoutWay = `[...document.querySelectorAll("main section li")].flatMap((line) => {
  const rest = line.cloneNode(true);
  for (const way of rest.querySelectorAll("a, [aria-hidden]")) way.remove();
  return /[0-9]/.test(rest.textContent.replace(/9[59] of 100/, "")) ? [rest.textContent] : [];
})`;

test("the overview of a month leads from a bar to its requests, whose filter stands in the address and survives the panel, the keys and a reload", async () => {
  const { page, faults } = await enterConsole(opened(), gateway, "operator", {
    hasTouch: true,
    timezoneId: "America/Los_Angeles",
  });
  await page.goto("/");
  await page.waitForURL("**/overview");
  await page
    .getByText(/more than the 30 days before/)
    .first()
    .waitFor();
  expect(await pageFaults(page)).toEqual([]);
  // Every number of the lists and of the chart's legend leads to the requests that it was counted from.
  expect(await page.evaluate(numbersWithoutWay)).toEqual([]);
  await followSlowest(page);
  await page.getByRole("button", { name: "As a table" }).click();
  // Days are those of the operator, wherever the browser is.
  const today = (): string =>
    new Date().toLocaleDateString("en", { month: "short", day: "numeric", timeZone: "UTC" });
  const days = [today(), await page.getByRole("rowheader").nth(-2).textContent(), today()];
  expect([days[0], days[2]]).toContain(days[1]);
  await page.getByRole("row").nth(3).getByRole("link").first().click();
  await page.waitForURL(/\/requests\?.*model=/);
  await page.goto("/requests?state=failed");
  const rows = page.locator("tr[data-request]");
  await rows.first().waitFor();
  const count = await rows.count();
  expect(count).toBeGreaterThan(3);
  expect(await rows.filter({ hasText: "failed" }).count()).toBe(count);
  await rows.nth(1).getByRole("link").click();
  await page.waitForURL(/state=failed.*open=/);
  const panel = page.getByRole("complementary");
  await panel.getByText("Attempt 1").waitFor();
  await panel.getByText(/passed over: workshop \(cooling, 41 s\)/).waitFor();
  expect(await pageFaults(page)).toEqual([]);
  const second = new URL(page.url()).searchParams.get("open");
  await page.keyboard.press("j");
  await expect.poll(() => new URL(page.url()).searchParams.get("open"), patience).not.toBe(second);
  await page.keyboard.press("k");
  await expect.poll(() => new URL(page.url()).searchParams.get("open"), patience).toBe(second);
  await page.reload();
  await panel.getByText("Attempt 1").waitFor();
  await page.keyboard.press("Escape");
  await expect.poll(() => page.url(), patience).not.toContain("open=");
  expect(page.url()).toContain("state=failed");
  // The panel may have come before the list.
  await rows.first().waitFor();
  await page.keyboard.press("j");
  await panel.waitFor();
  await page.keyboard.press("Escape");
  await expect.poll(() => page.url(), patience).not.toContain("open=");
  // Arrows go from line to line; Enter opens one beside the list, and once more as a page.
  await rows.first().getByRole("link").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL(new RegExp(`open=${second}`));
  await panel.waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/requests\/req_/);
  await page.getByRole("heading", { name: /^req_/ }).waitFor();
  expect(await pageFaults(page)).toEqual([]);
  await page.goBack();
  await panel.waitFor();
  await openOnPhone(page, second);
  const csv = await page.context().request.get("/admin/v1/requests?state=failed&format=csv");
  expect((await csv.text()).trim().split("\r\n").length).toBeGreaterThan(count);
  expect(faults).toEqual([]);
  await page.context().close();
});

test("what comes waits behind a counter, is shown with its picture, and can be made again; a filter without a match says what there is", async () => {
  const { page, faults } = await enterConsole(opened(), gateway, "owner", {
    permissions: ["clipboard-read", "clipboard-write"],
  });
  // Found by how it ended, it is looked for among those that are there as well.
  await page.goto("/requests?max_ms=600000");
  await page.locator("tr[data-request]").first().waitFor();
  const id = await makePicture(smallKey);
  await page.getByRole("button", { name: "1 new" }).click();
  const row = page.locator(`tr[data-request="${id}"]`);
  await row.getByRole("img", { name: "an owl in a birch wood" }).waitFor();
  await row.getByText("$0.10").waitFor();
  await row.getByRole("link").click();
  await page.getByText("$0.10 charged").waitFor();
  await page.getByRole("button", { name: "curl" }).click();
  const text = await page.evaluate<string>("navigator.clipboard.readText()");
  expect(text).toContain('"prompt":"an owl in a birch wood"');
  expect(text).toContain("$PINHOLE_KEY");
  // A page over plain HTTP has no clipboard of its own.
  await page.evaluate("Object.defineProperty(window, 'isSecureContext', { value: false })");
  await page.getByRole("button", { name: "Python" }).click();
  await expect
    .poll(() => page.evaluate<string>("navigator.clipboard.readText()"), patience)
    .toContain("import os");
  await page.getByRole("button", { name: /^Make this again/ }).click();
  await page.waitForURL("**/make");
  const prompt = page.getByRole("textbox", { name: "Prompt" });
  await expect.poll(() => prompt.inputValue(), patience).toBe("an owl in a birch wood");
  await page.goto("/requests?model=nothing-like-it");
  await page.getByText(/^No request matches; [\d,]+ requests without Model\.$/).waitFor();
  expect(faults).toEqual([]);
  await page.context().close();
});

test("a change of a key is in the audit with what stood before and after; where nothing asks for attention the notices say so", async () => {
  const made = await fetch(`${gateway.url}/admin/v1/keys`, {
    method: "POST",
    headers: { ...admin, "content-type": "application/json" },
    body: JSON.stringify({ name: "Catalogue", models: ["*"] }),
  });
  const { id } = (await made.json()) as { id: string };
  await fetch(`${gateway.url}/admin/v1/keys/${id}`, {
    method: "PATCH",
    headers: { ...admin, "content-type": "application/json", "if-match": '"1"' },
    body: JSON.stringify({ name: "Catalogue 2027" }),
  });
  const { page, faults } = await enterConsole(opened(), gateway, "admin");
  await page.goto("/notices");
  await page.getByRole("heading", { name: "Notices" }).waitFor();
  await page
    .getByText(/All is quiet|asks? for attention/)
    .first()
    .waitFor();
  expect(await pageFaults(page)).toEqual([]);
  await page.goto(`/audit?resource=key&id=${id}`);
  await page.getByText("Catalogue 2027").first().click();
  const row = page.getByRole("row", { name: /^name/ });
  await row.getByText("Catalogue", { exact: true }).waitFor();
  await row.getByText("Catalogue 2027").waitFor();
  expect(await pageFaults(page)).toEqual([]);
  expect(faults).toEqual([]);
  await page.context().close();
});

test("each role sees of these pages what it may: a viewer no picture and no audit, a maker only what is their own", async () => {
  const viewer = await enterConsole(opened(), gateway, "viewer");
  await viewer.page.evaluate("localStorage.setItem('pinhole.language', 'zh-CN')");
  await viewer.page.goto("/requests");
  await viewer.page.getByRole("heading", { name: "请求" }).waitFor();
  await viewer.page.locator("tr[data-request]").first().waitFor();
  expect(await viewer.page.locator("tr[data-request] img").count()).toBe(0);
  expect(await viewer.page.getByRole("link", { name: "审计" }).count()).toBe(0);
  expect(await accessFaults(viewer.page)).toEqual([]);
  const maker = await enterConsole(opened(), gateway, "key_holder", { user: "ada" });
  await maker.page.goto("/requests");
  await maker.page.getByText("Nothing has been asked yet.").waitFor();
  expect(await maker.page.getByRole("link", { name: "Overview" }).count()).toBe(0);
  expect([...viewer.faults, ...maker.faults]).toEqual([]);
  await viewer.page.context().close();
  await maker.page.context().close();
});

test("each address opens fresh as it was written: models of the playground, filters, what stands open, and what is no filter is none", async () => {
  const { page, faults } = await enterConsole(opened(), gateway, "owner", {
    login: "links@example.com",
  });
  await page.goto("/make?model=plain");
  const model = page.getByRole("button", { name: /^plain Model$/ });
  await model.waitFor();
  await page.goto("/make?model=nothing-like-it");
  await page.getByText(/^nothing-like-it: no model of this name.*plain stays chosen\.$/).waitFor();
  await model.click();
  await page.getByRole("option", { name: "dear" }).click();
  await page.waitForURL("**/make?model=dear");
  await page.goto("/gallery?fav=1&from=2026-02-30");
  await page.getByRole("button", { name: /^Kept only/ }).waitFor();
  expect(await page.getByRole("alert").count()).toBe(0);
  await page.goto("/overview?range=9999d&by=moon&as=music");
  await page.getByRole("button", { name: "As a table" }).waitFor();
  await page.goto("/overview?range=7d&by=key&as=table");
  await page.getByRole("columnheader", { name: "Day" }).waitFor();
  await page.getByRole("button", { name: "As a chart" }).click();
  await expect.poll(() => page.url(), patience).not.toContain("as=");
  await page.goto("/models?q=dear");
  await page.locator('[data-row="dear"]').waitFor();
  expect(await page.locator("[data-row]").count()).toBe(1);
  await page.getByRole("link", { name: "dear", exact: true }).click();
  await page.waitForURL("**/models/dear?q=dear");
  await page.getByRole("complementary").getByRole("heading", { name: "dear" }).waitFor();
  await page.keyboard.press("Escape");
  await page.waitForURL("**/models?q=dear");
  await page.goto(
    "/requests?from=2026-02-01&to=never&state=failed&range=ever&min_ms=soon&max_ms=90000",
  );
  await page.getByText("From: Feb 1").waitFor();
  await page.getByText("Maximum time: 90 s").waitFor();
  expect(await page.getByText("Minimum time").count()).toBe(0);
  await page.goto("/audit");
  await page.locator("summary").first().click();
  await page.waitForURL("**/audit?open=*");
  await page.reload();
  await page.locator("details[open]").waitFor();
  await page.goto("/teams/red");
  await page.getByRole("complementary", { name: "Red" }).waitFor();
  expect(faults).toEqual([]);
  await page.context().close();
});
