import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, beforeEach, expect, test, vi } from "vitest";
import { type WatchedPage, findChromium, openBrowser, openPage } from "../support/browser.ts";
import { consolePassword } from "../support/console.ts";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.ts";
import { type Hand, keyboardHand, touchHand } from "../support/looks/hands.ts";
import { withToken } from "../support/people.ts";
import { rgbaOf } from "../support/pictures.ts";
import { requireForTest } from "../support/require.ts";

// Three stories in one browser, a step at a time, on machines that may have much else to do.
vi.setConfig({ testTimeout: 240_000 });
const patience = { timeout: 60_000 };

let browser: Browser | undefined;
const gateways: GatewayProcess[] = [];
/** A second Pinhole, which is an upstream here. */
let upstream: GatewayProcess | undefined;
beforeEach(async (context) => {
  browser ??= await openBrowser(requireForTest(context, "Chromium", findChromium()));
  upstream ??= await start();
});
afterAll(async () => {
  await browser?.close();
  for (const one of gateways) await one.stop();
});

async function start(): Promise<GatewayProcess> {
  const gateway = await startGatewayProcess({ built: true });
  gateways.push(gateway);
  return gateway;
}

/** Opens the link of the first start, as the owner does. */
async function comeIn(
  gateway: GatewayProcess,
  options: BrowserContextOptions,
): Promise<WatchedPage> {
  const link = (): string | undefined => /\/welcome#[\w-]+/.exec(gateway.output())?.[0];
  await expect.poll(link, patience).toBeDefined();
  if (browser === undefined) throw new Error("there is a browser");
  // The form is refused once, since it has no models yet.
  const opened = await openPage(browser, gateway.url, { ...options, expected: /status of 40[01]/ });
  opened.page.setDefaultTimeout(patience.timeout);
  await opened.page.goto(link() ?? "");
  return opened;
}

async function makeFirstPicture({ page, press, write }: Hand): Promise<Buffer> {
  await write(page.getByLabel("Password", { exact: true }), consolePassword);
  await press(page.getByRole("button", { name: "Begin" }));
  await write(page.getByRole("textbox", { name: "Prompt" }), "A fox in the snow");
  await press(page.getByRole("button", { name: /^Make/ }));
  await page.getByText("Done, free").waitFor();
  return shown(page, "A fox in the snow");
}

async function shown(page: Hand["page"], prompt: string): Promise<Buffer> {
  const source = await page.getByRole("img", { name: prompt }).first().getAttribute("src");
  return (await page.context().request.get(source ?? "")).body();
}

/** Edits the picture within a rectangle that four numbers say; counts the pixels that changed. */
async function editByNumbers(
  { page, press, write }: Hand,
  before: Buffer,
): Promise<{ readonly inside: number; readonly outside: number }> {
  await press(page.getByRole("button", { name: "Use as input" }));
  await press(page.getByRole("button", { name: "Mask" }));
  const settings = page.getByRole("button", { name: "Edge, rectangle, files" });
  await page.getByRole("button", { name: "Done" }).waitFor();
  if (await settings.isVisible()) await press(settings);
  for (const [label, value] of Object.entries({ Left: 100, Top: 200, Width: 512, Height: 256 }))
    await write(page.getByLabel(label, { exact: true }), String(value));
  await press(page.getByRole("button", { name: "Add", exact: true }));
  await page.getByText("1024 × 1024 · 13 % selected").waitFor();
  await press(page.getByRole("button", { name: "Done" }));
  await page.getByRole("button", { name: "Mask 13 %" }).waitFor();
  await write(page.getByRole("textbox", { name: "Prompt" }), "A fox with a red hat");
  await press(page.getByRole("button", { name: /^Make/ }));
  await press(page.getByRole("button", { name: "Picture 1 with the rest kept" }));
  const [one, other] = await Promise.all(
    [before, await shown(page, "A fox with a red hat")].map(rgbaOf),
  );
  const count = { inside: 0, outside: 0 };
  for (let at = 0; at < (one?.rgba.length ?? 0); at += 4) {
    if (one?.rgba.readUInt32LE(at) === other?.rgba.readUInt32LE(at)) continue;
    const [x, y] = [(at / 4) % 1024, Math.floor(at / 4 / 1024)];
    count[x >= 100 && x < 612 && y >= 200 && y < 456 ? "inside" : "outside"] += 1;
  }
  return count;
}

