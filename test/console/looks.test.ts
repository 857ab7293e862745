import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, expect, test, vi } from "vitest";
import { consolePages } from "../../src/http/open/console-routes.ts";
import { findChromium, openBrowser } from "../support/browser.ts";
import { type Look, lookFaults } from "../support/looks/look.ts";
import { type Month, startMonth } from "../support/month/month.ts";
import { monthNames } from "../support/month/names.ts";
import { requireForTest } from "../support/require.ts";

// Every page of the console in every way that it is looked at, on machines that may have much else to do.
vi.setConfig({ testTimeout: 600_000 });
const desk = { width: 1280, height: 800 };

let browser: Browser | undefined;
let month: Month | undefined;
afterAll(async () => {
  await browser?.close();
  await month?.stop();
});

/** A page of the console, or a part of one that opens. */
interface Stop extends Omit<Look, "names"> {
  readonly path: string;
  /** Opens what is looked at. */
  readonly arrange?: (page: Page) => Promise<unknown>;
}

/** The picture and the request that pages are about whose addresses name one. */
interface Named {
  readonly picture: string;
  readonly request: string;
}

async function namedOf(page: Page): Promise<Named> {
  const first = async (path: string): Promise<string> => {
    const answer = await page.context().request.get(path);
    const { data } = (await answer.json()) as { data: readonly { readonly id: string }[] };
    return data[0]?.id ?? "";
  };
  return {
    picture: await first("/console/v1/gallery"),
    request: await first("/admin/v1/requests?state=succeeded&limit=1"),
  };
}

/** The main action by page, where it has one. */
const mains: Readonly<Record<string, string | RegExp>> = {
  "/make": /^Make/,
  "/channels": "New channel",
  "/keys": "New key",
  "/people": "Invite somebody",
};

/** Pages of those who are not signed in, of which other tests are. */
const outside: readonly string[] = ["/welcome", "/sign-in"];

/** Addresses of the menu, as its source says them. */
function menuPaths(): string[] {
  const places = readFileSync(join(import.meta.dirname, "../../web/frame/places.ts"), "utf8");
  const found = [...places.matchAll(/\{ path: "([^"]+)"|^ +path: "([^"]+)"/gm)];
  return found.flatMap(([, one, other]) => one ?? other ?? []);
}

/** Every page that the gateway serves and that the menu leads to. A new one is walked without a word here, unless its address names something. */
function pagesOf({ picture, request }: Named): Stop[] {
  const addresses: Readonly<Record<string, string>> = {
    "/gallery/:picture": `/gallery/${picture}`,
    "/requests/:id": `/requests/${request}`,
    "/channels/:id": "/channels/azure-eu",
    "/models/:name": "/models/fox",
    "/teams/:id": "/teams/design",
  };
  const all = new Set([...consolePages, ...menuPaths()]);
  return [...all.difference(new Set(outside))].map((pattern) => {
    const path = pattern.includes(":") ? addresses[pattern] : pattern;
    if (path === undefined) throw new Error(`nothing is known that ${pattern} would show`);
    return { name: pattern.slice(1).replaceAll(/[/:]+/g, "-"), path, main: mains[pattern] };
  });
}

const press = (button: string | RegExp) => (page: Page) =>
  page.getByRole("button", { name: button }).first().click();

/** Panels, dialogs and other parts of pages. */
function partsOf({ picture, request }: Named): Stop[] {
  return [
    { name: "request-panel", path: `/requests?open=${request}` },
    { name: "new-key", path: "/keys", arrange: press("New key") },
    {
      name: "new-channel",
      path: "/channels/new",
      arrange: (page) => page.getByRole("button", { name: "OpenAI", exact: true }).click(),
    },
    { name: "new-person", path: "/people?new=1" },
    { name: "new-team", path: "/people?show=teams&new=1" },
    { name: "new-budget", path: "/budgets?new=1" },
    { name: "new-token", path: "/settings?show=tokens&new=1" },
    { name: "examination", path: "/settings?show=doctor" },
    { name: "compare", path: `/gallery/compare?a=${picture}&b=${picture}` },
    {
      name: "mask",
      path: `/make?from=${picture}`,
      arrange: async (page) => {
        await page.getByRole("button", { name: /Model$/ }).click();
        await page.getByRole("option", { name: "sandbox-fast", exact: true }).click();
        await page.getByRole("button", { name: "Mask" }).click();
        await page.getByText(/% selected/).waitFor();
      },
    },
    { name: "columns", path: "/make", arrange: press("Compare with another model") },
    { name: "account", path: "/more", arrange: press(/Owner$/) },
    { name: "palette", path: "/more", arrange: (page) => page.keyboard.press("Control+k") },
    { name: "key-sheet", path: "/more", arrange: (page) => page.keyboard.press("?") },
  ];
}

/** An expression of the page: what it shows, and whether its pictures have come. */
const shown =
  "document.body.innerHTML + [...document.images].map(({ complete }) => complete).join()";

/** Waits until a page has what it shows. */
async function settle(page: Page): Promise<void> {
  await page.getByRole("heading").first().waitFor();
  await expect.poll(() => page.getByRole("img", { name: "Loading" }).count()).toBe(0);
  let before = "";
  const isStill = async (): Promise<boolean> => {
    const now = await page.evaluate<string>(shown);
    const same = now === before;
    before = now;
    return same;
  };
  await expect.poll(isStill, { interval: 120 }).toBe(true);
}

async function lookAt(page: Page, stop: Stop): Promise<string[]> {
  await page.setViewportSize(desk);
  await page.goto(stop.path);
  await settle(page);
  await stop.arrange?.(page);
  await settle(page);
  return lookFaults(page, { ...stop, names: monthNames });
}

test("every page and panel can be read and used in the light and in the dark, on a phone, with large text, enlarged, with forced colours and without motion", async (context) => {
  browser = await openBrowser(requireForTest(context, "Chromium", findChromium()));
  month = await startMonth(browser, { requests: 60, kept: 6, motifs: 2, viewport: desk });
  const { page, faults } = month;
  page.setDefaultTimeout(60_000);
  const named = await namedOf(page);
  const found: string[] = [];
  // While a page is worked on, the beginning of its name leaves the others out.
  const only = new RegExp(`^${process.env["PINHOLE_TEST_LOOKS"] ?? ""}`);
  for (const stop of [...pagesOf(named), ...partsOf(named)].filter(({ name }) => only.test(name)))
    // What cannot be opened is a fault like others: all are told at once.
    found.push(
      ...(await lookAt(page, stop).catch((error: unknown) => [
        `${stop.name}: ${String(error).split("\n").slice(0, 3).join(" ")}`,
      ])),
    );
  expect([...found, ...faults]).toEqual([]);
});
