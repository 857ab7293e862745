// Measures how the gallery scrolls through 10,000 pictures in Chromium: the longest task, and the memory of the tab.
// Usage: npm run figures:gallery -- [pictures]
import { type CDPSession, type Page } from "playwright-core";
import { findChromium, openBrowser } from "../../test/support/browser.ts";
import { enterConsole } from "../../test/support/console.ts";
import { fillGallery, plainPictures } from "../../test/support/gallery-seed.ts";
import { startGatewayProcess } from "../../test/support/gateway-process.ts";

const count = Number(process.argv[2] ?? 10_000);
const chromium = findChromium();
if (chromium === undefined) throw new Error("Chromium is needed; PINHOLE_TEST_CHROMIUM names it.");

/** What a look at the whole gallery costs. */
interface Figures {
  readonly pictures: number;
  /** Milliseconds. */
  readonly longestTask: number;
  /** Milliseconds of all tasks of the costliest step of scrolling, the measuring's own among them, and of the middle one. */
  readonly dearestStep: number;
  readonly middleStep: number;
  /** Megabytes, after the browser has collected what nobody needs. */
  readonly heap: number;
  readonly heapMost: number;
  readonly nodesMost: number;
}

const observe = `
  window.tasks = [];
  new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map((one) => one.duration)))
    .observe({ type: "longtask", buffered: true });
`;

async function metric(devtools: CDPSession, name: string): Promise<number> {
  const { metrics } = await devtools.send("Performance.getMetrics");
  return metrics.find((one) => one.name === name)?.value ?? 0;
}

/** Goes down the whole gallery, a quarter of a window at a time as a wheel does, and up again in a few jumps. */
async function scrollThrough(page: Page): Promise<Figures> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Performance.setTimeDomain", { timeDomain: "threadTicks" });
  await devtools.send("Performance.enable");
  await page.evaluate(observe);
  let [heapMost, nodesMost, still, before] = [0, 0, 0, -1];
  const steps: number[] = [];
  let spent = await metric(devtools, "TaskDuration");
  while (still < 20) {
    const at = await page.evaluate<number>(
      "new Promise((done) => { scrollBy(0, innerHeight * 0.75); requestAnimationFrame(() => done(scrollY)); })",
    );
    still = at === before ? still + 1 : 0;
    if (at === before) await page.waitForTimeout(100);
    before = at;
    const now = await metric(devtools, "TaskDuration");
    steps.push((now - spent) * 1000);
    spent = now;
    heapMost = Math.max(heapMost, await metric(devtools, "JSHeapUsedSize"));
    nodesMost = Math.max(
      nodesMost,
      await page.evaluate<number>("document.getElementsByTagName('*').length"),
    );
  }
  for (let step = 10; step >= 0; step -= 1) {
    await page.evaluate(`scrollTo(0, ${(before * step) / 10})`);
    await page.waitForTimeout(200);
  }
  const tasks = await page.evaluate<number[]>("window.tasks");
  await devtools.send("HeapProfiler.collectGarbage");
  const heap = await metric(devtools, "JSHeapUsedSize");
  return {
    pictures: count,
    longestTask: Math.max(0, ...tasks),
    dearestStep: Math.max(...steps),
    middleStep: steps.toSorted((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0,
    heap: heap / 1e6,
    heapMost: heapMost / 1e6,
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
  console.log(await scrollThrough(page));
} finally {
  await browser.close();
  await gateway.stop();
}
