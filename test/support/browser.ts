import { existsSync } from "node:fs";
import axe from "axe-core";
import { type Browser, type BrowserContextOptions, type Page, chromium } from "playwright-core";

/** Places where Debian and others put Chromium; PINHOLE_TEST_CHROMIUM names another. */
const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** This machine's Chromium; undefined where there is none. */
export function findChromium(): string | undefined {
  const named = process.env["PINHOLE_TEST_CHROMIUM"];
  return [...(named === undefined ? [] : [named]), ...places].find((path) => existsSync(path));
}

/** Starts Chromium without a window. */
export function openBrowser(executablePath: string): Promise<Browser> {
  // As root, as in a container, Chromium has no sandbox.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath, args });
}

/** A page, and what went wrong in it: errors, warnings, policy reports, and requests to other hosts. */
export interface WatchedPage {
  readonly page: Page;
  readonly faults: readonly string[];
}

/** Opens a page that is watched. `expected`: messages that a test brings about itself, such as a refused sign-in. */
export async function openPage(
  browser: Browser,
  baseURL: string,
  options: BrowserContextOptions & { readonly expected?: RegExp } = {},
): Promise<WatchedPage> {
  const { expected, ...rest } = options;
  const context = await browser.newContext({ baseURL, ...rest });
  const page = await context.newPage();
  const faults: string[] = [];
  const note = (fault: string): void => {
    if (expected?.test(fault) !== true) faults.push(fault);
  };
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning")
      note(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => note(`thrown: ${error.message}`));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol !== "blob:" && url.origin !== new URL(baseURL).origin)
      note(`request to another host: ${url.href}`);
  });
  return { page, faults };
}

/** Tags of axe's rules: WCAG 2.2 A and AA, and what is good practice besides. */
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Rules of the page behind a dialog, which is inert then; axe leaves them out by itself where it takes the dialog for one. */
const behindDialog = ["landmark-one-main", "page-has-heading-one"];

/** Resolves when what fades or moves to its end has come there: half faded, colours are none that anybody is meant to read. */
const atRest = `(async () => {
  const moving = () => document.getAnimations().filter(({ playState, effect }) =>
    playState === "running" && effect.getComputedTiming().endTime !== Infinity);
  while (moving().length > 0) await Promise.allSettled(moving().map(({ finished }) => finished));
})()`;

/** Breaches of WCAG 2.2 A and AA that axe sees in the page as it stands, as sentences; of the named rules alone, where some are. */
export async function accessFaults(page: Page, rules?: readonly string[]): Promise<string[]> {
  // A page that was only just opened is blank.
  await page.locator("h1").first().waitFor({ state: "attached" });
  if (!(await page.evaluate<boolean>("'axe' in window"))) await page.evaluate(axe.source);
  await page.evaluate(atRest);
  const only =
    rules === undefined ? { type: "tag", values: tags } : { type: "rule", values: rules };
  const found = await page.evaluate<AxeResult>(
    `axe.run({ exclude: '[data-live-announcer]' }, { resultTypes: ["violations"], runOnly: ${JSON.stringify(only)} })`,
  );
  const hasDialog = (await page.locator("[role=dialog],[role=alertdialog]").count()) > 0;
  return found.violations
    .filter(({ id }) => !hasDialog || !behindDialog.includes(id))
    .flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html}`));
}

/** What is read of an answer of axe. */
interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly help: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}
