// Measures how the gallery scrolls through 10,000 pictures in Chromium: the tasks of the tab, by the time that its thread computed, and the memory of its process.
// Usage: npm run figures:gallery -- [pictures]
import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { findChromium, openBrowser } from "../../test/support/browser.ts";
import { enterConsole } from "../../test/support/console.ts";
import { fillGallery, plainPictures } from "../../test/support/gallery-seed.ts";
import { startGatewayProcess } from "../../test/support/gateway-process.ts";
import { type Task, startTracing } from "./tasks.ts";

const count = Number(process.argv[2] ?? 10_000);
const chromium = findChromium();
if (chromium === undefined) throw new Error("Chromium is needed; PINHOLE_TEST_CHROMIUM names it.");

/** What a look at the whole gallery costs. */
interface Figures {
  readonly pictures: number;
  readonly tasks: number;
  readonly tasksOver50Ms: number;
  readonly longestTasks: readonly Task[];
  /** Megabytes that the tab's process has for itself, at most while it scrolls. */
  readonly tabMost: number;
  readonly nodesMost: number;
}

/** Goes down the whole gallery, three quarters of a window at a time, waits at its end for the next page, and goes up again in jumps. */
const scroll = `(async () => {
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  let [still, before] = [0, -1];
  while (still < 30) {
    scrollBy(0, innerHeight * 0.75);
    await pause(60);
    still = scrollY === before ? still + 1 : 0;
    before = scrollY;
  }
  for (let step = 20; step >= 0; step -= 1) {
    scrollTo(0, (before * step) / 20);
    await pause(250);
  }
})()`;

/** Memory that the processes of tabs have for themselves, the greatest of them. Megabytes. */
async function tabMemory(browser: Browser): Promise<number> {
  const devtools = await browser.newBrowserCDPSession();
  const { processInfo } = await devtools.send("SystemInfo.getProcessInfo");
  await devtools.detach();
  const tabs = processInfo.filter(({ type }) => type === "renderer");
  const sizes = await Promise.all(
    tabs.map(async ({ id }) => {
      const text = await readFile(`/proc/${id}/smaps_rollup`, "utf8").catch(() => "");
      const owned = [...text.matchAll(/^(?:Private_(?:Clean|Dirty)|Swap): +(\d+) kB$/gm)];
      return owned.reduce((sum, [, kilobytes]) => sum + Number(kilobytes), 0) / 1000;
    }),
  );
  return Math.max(0, ...sizes);
}

async function scrollThrough(browser: Browser, page: Page): Promise<Figures> {
  let [tabMost, nodesMost, isDone] = [0, 0, false];
  const tracing = await startTracing(browser);
  const scrolled = page.evaluate(scroll).finally(() => {
    isDone = true;
  });
  while (!isDone) {
    tabMost = Math.max(tabMost, await tabMemory(browser));
    const nodes = "document.getElementsByTagName('*').length";
    nodesMost = Math.max(nodesMost, await page.evaluate<number>(nodes));
    await new Promise((done) => setTimeout(done, 2000));
  }
  await scrolled;
  const tasks = await tracing.end();
  return {
    pictures: count,
    tasks: tasks.length,
    tasksOver50Ms: tasks.filter(({ ms }) => ms > 50).length,
    longestTasks: tasks.slice(0, 5),
    tabMost,
    nodesMost,
  };
}

let gateway = await startGatewayProcess({ built: true });
const browser = await openBrowser(chromium);
try {
  const { page } = await enterConsole(browser, gateway, "owner");
  const me = await page.context().request.get("/admin/v1/session");
  const { caller } = (await me.json()) as { caller: { id: string } };
  const { folder, url } = gateway;
  await page.goto("about:blank");
  await gateway.stop(true);
  await fillGallery(folder, caller.id, await plainPictures(), count, Date.now());
  const server = { port: Number(new URL(url).port) };
  gateway = await startGatewayProcess({ built: true, folder, settings: { server } });
  await page.goto("/gallery");
  await page.locator("[data-picture]").first().waitFor();
  console.log(JSON.stringify(await scrollThrough(browser, page), null, 2));
} finally {
  await browser.close();
  await gateway.stop();
}
