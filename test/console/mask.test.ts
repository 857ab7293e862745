import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import sharp from "sharp";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { accessFaults, findChromium, openBrowser } from "../support/browser.ts";
import { enterConsole } from "../support/console.ts";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.ts";
import { rgbaOf, samplePng } from "../support/pictures.ts";
import { requireForTest } from "../support/require.ts";

let browser: Browser | undefined;
let gateway: GatewayProcess;
/** A server of pictures on loopback, which the gateway may fetch from. */
const host = createServer((request, response) => {
  if (request.url !== "/fox.png") response.writeHead(404).end();
  else
    void samplePng(64, 48).then((png) => response.setHeader("content-type", "image/png").end(png));
});
/** The server's port. */
let port = 0;
beforeAll(async () => {
  await new Promise<void>((resolve) => host.listen(0, "127.0.0.1", resolve));
  // A server that listens on TCP has an address of this kind.
  ({ port } = host.address() as AddressInfo);
  const allow_private = { cidrs: ["127.0.0.0/8"], http: true, ports: [port] };
  gateway = await startGatewayProcess({ built: true, settings: { egress: { allow_private } } });
});
afterAll(async () => {
  await gateway.stop();
  host.close();
  await browser?.close();
});

/** Chromium, a gateway and sharp share two slow cores in CI. */
vi.setConfig({ testTimeout: 90_000 });

/** Makes a picture and takes it in as the one to edit. */
async function takeInPicture(page: Page, prompt: string): Promise<Buffer> {
  await page.getByRole("textbox", { name: "Prompt" }).fill(prompt);
  await page.getByRole("button", { name: /^Make/ }).click();
  await page.getByText("Done, free").waitFor();
  const original = await shownPicture(page, prompt);
  await page.getByRole("button", { name: "Use as input" }).click();
  await page.getByRole("button", { name: "Mask" }).waitFor();
  return original;
}

async function shownPicture(page: Page, prompt: string): Promise<Buffer> {
  const source = await page.getByRole("img", { name: prompt }).first().getAttribute("src");
  return (await page.context().request.get(source ?? "")).body();
}

/** An expression of the page: the browser has stored a draft with a mask. */
const hasStoredMask = `new Promise((resolve) => {
  const asked = indexedDB.open("pinhole", 1);
  asked.onsuccess = () => {
    const drafts = asked.result.transaction("drafts").objectStore("drafts").getAll();
    drafts.onsuccess = () => {
      asked.result.close();
      resolve(drafts.result.some(({ pictures }) => pictures.some(({ mask }) => mask !== undefined)));
    };
  };
})`;

/** Adds a rectangle by its four numbers. */
async function addRectangle(page: Page, numbers: Readonly<Record<string, number>>): Promise<void> {
  for (const [label, value] of Object.entries(numbers))
    await page.getByLabel(label, { exact: true }).fill(String(value));
  await page.getByRole("button", { name: "Add", exact: true }).click();
}

test("generate, mask by number fields, edit: outside of the mask not one pixel has changed, and the mask outlives a reload", async (context) => {
  browser ??= await openBrowser(requireForTest(context, "Chromium", findChromium()));
  const { page, faults } = await enterConsole(browser, gateway, "key_holder");
  const original = await takeInPicture(page, "A fox in the snow");
  await page.getByRole("button", { name: "Mask" }).click();
  await addRectangle(page, { Left: 100, Top: 200, Width: 512, Height: 256 });
  await page.getByText("1024 × 1024 · 13 % selected").waitFor();
  expect(await accessFaults(page)).toEqual([]);
  await page.getByRole("button", { name: "Done" }).click();
  await page.waitForURL((url) => !url.searchParams.has("mask"));
  await expect.poll(() => page.evaluate<boolean>(hasStoredMask)).toBe(true);
  await page.reload();
  await page.getByRole("button", { name: "Mask 13 %" }).waitFor();
  await page.getByRole("textbox", { name: "Prompt" }).fill("A fox with a red hat");
  await page.getByRole("button", { name: /^Make/ }).click();
  await page.getByRole("button", { name: "Picture 1 with the rest kept" }).click();
  const [before, after] = await Promise.all([
    rgbaOf(original),
    rgbaOf(await shownPicture(page, "A fox with a red hat")),
  ]);
  let [outside, inside] = [0, 0];
  for (let at = 0; at < before.rgba.length; at += 4) {
    const [x, y] = [(at / 4) % 1024, Math.floor(at / 4 / 1024)];
    const isInside = x >= 100 && x < 612 && y >= 200 && y < 456;
    const isChanged = before.rgba.readUInt32LE(at) !== after.rgba.readUInt32LE(at);
    if (isChanged && isInside) inside += 1;
    if (isChanged && !isInside) outside += 1;
  }
  expect(outside).toBe(0);
  expect(inside).toBeGreaterThan(1000);
  // The sandbox changes nothing there by itself.
  await page
    .getByText("0.0 % as the model made it, 0.0 % with the rest kept", { exact: false })
    .waitFor();
  // The mask is still there, for another try.
  await page.getByRole("button", { name: "Mask 13 %" }).waitFor();
  expect(await accessFaults(page)).toEqual([]);
  expect(faults).toEqual([]);
  await page.context().close();
});

