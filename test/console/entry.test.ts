import type { Browser } from "playwright-core";
import { afterAll, afterEach, expect, test } from "vitest";
import { accessFaults, findChromium, openBrowser, openPage } from "../support/browser.ts";
import { consolePassword, invite } from "../support/console.ts";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.ts";
import { requireForTest } from "../support/require.ts";

let browser: Browser | undefined;
let gateway: GatewayProcess | undefined;
afterEach(async () => {
  await gateway?.stop();
  gateway = undefined;
});
afterAll(() => browser?.close());

test("somebody who is not signed in gets the page to sign in, in both languages, and no page reports a fault; one's own link lets in over one that was used, and no way leads back to it", async (context) => {
  const chromium = requireForTest(context, "Chromium", findChromium());
  browser ??= await openBrowser(chromium);
  gateway = await startGatewayProcess({ built: true });
  for (const [locale, title] of [
    ["en-US", "Sign in"],
    ["zh-CN", "登录"],
  ] as const) {
    const { page, faults } = await openPage(browser, gateway.url, { locale, expected: /401/ });
    await page.goto("/");
    await page.getByRole("heading", { name: title }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/sign-in");
    const language = await page.locator("html").getAttribute("lang");
    expect(language).toBe(locale === "zh-CN" ? "zh-CN" : "en");
    expect(faults).toEqual([]);
    expect(await accessFaults(page)).toEqual([]);
    await page.context().close();
  }
  const { page, faults } = await openPage(browser, gateway.url, { expected: /401/ });
  await page.goto("/sign-in");
  await page.goto("/welcome#used-before");
  await page.getByText("This link has been used or has ended").waitFor();
  await page.goto(await invite(gateway, { login: "ada", name: "Ada", role: "key_holder" }));
  await page.getByLabel("Password", { exact: true }).fill(consolePassword);
  await page.getByRole("button", { name: "Begin" }).click();
  await page.getByRole("textbox", { name: "Prompt" }).waitFor();
  await page.goBack();
  await page.getByText("This link has been used or has ended").waitFor();
  expect(faults).toEqual([]);
  await page.context().close();
});

test("a sign-in elsewhere that failed is told in words on the page that it leads back to, with what to do", async (context) => {
  const chromium = requireForTest(context, "Chromium", findChromium());
  browser ??= await openBrowser(chromium);
  gateway = await startGatewayProcess({
    built: true,
    settings: {
      oidc: {
        // Nobody listens there.
        issuer: "http://127.0.0.1:9",
        client_id: "pinhole",
        client_secret: "of-the-provider",
        name: "the company",
      },
    },
  });
  const { page, faults } = await openPage(browser, gateway.url, { expected: /401/ });
  await page.goto("/sign-in?problem=role_not_allowed");
  await page.getByText("Your account has no role in this gateway.").waitFor();
  const way = page.getByRole("link", { name: "Sign in by the company" });
  expect(await way.getAttribute("href")).toBe("/admin/v1/sign-in/oidc");
  expect(await accessFaults(page)).toEqual([]);
  await page.goto("/sign-in?problem=something_new");
  await page.getByText("beside the code something_new").waitFor();
  expect(faults).toEqual([]);
  await page.context().close();
});
