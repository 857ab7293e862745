import type { Browser, BrowserContextOptions } from "playwright-core";
import { type WatchedPage, openPage } from "./browser.ts";
import type { GatewayProcess } from "./gateway-process.ts";

/** The admin token that `startGatewayProcess` sets. */
const adminToken = "test-admin-token-0123456789";

export const consolePassword = "quiet-fox-lantern-42";

/** Invites a person by the admin API; returns the path of the one-time link. */
export async function invite(
  gateway: GatewayProcess,
  person: {
    readonly login: string;
    readonly name: string;
    readonly role: string;
    readonly user?: string | undefined;
  },
): Promise<string> {
  const answer = await fetch(`${gateway.url}/admin/v1/people`, {
    method: "POST",
    headers: { authorization: `Bearer ${adminToken}`, "content-type": "application/json" },
    body: JSON.stringify(person),
  });
  if (answer.status !== 201) throw new Error(`not invited: ${await answer.text()}`);
  const { invitation } = (await answer.json()) as { invitation: { path: string } };
  return invitation.path;
}

/** Invites a person and opens the console as they do, by the one-time link. */
export async function enterConsole(
  browser: Browser,
  gateway: GatewayProcess,
  role: string,
  options: BrowserContextOptions & {
    readonly expected?: RegExp;
    /** The user that the person is. */
    readonly user?: string;
    /** Absent: one of the role's name. */
    readonly login?: string;
  } = {},
): Promise<WatchedPage> {
  const { user, login = `${role}@example.com`, ...rest } = options;
  const link = await invite(gateway, { login, name: "Ada", role, user });
  const opened = await openPage(browser, gateway.url, rest);
  const { page } = opened;
  await page.goto(link);
  await page.getByLabel("Password", { exact: true }).fill(consolePassword);
  await page.getByRole("button", { name: "Begin" }).click();
  await page.getByRole("navigation").first().waitFor({ state: "attached" });
  return opened;
}
