import type { Browser, Page, Request } from "playwright-core";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { worldOf } from "../admin/keys-world.ts";
import { accessFaults, findChromium, openBrowser } from "../support/browser.ts";
import { enterConsole } from "../support/console.ts";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.ts";
import { requireForTest } from "../support/require.ts";
import { startScriptedUpstream } from "../support/scripted-upstream.ts";
import { samplePng } from "../support/pictures.ts";

let browser: Browser | undefined;
let gateway: GatewayProcess;
beforeEach(async (context) => {
  const chromium = requireForTest(context, "Chromium", findChromium());
  browser ??= await openBrowser(chromium);
  gateway = await startGatewayProcess({ built: true });
});
afterEach(() => gateway.stop());
afterAll(() => browser?.close());

/** True for the request that begins a generation. */
const isMaking = (request: Request): boolean =>
  new URL(request.url()).pathname === "/console/v1/images/generations";

/** Presses, and once more when the first has been answered, as a double click and a key that is held down do. */
async function pressTwice(page: Page, press: (count: 1 | 2) => Promise<void>): Promise<void> {
  const answered = page.waitForResponse((answer) => isMaking(answer.request()));
  await press(1);
  await (await answered).finished();
  const make = page.getByRole("button", { name: /^Make/ });
  await expect.poll(() => make.getAttribute("data-pending")).toBe(null);
  await press(2);
}

/** Makes a picture of which no more is heard for a while than that it waits: the strip of results says where. */
async function waitInLine(page: Page): Promise<void> {
  const events = "**/console/v1/images/generations/*/events";
  const heard = ["accepted", "queued"].map(
    (name, at) => `id: ${at + 1}\nevent: ${name}\ndata: {"place":3}\nretry: 100\n\n`,
  );
  await page.route(events, (route) =>
    route.fulfill({ contentType: "text/event-stream", body: heard.join("") }),
  );
  await page.getByRole("textbox", { name: "Prompt" }).fill("A patient fox");
  await page.keyboard.down("Control");
  await pressTwice(page, () => page.keyboard.down("Enter"));
  await page.keyboard.up("Enter");
  await page.keyboard.up("Control");
  const strip = page.getByRole("list", { name: "Results of this session" });
  await strip.getByRole("button", { name: /^A patient fox.*Waiting: third in line/ }).waitFor();
  await strip.getByText("third in line", { exact: true }).waitFor();
  expect(await accessFaults(page)).toEqual([]);
  await page.unroute(events);
  await strip.getByRole("button", { name: "A patient fox", exact: true }).waitFor();
}

test("an owner comes in by the one-time link and makes a first picture, one by each double click or held key; it is there after a reload, and no page reports a fault", async () => {
  if (browser === undefined) throw new Error("there is a browser");
  const { page, faults } = await enterConsole(browser, gateway, "owner");
  await page.waitForURL("**/make");
  await page.getByRole("textbox", { name: "Prompt" }).fill("A fox in the snow");
  const make = page.getByRole("button", { name: /^Make/ });
  await expect.poll(() => make.textContent(), { timeout: 60_000 }).toBe("Makefree");
  const making: string[] = [];
  page.on("request", (request) => {
    if (isMaking(request)) making.push(request.postData() ?? "");
  });
  await make.hover();
  await pressTwice(page, async (clickCount) => {
    await page.mouse.down({ clickCount });
    await page.mouse.up({ clickCount });
  });
  const picture = page.getByRole("img", { name: "A fox in the snow" });
  await page.getByText("Done, free").waitFor();
  expect(await picture.first().getAttribute("width")).toBe("1024");
  expect(await accessFaults(page)).toEqual([]);
  await page.reload();
  await page.getByText("Done, free").waitFor();
  expect(new URL((await picture.first().getAttribute("src")) ?? "", gateway.url).origin).toBe(
    new URL(gateway.url).origin,
  );
  await waitInLine(page);
  expect(making.map((body) => /"prompt":"([^"]*)"/.exec(body)?.[1])).toEqual([
    "A fox in the snow",
    "A patient fox",
  ]);
  expect(faults).toEqual([]);
  await page.context().close();
});

