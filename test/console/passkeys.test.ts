import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { accessFaults, findChromium, openBrowser, type WatchedPage } from "../support/browser.ts";
import { consolePassword, enterConsole } from "../support/console.ts";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.ts";
import { requireForTest } from "../support/require.ts";

let browser: Browser | undefined;
let gateway: GatewayProcess;
/** The gateway by a name, since passkeys are for names. */
let named: GatewayProcess;
beforeEach(async (context) => {
  const chromium = requireForTest(context, "Chromium", findChromium());
  browser ??= await openBrowser(chromium);
  gateway = await startGatewayProcess({ built: true });
  named = { ...gateway, url: gateway.url.replace("127.0.0.1", "localhost") };
});
afterEach(() => gateway.stop());
afterAll(() => browser?.close());

async function enter(expected: RegExp): Promise<WatchedPage> {
  if (browser === undefined) throw new Error("there is a browser");
  const opened = await enterConsole(browser, named, "operator", { expected });
  const devtools = await opened.page.context().newCDPSession(opened.page);
  await devtools.send("WebAuthn.enable");
  await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return opened;
}

async function addPasskey(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: /Ada/ }).click();
  await page.getByRole("menuitem", { name: "You and your passkeys" }).click();
  await page.getByText("You have no passkey yet.").waitFor();
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill(name);
  const password = page.getByRole("complementary").getByLabel("Password");
  await password.fill("not this password");
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByText("This is not your password.").waitFor();
  expect(await accessFaults(page)).toEqual([]);
  await password.fill(consolePassword);
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByRole("listitem").filter({ hasText: name }).waitFor();
}

/** Changes the password, and comes in by the new one alone. */
async function changePassword(page: Page): Promise<void> {
  const [present, next] = [page.getByLabel("Present password"), page.getByLabel("New password")];
  await present.fill("not this password");
  await next.fill("five-quiet-lamps-on-water");
  await page.getByRole("button", { name: "Change the password" }).click();
  await page.getByText("This is not your password.").waitFor();
  await present.fill(consolePassword);
  await page.getByRole("button", { name: "Change the password" }).click();
  await page.getByText("The password is changed").waitFor();
  expect(await accessFaults(page)).toEqual([]);
  const comeIn = (password: string): Promise<Response> =>
    post("/admin/v1/session", { login: "operator@example.com", password });
  expect((await comeIn(consolePassword)).status).toBe(401);
  expect((await comeIn("five-quiet-lamps-on-water")).status).toBe(201);
}

async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: /Ada/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Sign in with a passkey" }).waitFor();
}

const post = (path: string, body: unknown): Promise<Response> =>
  fetch(named.url + path, {
    method: "POST",
    headers: { origin: named.url, "content-type": "application/json" },
    body: JSON.stringify(body),
  });

test("a person adds a passkey, signs in by it, gives it a name and removes it; from then on it is refused, and a changed password opens in place of the one before", async () => {
  const { page, faults } = await enter(/401/);
  await addPasskey(page, "the laptop");
  expect(await accessFaults(page)).toEqual([]);
  await signOut(page);
  expect(await accessFaults(page)).toEqual([]);
  const sent = page.waitForRequest(/sign-in\/passkey$/);
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await page.getByRole("button", { name: /Ada/ }).waitFor();
  const session = await page.evaluate(async () => {
    const answer = await fetch("/admin/v1/session");
    return (await answer.json()) as { method: string };
  });
  expect(session.method).toBe("passkey");
  // What was signed once opens nothing a second time.
  const again = await post("/admin/v1/sign-in/passkey", JSON.parse((await sent).postData() ?? ""));
  expect(again.status).toBe(401);
  await page.goto("/settings/you");
  await page.getByText(/^Added .+, used .+/).waitFor();
  await page.getByRole("button", { name: "Rename the laptop" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("the blue key");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("listitem").filter({ hasText: "the blue key" }).waitFor();
  await page.getByRole("button", { name: "Remove the blue key" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();
  await page.getByText("You have no passkey yet.").waitFor();
  await changePassword(page);
  await signOut(page);
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await page.getByText("This gateway does not know the passkey").waitFor();
  expect(faults).toEqual([]);
  await page.context().close();
});

test("what a passkey signs on another page opens nothing here, and by an address there are none", async () => {
  const { page } = await enter(/.*/);
  await addPasskey(page, "the laptop");
  const other = createServer((_, answer) => answer.setHeader("content-type", "text/html").end("."));
  await new Promise<void>((resolve) => {
    other.listen(0, "127.0.0.1", resolve);
  });
  try {
    const question = await post("/admin/v1/sign-in/passkey/question", {});
    expect(question.status).toBe(200);
    const { flow, options } = (await question.json()) as { flow: string; options: unknown };
    // The same host name, and so the same passkey, on another port.
    await page.goto(`http://localhost:${(other.address() as AddressInfo).port}/`);
    const publicKey = `PublicKeyCredential.parseRequestOptionsFromJSON(${JSON.stringify(options)})`;
    const response = await page.evaluate<unknown>(
      `navigator.credentials.get({ publicKey: ${publicKey} }).then((made) => made.toJSON())`,
    );
    const refused = await post("/admin/v1/sign-in/passkey", { flow, response });
    expect([refused.status, await refused.text()]).toEqual([
      401,
      expect.stringContaining("sign_in_failed"),
    ]);
  } finally {
    other.close();
  }
  await page.goto(`${gateway.url}/sign-in`);
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  expect(await page.getByRole("button", { name: "Sign in with a passkey" }).count()).toBe(0);
  await page.context().close();
});