test("an empty mask disables Make with its reason, a full one asks, a file of another size is refused in words", async (context) => {
  browser ??= await openBrowser(requireForTest(context, "Chromium", findChromium()));
  const { page, faults } = await enterConsole(browser, gateway, "operator");
  await takeInPicture(page, "A lighthouse");
  await page.getByRole("button", { name: "Mask" }).click();
  const small = await sharp({
    create: { width: 64, height: 48, channels: 4, background: "#0000" },
  })
    .png()
    .toBuffer();
  const choose = page.getByRole("dialog").locator('input[type="file"]');
  await choose.setInputFiles({ name: "small.png", mimeType: "image/png", buffer: small });
  await page.getByText("This mask is 64 × 48; the picture is 1024 × 1024.").waitFor();
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByText("The mask selects nothing").waitFor();
  expect(await page.getByRole("button", { name: /^Make/ }).isDisabled()).toBe(true);
  await page.getByRole("button", { name: "Mask 0 %" }).click();
  await page.getByRole("button", { name: "Invert" }).waitFor();
  // Nothing, inverted, is everything; by its key.
  await page.keyboard.press("i");
  await page.getByText("100 % selected").waitFor();
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("button", { name: /^Make/ }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Cancel" }).click();
  // The key of the prompt asks as the button does.
  await page.getByRole("textbox", { name: "Prompt" }).press("Control+Enter");
  await page.getByRole("alertdialog").getByRole("button", { name: "Cancel" }).click();
  expect(await page.getByRole("button", { name: "Picture 2 of 2" }).count()).toBe(0);
  expect(faults).toEqual([]);
  await page.context().close();
});

test("a finger paints at 390 px, two fingers zoom and paint nothing, and Done and Cancel are in reach", async (context) => {
  browser ??= await openBrowser(requireForTest(context, "Chromium", findChromium()));
  const { page, faults } = await enterConsole(browser, gateway, "admin", {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  await takeInPicture(page, "A harbour");
  await page.getByRole("button", { name: "Mask" }).tap();
  const stage = page.getByRole("group", { name: /^The picture with its mask/ });
  const box = await stage.boundingBox();
  const place = (x: number, y: number) => ({ x: (box?.x ?? 0) + x, y: (box?.y ?? 0) + y });
  const screen = await page.context().newCDPSession(page);
  const touch = (
    type: "touchStart" | "touchMove" | "touchEnd",
    ...points: { x: number; y: number }[]
  ) =>
    screen.send("Input.dispatchTouchEvent", {
      type,
      touchPoints: points.map((point, id) => ({ ...point, id })),
    });
  const [a, b] = [place(150, 200), place(250, 260)];
  await touch("touchStart", a);
  await touch("touchMove", b);
  await touch("touchEnd");
  const selected = page.getByText(/1024 × 1024 · [1-9]\d? % selected/);
  await selected.waitFor();
  const share = await selected.textContent();
  const zoom = page.getByLabel("Zoom");
  const before = Number(await zoom.inputValue());
  await touch("touchStart", a, b);
  await touch("touchMove", place(60, 120), place(330, 380));
  await touch("touchEnd");
  await expect.poll(async () => Number(await zoom.inputValue())).toBeGreaterThan(before);
  expect(await selected.textContent()).toBe(share);
  for (const name of ["Done", "Cancel"]) {
    const at = await page.getByRole("button", { name }).boundingBox();
    expect(at !== null && at.x >= 0 && at.x + at.width <= 390 && at.y + at.height <= 844).toBe(
      true,
    );
  }
  expect(await accessFaults(page)).toEqual([]);
  await page.getByRole("button", { name: "Undo" }).tap();
  await page.getByText("0 % selected").waitFor();
  expect(faults).toEqual([]);
  await page.context().close();
});

test("earlier prompts and results are at hand by keys, a result is edited at once, and Esc asks before it forgets a mask", async (context) => {
  browser ??= await openBrowser(requireForTest(context, "Chromium", findChromium()));
  const { page, faults } = await enterConsole(browser, gateway, "admin", {
    login: "owls@example.com",
    permissions: ["clipboard-read", "clipboard-write"],
  });
  const prompt = page.getByRole("textbox", { name: "Prompt" });
  const large = (name: string) => page.getByRole("region").getByRole("img", { name });
  for (const words of ["A barn owl", "A tawny owl"]) {
    await prompt.fill(words);
    await page.getByRole("button", { name: /^Make/ }).click();
    await large(words).waitFor();
    await page.getByText("Done, free").waitFor();
  }
  await prompt.fill("Something else");
  for (const [key, words] of [
    ["ArrowUp", "A tawny owl"],
    ["ArrowUp", "A barn owl"],
    ["ArrowDown", "A tawny owl"],
    ["ArrowDown", "Something else"],
  ] as const) {
    await prompt.press(`Alt+${key}`);
    await expect.poll(() => prompt.inputValue()).toBe(words);
  }
  await prompt.press("2");
  await expect.poll(() => prompt.inputValue()).toBe("Something else2");
  await page.getByRole("button", { name: "Vary" }).focus();
  await page.keyboard.press("2");
  await large("A barn owl").waitFor();
  await page.getByRole("button", { name: "Further ways to go on" }).click();
  await page.getByRole("menuitem", { name: "Copy as curl" }).click();
  await page.getByText("Copied").waitFor();
  const copied = await page.evaluate<string>("navigator.clipboard.readText()");
  expect(copied).toContain('"prompt":"A barn owl"');
  expect(copied).toContain("$PINHOLE_KEY");
  await page.getByRole("button", { name: "Edit a part" }).click();
  await page.getByText("1024 × 1024 · 0 % selected").waitFor();
  await page.keyboard.press("i");
  await page.getByText("100 % selected").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("alertdialog").getByRole("button", { name: "Leave" }).click();
  await page.waitForURL((url) => !url.searchParams.has("mask"));
  expect(await accessFaults(page)).toEqual([]);
  expect(faults).toEqual([]);
  await page.context().close();
});

/** An expression of the page: a picture is dropped or pasted somewhere on it; tells whether the page took it from the browser. */
const givenBy = (kind: "drop" | "paste", base64: string): string => `(() => {
  const bytes = Uint8Array.from(atob("${base64}"), (one) => one.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], "${kind}.png", { type: "image/png" }));
  const init = { bubbles: true, cancelable: true };
  const event = "${kind}" === "drop"
    ? new DragEvent("drop", { ...init, dataTransfer: data })
    : new ClipboardEvent("paste", { ...init, clipboardData: data });
  document.querySelector("h1").dispatchEvent(event);
  return event.defaultPrevented;
})()`;

test("pictures come in by a file, an address, a drop anywhere and the clipboard; what is none is named and not taken", async (context) => {
  browser ??= await openBrowser(requireForTest(context, "Chromium", findChromium()));
  const { page, faults } = await enterConsole(browser, gateway, "key_holder", {
    login: "intake@example.com",
    expected: /status of 400/,
  });
  const png = await samplePng(40, 30);
  const file = (name: string, mimeType: string, buffer: Buffer) => ({ name, mimeType, buffer });
  const chosen = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Add a picture" }).click();
  await (
    await chosen
  ).setFiles([
    file("whole.png", "image/png", png),
    file("nothing.png", "image/png", Buffer.alloc(0)),
    file("words.png", "image/png", Buffer.from("no picture")),
    file("moving.gif", "image/gif", Buffer.from("GIF89a")),
  ]);
  await page.getByText("nothing.png is empty.").waitFor();
  await page.getByText("words.png cannot be read as a picture; it may be damaged.").waitFor();
  await page.getByText("moving.gif is no PNG, JPEG or WebP.").waitFor();
  const names = () => page.getByRole("button", { name: /^Take .+ out$/ });
  expect(await names().count()).toBe(1);
  await page.getByRole("button", { name: "From an address" }).click();
  const address = page.getByLabel("Address of a picture");
  await address.fill(`http://127.0.0.1:${port}/missing.png`);
  await address.press("Enter");
  await page.getByText("could not be fetched").waitFor();
  await address.fill(`http://127.0.0.1:${port}/fox.png`);
  await address.press("Enter");
  await page.getByRole("button", { name: "Take fox.png out" }).waitFor();
  for (const [at, kind] of (["drop", "paste"] as const).entries()) {
    expect(await page.evaluate(givenBy(kind, png.toString("base64")))).toBe(true);
    await page.getByRole("button", { name: `Take ${kind}.png out` }).waitFor();
    expect(await names().count()).toBe(at + 3);
  }
  const origin = { origin: gateway.url };
  const ask = (data: object, headers = origin) =>
    page.context().request.post("/console/v1/fetched-pictures", { data, headers });
  expect((await ask({})).status()).toBe(400);
  expect((await ask({ url: "http://127.0.0.1:1/" })).status()).toBe(400);
  expect((await ask({ url: "x" }, { origin: "http://evil.example" })).status()).toBe(403);
  expect(faults).toEqual([]);
  await page.context().close();
});