test("a request outlives its page: closed at once and opened again, the page finds the picture, made once", async () => {
  if (browser === undefined) throw new Error("there is a browser");
  const { page } = await enterConsole(browser, gateway, "key_holder");
  await page.getByRole("textbox", { name: "Prompt" }).fill("A lighthouse at dawn. ".repeat(1000));
  const accepted = page.waitForResponse((answer) => answer.status() === 202);
  await page.getByRole("button", { name: /^Make/ }).click();
  await (await accepted).finished();
  const { request_id } = (await (await accepted).json()) as { request_id: string };
  const context = page.context();
  const made = await page.evaluate<string>("sessionStorage.getItem('pinhole.made')");
  await page.close();
  const second = await context.newPage();
  await second.addInitScript(`sessionStorage.setItem('pinhole.made', ${JSON.stringify(made)})`);
  await second.goto("/make");
  await second.getByText("Done, free").waitFor();
  const list = await fetch(`${gateway.url}/admin/v1/requests`, {
    headers: { authorization: "Bearer test-admin-token-0123456789" },
  });
  const { data } = (await list.json()) as { data: { id: string; key_id: string }[] };
  expect(data.map(({ id }) => id)).toEqual([request_id]);
  expect(data[0]?.key_id).toMatch(/^console:person_/);
  // A long prompt scrolls within itself: what stands below it is near.
  await second.goto(`/requests/${request_id}`);
  await second.getByRole("group", { name: "prompt" }).waitFor();
  expect(await second.evaluate("document.documentElement.scrollHeight")).toBeLessThan(3000);
  expect(await accessFaults(second)).toEqual([]);
  await context.close();
});

test("a gateway that was started again shows what was made before it from the record", async () => {
  if (browser === undefined) throw new Error("there is a browser");
  const { page } = await enterConsole(browser, gateway, "key_holder");
  await page.getByRole("textbox", { name: "Prompt" }).fill("A harbour in the fog");
  await page.getByRole("button", { name: /^Make/ }).click();
  await page.getByText("Done, free").waitFor();
  const { folder, url } = gateway;
  await gateway.stop(true);
  const server = { port: Number(new URL(url).port) };
  gateway = await startGatewayProcess({ built: true, folder, settings: { server } });
  await page.reload();
  await page.getByText("Done, free").waitFor();
  await page.getByRole("img", { name: "A harbour in the fog" }).first().waitFor();
  const shownWidth = (): Promise<unknown> =>
    page.evaluate("document.querySelector('img[alt=\"A harbour in the fog\"]').naturalWidth");
  await expect.poll(shownWidth).toBe(1024);
  await page.context().close();
});

test("who has no prompt yet begins with one that costs nothing", async () => {
  if (browser === undefined) throw new Error("there is a browser");
  const { page } = await enterConsole(browser, gateway, "key_holder");
  await page.goto(`${gateway.url}/make`);
  await page.getByText("The sandbox's models cost nothing.").waitFor();
  await page.getByRole("button", { name: "Try a fox in the snow" }).click();
  await page.getByRole("button", { name: "Make free" }).click();
  await page.getByText("Done, free").waitFor();
  expect(await page.getByRole("img", { name: "A fox in the snow" }).count()).toBeGreaterThan(0);
  await page.context().close();
});