/** Makes the channel `workshop` to the second Pinhole. */
async function makeChannel({ page, press, write }: Hand): Promise<void> {
  await press(page.getByRole("link", { name: "New channel" }));
  await write(page.getByRole("textbox", { name: "Search for a provider" }), "openai-comp");
  const providers = page.getByRole("complementary").getByRole("listitem");
  await expect.poll(() => providers.count(), patience).toBe(1);
  await press(providers.getByRole("button"));
  const field = (name: string) => page.getByRole("textbox", { name, exact: true });
  await write(field("Name"), "workshop");
  await write(field("Address"), `${upstream?.url ?? ""}/v1`);
  await write(page.getByLabel("API key", { exact: true }), upstream?.key ?? "");
  await press(page.getByRole("button", { name: "Add a model" }));
  await write(field("Model 1"), "sandbox");
  await press(page.getByRole("button", { name: "Create the channel" }));
  await page.getByText("Created. Test it").waitFor();
}

/** Two channels that the console may move, with the one that is made now. */
async function addChannel(gateway: GatewayProcess): Promise<void> {
  const admin = withToken(gateway, "test-admin-token-0123456789");
  const made = await admin.ask("POST", "/admin/v1/channels", {
    id: "above",
    provider: "automatic1111",
    settings: { base_url: "http://127.0.0.1:9" },
    models: ["sdxl"],
  });
  expect(made.status).toBe(201);
}

async function priorities(gateway: GatewayProcess): Promise<Readonly<Record<string, number>>> {
  const admin = withToken(gateway, "test-admin-token-0123456789");
  const { body } = await admin.ask("GET", "/admin/v1/channels");
  const data = body["data"] as readonly { readonly id: string; readonly priority: number }[];
  return Object.fromEntries(data.map(({ id, priority }) => [id, priority]));
}

async function isMovedUp(gateway: GatewayProcess): Promise<boolean> {
  const { workshop = 0, above = 0 } = await priorities(gateway);
  return workshop > above;
}

test("by the keyboard alone: from the first start to a picture, an edit within numbers, and a channel to another Pinhole that is moved up", async () => {
  const gateway = await start();
  const { page, faults } = await comeIn(gateway, {});
  const hand = keyboardHand(page);
  const first = await makeFirstPicture(hand);
  const { inside, outside } = await editByNumbers(hand, first);
  expect(outside).toBe(0);
  expect(inside).toBeGreaterThan(1000);
  await addChannel(gateway);
  await hand.press(page.getByRole("link", { name: "Channels", exact: true }));
  await page.getByRole("link", { name: "above" }).waitFor();
  await makeChannel(hand);
  await page.keyboard.press("Escape");
  await page.waitForURL("**/channels");
  expect(await isMovedUp(gateway)).toBe(false);
  await hand.reach(page.getByRole("link", { name: "workshop" }));
  await page.keyboard.press("Alt+ArrowUp");
  await page.getByText(/^workshop is now \d of \d\.$/).waitFor();
  await expect.poll(() => isMovedUp(gateway), patience).toBe(true);
  expect(faults).toEqual([]);
  await page.context().close();
});

test("by touch alone, on a phone: from the first start to a picture, an edit within numbers, and a channel to another Pinhole that is moved up", async () => {
  const gateway = await start();
  const { page, faults } = await comeIn(gateway, {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  const hand = touchHand(page);
  const first = await makeFirstPicture(hand);
  const { inside, outside } = await editByNumbers(hand, first);
  expect(outside).toBe(0);
  expect(inside).toBeGreaterThan(1000);
  await addChannel(gateway);
  await hand.press(page.getByRole("link", { name: "More", exact: true }));
  await hand.press(page.getByRole("link", { name: "Channels", exact: true }));
  await page.getByRole("link", { name: "above" }).waitFor();
  await makeChannel(hand);
  await hand.press(page.getByRole("complementary").getByRole("button", { name: "Close" }));
  await page.waitForURL("**/channels");
  expect(await isMovedUp(gateway)).toBe(false);
  await hand.press(page.getByRole("button", { name: "Actions for workshop" }));
  await hand.press(page.getByRole("menuitem", { name: "Earlier" }));
  await expect.poll(() => isMovedUp(gateway), patience).toBe(true);
  expect(faults).toEqual([]);
  await page.context().close();
});