test("a generation is its own person's: nobody else follows or stops it, a viewer makes none, and other pages' origins are refused", async () => {
  if (browser === undefined) throw new Error("there is a browser");
  const body = { model: "sandbox-fast", prompt: "a fox" };
  const path = "/console/v1/images/generations";
  const holder = await enterConsole(browser, gateway, "key_holder");
  const origin = gateway.url;
  const ask = holder.page.context().request;
  const begun = await ask.post(path, { data: body, headers: { origin } });
  expect(begun.status()).toBe(202);
  const { request_id: id } = (await begun.json()) as { request_id: string };
  const events = await (await ask.get(`${path}/${id}/events`)).text();
  expect(events).toContain("event: picture");
  const places = [...events.matchAll(/^id: (\d+)$/gm)].map(([, place]) => Number(place));
  expect(places).toEqual(places.map((_, at) => at + 1));
  // Taken up again behind the third event.
  const rest = await ask.get(`${path}/${id}/events`, { headers: { "last-event-id": "3" } });
  expect(await rest.text()).not.toContain("event: accepted");
  const foreign = await ask.post(path, { data: body, headers: { origin: "http://evil.example" } });
  expect(foreign.status()).toBe(403);
  const other = (await enterConsole(browser, gateway, "admin")).page.context().request;
  expect((await other.get(`${path}/${id}/events`)).status()).toBe(404);
  expect((await other.delete(`${path}/${id}`, { headers: { origin } })).status()).toBe(404);
  const viewer = (await enterConsole(browser, gateway, "viewer")).page.context().request;
  expect((await viewer.post(path, { data: body, headers: { origin } })).status()).toBe(403);
  const nobody = await fetch(`${gateway.url}${path}/${id}/events`);
  expect(nobody.status).toBe(401);
});

test("the models and budgets of the person's user and team hold in the console; without either nothing is served", async () => {
  if (browser === undefined) throw new Error("there is a browser");
  await gateway.stop();
  gateway = await startGatewayProcess({
    built: true,
    settings: {
      channels: [
        {
          id: "drawing",
          provider: "sandbox",
          models: [
            { name: "dear", upstream: "sandbox-fast", price: { per_image_usd: 0.1 } },
            { name: "other", upstream: "sandbox-fast", price: { per_image_usd: 0.1 } },
          ],
        },
      ],
      teams: [{ id: "studio", budget: { usd: 0.3, period: "day" } }],
      users: [{ id: "ada", team: "studio", models: ["dear"] }],
    },
  });
  const { page } = await enterConsole(browser, gateway, "key_holder", { user: "ada" });
  const ask = page.context().request;
  const headers = { origin: gateway.url };
  const path = "/console/v1/images/generations";
  const listed = (await (await ask.get("/console/v1/models")).json()) as { data: { id: string }[] };
  expect(listed.data.map(({ id }) => id)).toEqual(["dear"]);
  await payWithOwnKey(page);
  const ends: string[] = [];
  for (let at = 0; at < 3; at += 1) {
    const data = { model: "dear", prompt: `fox ${at}` };
    const begun = await ask.post(path, { data, headers });
    const { request_id: id } = (await begun.json()) as { request_id: string };
    const told = await (await ask.get(`${path}/${id}/events`)).text();
    ends.push(/event: picture/.test(told) ? "picture" : (/"code":"(\w+)"/.exec(told)?.[1] ?? told));
  }
  expect(ends).toEqual(["picture", "picture", "budget_exceeded"]);
  // The page says so before the click; it has no model that costs nothing to begin with.
  await page.goto(`${gateway.url}/make`);
  await page.getByRole("textbox", { name: "Prompt" }).fill("A fox");
  await page.getByRole("button", { name: "Make over your budget by $0.10" }).waitFor();
  expect(await page.getByRole("button", { name: "Try a fox in the snow" }).count()).toBe(0);
  await page.context().close();
});

const asKey = { name: /as key:/ };

/** A key of one's own pays what its budget has left; it is remembered, and the page says so when it works no more. */
async function payWithOwnKey(page: Page): Promise<void> {
  await page.goto(`${gateway.url}/make`);
  await page.getByRole("textbox", { name: "Prompt" }).fill("A fox");
  await page.getByRole("button", { name: "Make $0.10" }).waitFor();
  expect(await page.getByRole("button", asKey).count()).toBe(0);
  const { make, admin } = worldOf({ url: gateway.url, adminToken: "test-admin-token-0123456789" });
  const { id } = await make({ name: "brushes", user: "ada", budget: { usd: 0.05 } });
  await page.reload();
  await page.getByRole("button", asKey).click();
  await page.getByRole("option", { name: "brushes" }).click();
  await page.getByRole("button", { name: "Make over your budget by $0.05" }).waitFor();
  await page
    .locator('input[type="file"]')
    .setInputFiles({ name: "quay.png", mimeType: "image/png", buffer: await samplePng(64, 64) });
  const mask = page.getByRole("button", { name: "Mask" });
  await mask.waitFor();
  await admin("PATCH", `/keys/${id}`, { budget: { usd: 0.1 }, operations: ["generation"] });
  await makeWithoutPictures(page);
  // Nothing of it was lost: it goes along with a key that may change pictures.
  await page.getByRole("button", asKey).click();
  await page.getByRole("option", { name: "the console's" }).click();
  await mask.waitFor();
  await page.getByRole("button", asKey).click();
  await page.getByRole("option", { name: "brushes" }).click();
  await page.getByRole("button", { name: "Make over your budget by $0.10" }).waitFor();
  const { data } = (await admin("GET", "/requests")).body;
  expect(data?.[0]).toMatchObject({ key_id: id, key_name: "brushes", person_name: "Ada" });
  await admin("PATCH", `/keys/${id}`, { disabled: true });
  await page.getByRole("button", { name: /^Make over/ }).click();
  await page.getByText("The key that you had chosen is not there any more").waitFor();
  await page.getByRole("button", { name: "All right" }).click();
  await page.getByRole("button", { name: "Make $0.10" }).waitFor();
  expect(await page.getByRole("button", asKey).count()).toBe(0);
}

/** Makes a picture with a key that changes none: those of the draft stay behind, and no way leads to others. */
async function makeWithoutPictures(page: Page): Promise<void> {
  await page.reload();
  await page.getByText("The key brushes may not change pictures: this one stays").waitFor();
  const asked = page.waitForRequest(/console\/v1\/images\/generations\?as_key=/);
  await page.getByRole("button", { name: "Make $0.10" }).click();
  await asked;
  await page.getByText(/^Done/).waitFor();
  await page.getByRole("button", { name: "Vary" }).waitFor();
  for (const name of ["Mask", "Add a picture", "Use as input", "Edit a part"])
    expect([name, await page.getByRole("button", { name }).count()]).toEqual([name, 0]);
}

/** Starts the gateway again, with a model of several providers behind this address, and a user who may not use it. */
async function startWithOptions(url: string): Promise<void> {
  const channel = {
    settings: { base_url: url, api_key: "sk-test" },
    models: [{ name: "vendor/grok", upstream: "grok-imagine-image", price: "free" }],
  };
  await gateway.stop();
  gateway = await startGatewayProcess({
    built: true,
    settings: {
      channels: [
        { id: "grok", provider: "xai", priority: 2, ...channel },
        { id: "fire", provider: "fireworks", priority: 1, ...channel },
        { id: "plain", provider: "openai-compatible", ...channel },
        {
          id: "lettered",
          provider: "ideogram",
          settings: { base_url: url, api_key: "sk-test" },
          models: [{ name: "lettered", upstream: "ideogram-v3", price: "free" }],
        },
        {
          id: "sketch",
          provider: "sandbox",
          models: [{ name: "sketch", upstream: "sandbox-fast" }],
        },
      ],
      users: [{ id: "ada", models: ["sketch"] }],
    },
  });
}

/** Asks for what only the gateway refuses: it says so at the option, whose group is opened for it, until something else stands there. */
async function refusedAtOption(page: Page): Promise<void> {
  await page.evaluate("sessionStorage.clear()");
  await page.goto("/make?model=lettered");
  await page.getByRole("textbox", { name: "Prompt" }).fill("A fox in the snow");
  const group = page.getByRole("button", { name: /^More of this model/ });
  await group.click();
  const style = page.getByRole("textbox", { name: "Style type" });
  await style.fill("no style");
  // The price is refused already.
  await page.getByText('No price can be told: the option "Style type" would be refused.').waitFor();
  expect(await style.getAttribute("aria-invalid")).toBe("true");
  await group.click();
  await style.waitFor({ state: "detached" });
  await page.getByRole("button", { name: /^Make/ }).first().click();
  await expect.poll(() => style.getAttribute("aria-invalid")).toBe("true");
  await expect.poll(() => page.evaluate("document.activeElement.value")).toBe("no style");
  const refusal = page.getByText(/provider_options\.ideogram\.style_type is not what/);
  expect(await refusal.count()).toBe(2);
  expect(await accessFaults(page)).toEqual([]);
  await style.fill("design");
  await expect.poll(() => refusal.count()).toBe(1);
}

/** Says in Chinese what was refused, and what a model without the option leaves behind. */
async function optionsInChinese(page: Page): Promise<void> {
  await page.evaluate("localStorage.setItem('pinhole.language', 'zh-CN')");
  await page.reload();
  await page.getByText("只能用字母、数字、连字符和下划线，最多 60 个字符").waitFor();
  await page.getByRole("button", { name: /lettered 模型/ }).click();
  await page.getByRole("option", { name: "sketch" }).click();
  await page.getByText("sketch 不支持：选项 风格类型").waitFor();
}

test("the options of a model's provider are offered by its schema, refused before the click, sent as they were set, and kept", async () => {
  if (browser === undefined) throw new Error("there is a browser");
  const upstream = await startScriptedUpstream();
  const picture = (await samplePng(64, 64)).toString("base64");
  upstream.each((call) => call.answer({ data: [{ b64_json: picture }] }));
  await startWithOptions(upstream.url);
  const refused400 = /status of 400/;
  const holder = await enterConsole(browser, gateway, "key_holder", { expected: refused400 });
  const { page, faults } = holder;
  const options = (model: string): string =>
    `/console/v1/models/${encodeURIComponent(model)}/options`;
  const listed = await page.context().request.get(options("vendor/grok"));
  const { data } = (await listed.json()) as { data: { provider: string; schema: object }[] };
  // One whose options are an open record has no fields to offer.
  expect(data.map(({ provider }) => provider)).toEqual(["xai", "fireworks"]);
  await page.goto("/make?model=vendor%2Fgrok");
  await page.getByRole("textbox", { name: "Prompt" }).fill("A fox in the snow");
  await page.getByRole("button", { name: /^More of this model/ }).click();
  const grok = page.getByRole("group", { name: "Options of xAI" });
  await grok.getByText("They count only where xAI serves the model.").waitFor();
  await grok.getByRole("button", { name: /Service tier/ }).click();
  await page.getByRole("option", { name: "priority" }).click();
  const make = page.getByRole("button", { name: /^Make/ });
  const steps = page.getByRole("textbox", { name: "Num inference steps" });
  for (const [typed, refusal] of [
    ["many", "Write a number."],
    ["1.5", "Write a whole number."],
    ["99", "Write a number from 1 to 50."],
  ] as const) {
    await steps.fill(typed);
    await page.getByText(refusal).waitFor();
    expect(await make.isDisabled()).toBe(true);
  }
  await steps.fill("8");
  expect(await accessFaults(page)).toEqual([]);
  const asked = page.waitForRequest(/console\/v1\/images\/generations$/);
  await make.click();
  expect((await asked).postDataJSON()).toMatchObject({
    provider_options: { xai: { service_tier: "priority" }, fireworks: { num_inference_steps: 8 } },
  });
  await page.getByText("Done, free").waitFor();
  expect(upstream.calls.map(({ json }) => json["service_tier"])).toEqual(["priority"]);
  await page.reload();
  await expect.poll(() => steps.inputValue()).toBe("8");
  await page.getByRole("button", { name: /vendor\/grok Model/ }).click();
  await page.getByRole("option", { name: "sketch" }).click();
  await page.getByText(/option service tier, option num inference steps/).waitFor();
  await refusedAtOption(page);
  await optionsInChinese(page);
  const other = await enterConsole(browser, gateway, "key_holder", {
    user: "ada",
    login: "ada@example.com",
  });
  const refused = await other.page.context().request.get(options("vendor/grok"));
  expect([refused.status(), await refused.text()]).toEqual([
    404,
    expect.stringContaining("model_not_found"),
  ]);
  expect((await fetch(gateway.url + options("sketch"))).status).toBe(401);
  expect(faults).toEqual([]);
  await page.context().close();
  await other.page.context().close();
});
