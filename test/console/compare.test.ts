import sharp from "sharp";
import type { APIResponse, Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { accessFaults, findChromium, openBrowser } from "../support/browser.ts";
import { enterConsole } from "../support/console.ts";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.ts";
import { type Predictions, startPredictions } from "../support/predictions.ts";
import { type Retoucher, startRetoucher } from "../support/retoucher.ts";
import { requireForTest } from "../support/require.ts";

let browser: Browser | undefined;
let gateway: GatewayProcess;
let retoucher: Retoucher;
let predictions: Predictions;
beforeAll(async () => {
  retoucher = await startRetoucher();
  predictions = await startPredictions();
  const priced = (name: string, upstream: string, usd: number) => ({
    name,
    upstream,
    price: { per_image_usd: usd },
  });
  gateway = await startGatewayProcess({
    built: true,
    settings: {
      channels: [
        {
          id: "studio",
          provider: "sandbox",
          settings: { slow_ms: 12_000 },
          models: [
            priced("aquarelle", "sandbox-fast", 0.04),
            priced("lino", "sandbox-fast", 0.06),
            priced("etching", "sandbox-moderated", 0.03),
            priced("fresco", "sandbox-fast", 0.001),
            priced("gouache", "sandbox-fast", 0.5),
            priced("parts", "sandbox-partial", 0.02),
            priced("slow", "sandbox-slow", 0.03),
            { ...priced("doubtful", "sandbox-flaky", 0.04), card: { failures_billed: true } },
          ],
        },
        {
          id: "darkroom",
          provider: "openai-compatible",
          settings: { base_url: retoucher.url },
          models: [
            {
              name: "retouch",
              card: { operations: ["edit"], images: { max: 1 }, mask: { polarity: "transparent" } },
              price: { per_image_usd: 0.02 },
            },
          ],
        },
        {
          id: "press",
          provider: "replicate",
          settings: {
            base_url: predictions.url,
            api_token: "r8_test",
            prefer_wait_seconds: 0,
          },
          models: [{ ...priced("print", "acme/painter", 0.02), card: { formats: ["png"] } }],
        },
      ],
    },
  });
});
afterAll(async () => {
  await gateway.stop();
  await retoucher.stop();
  await predictions.stop();
  await browser?.close();
});

/** Chromium and a gateway share two slow cores in CI. */
vi.setConfig({ testTimeout: 180_000 });

const makeButton = (page: Page) => page.getByRole("button", { name: /^Make\b(?! again)/ });
const column = (page: Page, model: string) => page.getByRole("region", { name: model });

async function compareWith(page: Page, model: string): Promise<void> {
  await page.getByRole("button", { name: "Compare with another model" }).click();
  await page.getByRole("menuitem", { name: model }).click();
}

/** Requests of a prompt that the gateway has a record of: model, state and quality. */
async function recorded(prompt: string): Promise<string[]> {
  const answer = await fetch(`${gateway.url}/admin/v1/requests?limit=100`, {
    headers: { authorization: "Bearer test-admin-token-0123456789" },
  });
  const { data } = (await answer.json()) as { data: RequestRow[] };
  return data
    .filter(({ fields }) => fields.prompt === prompt)
    .map(({ model, state, fields }) => `${model} ${state} ${fields.quality ?? "auto"}`);
}

interface RequestRow {
  readonly model: string;
  readonly state: string;
  readonly fields: { readonly prompt?: string; readonly quality?: string };
}

test("one prompt by several models: the price is their sum, one that fails leaves the others alone, each is made again by itself, and a reload shows them", async (context) => {
  browser ??= await openBrowser(requireForTest(context, "Chromium", findChromium()));
  const { page, faults } = await enterConsole(browser, gateway, "key_holder");
  await page.goto("/make?compare=aquarelle,etching");
  const prompt = "A heron at the weir";
  await page.getByRole("textbox", { name: "Prompt" }).fill(prompt);
  await compareWith(page, "lino");
  await expect.poll(() => makeButton(page).textContent()).toBe("Make$0.13");
  expect(new URL(page.url()).searchParams.get("compare")).toBe("aquarelle,etching,lino");
  // One has a choice of its own, before that of all.
  const models = page.getByRole("list", { name: "Models" });
  await page.getByRole("button", { name: "Settings of lino" }).click();
  await models.getByText("High", { exact: true }).click();
  await page.getByRole("button", { name: "Settings of lino" }).click();
  await models.getByText("Its own: quality High").waitFor();
  expect(await accessFaults(page)).toEqual([]);
  await makeButton(page).click();
  await page.getByText("All done · $0.10 altogether").waitFor();
  await column(page, "aquarelle").getByText("Done, $0.04").waitFor();
  await column(page, "lino").getByText("Done, $0.06").waitFor();
  await column(page, "etching").getByText("moderation_blocked").waitFor();
  expect(await accessFaults(page)).toEqual([]);
  await page.reload();
  await page.getByText("All done · $0.10 altogether").waitFor();
  await column(page, "lino").getByRole("img", { name: prompt }).waitFor();
  await models.getByText("Its own: quality High").waitFor();
  const heights = await page.evaluate<number[]>(
    "[...document.querySelectorAll('section[aria-label] > :nth-child(2)')].map((one) => one.getBoundingClientRect().height)",
  );
  expect(new Set(heights).size).toBe(1);
  expect(new Set(await recorded(prompt))).toEqual(
    new Set(["aquarelle succeeded auto", "etching failed auto", "lino succeeded high"]),
  );
  // Only that one is asked again, in its place; the one of before is a result by itself.
  await column(page, "aquarelle").getByRole("button", { name: "Vary" }).click();
  const strip = page.getByRole("list", { name: "Results of this session" });
  await expect.poll(() => strip.getByRole("button").count()).toBe(2);
  await page.getByText("All done · $0.10 altogether").waitFor();
  expect(await recorded(prompt)).toHaveLength(4);
  expect(faults).toEqual([]);
  await page.context().close();
});

test("four at most are compared, on a phone too; down to one, its choices are the draft's", async (context) => {
  browser ??= await openBrowser(requireForTest(context, "Chromium", findChromium()));
  const { page, faults } = await enterConsole(browser, gateway, "operator", {
    viewport: { width: 390, height: 844 },
  });
  await page.goto("/make");
  await page.getByRole("textbox", { name: "Prompt" }).fill("A kiln");
  // The prompt and the button are in sight without scrolling; the rest is in a sheet of its own.
  const sight = await makeButton(page).boundingBox();
  expect(sight !== null && sight.y + sight.height <= 844).toBe(true);
  const settings = page.getByRole("button", { name: /^Model and settings: / });
  await settings.click();
  for (const model of ["lino", "fresco", "gouache"]) await compareWith(page, model);
  await page.getByText("4 of 4").waitFor();
  expect(await page.getByRole("button", { name: "Compare with another model" }).count()).toBe(0);
  const isWide = "document.documentElement.scrollWidth > document.documentElement.clientWidth";
  expect(await page.evaluate<boolean>(isWide)).toBe(false);
  await page.getByRole("button", { name: "Settings of gouache" }).click();
  await page.getByRole("list", { name: "Models" }).getByText("Medium", { exact: true }).click();
  for (const model of ["aquarelle", "lino", "fresco"])
    await page.getByRole("button", { name: `Take ${model} out` }).click();
  await page.getByRole("button", { name: /gouache Model/ }).waitFor();
  expect(await page.getByRole("radio", { name: "Medium" }).isChecked()).toBe(true);
  expect(new URL(page.url()).search).toBe("");
  expect(await accessFaults(page)).toEqual([]);
  await page.getByRole("button", { name: "Done", exact: true }).click();
  await page.getByRole("button", { name: "Model and settings: gouache · Auto" }).waitFor();
  await expect.poll(() => makeButton(page).textContent()).toBe("Make$0.50");
  expect(faults).toEqual([]);
  await page.context().close();
});

test("a model that the gateway refuses to begin is told in its column", async (context) => {
  browser ??= await openBrowser(requireForTest(context, "Chromium", findChromium()));
  const { page } = await enterConsole(browser, gateway, "admin", { expected: /40\d/ });
  await page.goto("/make?compare=aquarelle,lino");
  await page.getByRole("textbox", { name: "Prompt" }).fill("A barge");
  await page.route("**/console/v1/images/generations", async (route) => {
    const { model } = route.request().postDataJSON() as { model: string };
    await route.continue(model === "lino" ? { postData: { model, prompt: "", n: 1 } } : {});
  });
  await makeButton(page).click();
  await column(page, "aquarelle").getByText("Done, $0.04").waitFor();
  await column(page, "lino").getByText("No picture came of it").waitFor();
  await page.reload();
  await column(page, "lino").getByText("No picture came of it").waitFor();
  await page.unroute("**/console/v1/images/generations");
  await column(page, "lino").getByRole("button", { name: "Make again" }).click();
  await column(page, "lino").getByText("Done, $0.06").waitFor();
  expect(await recorded("A barge")).toHaveLength(2);
  await page.context().close();
});

test("stopping says what it may cost, a retry that may buy twice says so with its price, and only the missing pictures are made", async (context) => {
  browser ??= await openBrowser(requireForTest(context, "Chromium", findChromium()));
  const { page, faults } = await enterConsole(browser, gateway, "owner");
  await page.goto("/make?compare=slow,doubtful");
  await page.getByRole("textbox", { name: "Prompt" }).fill("A mill");
  // The model fails on odd seeds.
  await page.getByRole("button", { name: "More of this model" }).click();
  await page.getByRole("textbox", { name: "Seed" }).fill("1");
  await expect.poll(() => makeButton(page).textContent()).toBe("Make$0.07");
  await makeButton(page).click();
  await column(page, "slow")
    .getByRole("button", { name: "Stop waiting may still be billed" })
    .click();
  await column(page, "slow")
    .getByText(/^Stopped: nothing more is tried/)
    .waitFor();
  await column(page, "doubtful").getByText("It may have been billed.").waitFor();
  await column(page, "doubtful")
    .getByRole("button", { name: "Make again may be charged again, $0.04" })
    .waitFor();
  // What was begun is finished, and comes.
  await column(page, "slow").getByText("Done, $0.03").waitFor({ timeout: 90_000 });
  expect(await accessFaults(page)).toEqual([]);
  await page.goto("/make?compare=parts");
  await page.goto("/make?compare=parts,aquarelle");
  await page.getByRole("textbox", { name: "Seed" }).fill("");
  await page.getByRole("radio", { name: "3", exact: true }).check({ force: true });
  await makeButton(page).click();
  const parts = column(page, "parts");
  await parts.getByText("2 of 3 came, $0.04").waitFor();
  await parts.getByRole("button", { name: "Make the missing one $0.02" }).click();
  await parts.getByRole("button", { name: "Picture 3 of 3" }).waitFor();
  await parts.getByText("Done, $0.06").waitFor();
  await page.getByText("All done · $0.18 altogether").waitFor();
  expect(await parts.getByRole("button", { name: /^Make the missing/ }).count()).toBe(0);
  await page.reload();
  await parts.getByRole("button", { name: "Picture 3 of 3" }).waitFor();
  expect(await accessFaults(page)).toEqual([]);
  expect(faults).toEqual([]);
  await page.context().close();
});

/** Makes a picture with the session of a page, and changes the upper quarter of it; returns the ids in the gallery of both. */
async function maskedEdit(page: Page): Promise<readonly [input: string, edit: string]> {
  const asks = page.context().request;
  const headers = { origin: gateway.url };
  const idOf = async (begun: Promise<APIResponse>): Promise<string> => {
    const { request_id: id } = (await (await begun).json()) as { request_id: string };
    await (await asks.get(`/console/v1/images/generations/${id}/events`)).text();
    return `${id}.0`;
  };
  const data = { model: "fresco", prompt: "A pier", size: "512x512" };
  const input = await idOf(asks.post("/console/v1/images/generations", { headers, data }));
  const { url } = (await (await asks.get(`/console/v1/gallery/${input}`)).json()) as {
    readonly url: string;
  };
  const png = { mimeType: "image/png", name: "picture.png" };
  const whole = { width: 512, height: 512, channels: 4 } as const;
  const hole = { create: { ...whole, height: 128, background: "#000f" } };
  const mask = await sharp({ create: { ...whole, background: "#000f" } })
    .composite([{ input: hole, left: 0, top: 0, blend: "dest-out" }])
    .png()
    .toBuffer();
  const multipart = {
    model: "retouch",
    prompt: "A pier at night",
    keep_outside_mask: "true",
    "image[]": { ...png, buffer: await (await asks.get(url)).body() },
    mask: { ...png, buffer: mask },
  };
  const path = `/console/v1/images/edits?made_from=${input}`;
  return [input, await idOf(asks.post(path, { headers, multipart }))];
}

test("an input and its masked edit, or the one with the rest kept, say in the gallery's comparison what had changed outside of the mask", async (context) => {
  browser ??= await openBrowser(requireForTest(context, "Chromium", findChromium()));
  const { page, faults } = await enterConsole(browser, gateway, "operator", {
    login: "pier@example.com",
  });
  const [input, edit] = await maskedEdit(page);
  const changed =
    "Changed outside of the mask: 33.3 % as the model made it, 0.0 % with the rest kept.";
  await page.goto(`/gallery/compare?a=${input}&b=${edit}`);
  await page.getByText(changed).waitFor();
  expect(await accessFaults(page)).toEqual([]);
  await page.goto(`/gallery/compare?a=${edit.replace(/0$/, "1")}&b=${input}`);
  await page.getByText(changed).waitFor();
  expect(faults).toEqual([]);
  await page.context().close();
});

test("a masked edit says how many of the pixels outside of the mask the model had changed, beside the picture with the rest kept", async (context) => {
  browser ??= await openBrowser(requireForTest(context, "Chromium", findChromium()));
  const { page, faults } = await enterConsole(browser, gateway, "operator", {
    login: "retoucher@example.com",
  });
  await page.goto("/make");
  await page.getByRole("textbox", { name: "Prompt" }).fill("A quay");
  const picture = await sharp({
    create: { width: 512, height: 512, channels: 3, background: "#345678" },
  })
    .png()
    .toBuffer();
  await page
    .locator('input[type="file"]')
    .setInputFiles({ name: "quay.png", mimeType: "image/png", buffer: picture });
  await page.getByRole("button", { name: /aquarelle Model/ }).click();
  await page.getByRole("option", { name: "retouch" }).click();
  await page.getByRole("button", { name: "Mask" }).click();
  for (const [label, value] of Object.entries({ Left: 0, Top: 0, Width: 512, Height: 128 }))
    await page.getByLabel(label, { exact: true }).fill(String(value));
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByText("512 × 512 · 25 % selected").waitFor();
  await page.getByRole("button", { name: "Done" }).click();
  await makeButton(page).click();
  // The model changes the upper half: a third of what is outside of the mask.
  const changed =
    "Changed outside of the mask: 33.3 % as the model made it, 0.0 % with the rest kept.";
  await page.getByText(changed).waitFor();
  await page.getByRole("button", { name: "Compare with what was made" }).click();
  await page.getByRole("img", { name: "As the model made it" }).waitFor();
  await page.getByRole("img", { name: "With the rest kept" }).waitFor();
  expect(await accessFaults(page)).toEqual([]);
  await page.reload();
  await page.getByText(changed).waitFor();
  expect(faults).toEqual([]);
  await page.context().close();
});

test("what an upstream can take back is cancelled there; a reload knows of it, and making it again says what that may cost", async (context) => {
  browser ??= await openBrowser(requireForTest(context, "Chromium", findChromium()));
  const { page, faults } = await enterConsole(browser, gateway, "admin", {
    login: "printer@example.com",
  });
  predictions.course = "starting";
  await page.goto("/make");
  await page.getByRole("button", { name: /aquarelle Model/ }).click();
  await page.getByRole("option", { name: "print" }).click();
  await page.getByRole("textbox", { name: "Prompt" }).fill("A ferry");
  await makeButton(page).click();
  await page.getByRole("button", { name: "Stop waiting cancels it upstream" }).click();
  await page.getByText("Stopped, and cancelled upstream").waitFor();
  await page.getByText("Nothing was billed.").waitFor();
  expect(predictions.canceled).toHaveLength(1);
  predictions.course = "processing";
  await page.getByRole("button", { name: "Make again $0.02" }).click();
  await page.getByRole("button", { name: "Stop waiting cancels it upstream" }).click();
  await page.getByText("It may have been billed.").waitFor();
  await page.reload();
  await page.getByText("Stopped, and cancelled upstream").waitFor();
  await page.getByText("It may have been billed.").waitFor();
  await page.getByRole("button", { name: "Make again may be charged again, $0.02" }).waitFor();
  expect(predictions.canceled).toHaveLength(2);
  expect(await accessFaults(page)).toEqual([]);
  expect(faults).toEqual([]);
  await page.context().close();
});

test("the seed of a picture, another one, and the picture as an input are at hand where it was made, in the gallery and at its request", async (context) => {
  browser ??= await openBrowser(requireForTest(context, "Chromium", findChromium()));
  const { page, faults } = await enterConsole(browser, gateway, "admin", {
    login: "dunes@example.com",
  });
  const seed = page.getByRole("textbox", { name: "Seed" });
  const prompt = page.getByRole("textbox", { name: "Prompt" });
  const inputs = page.getByRole("button", { name: /^Take picture\.\w+ out$/ });
  const strip = page.getByRole("list", { name: "Results of this session" });
  await page.goto("/make");
  await prompt.fill("A dune");
  await makeButton(page).click();
  await page.getByText("Done, $0.04").waitFor();
  await page.getByRole("button", { name: "Same seed again" }).click();
  const [picture] = (
    (await (await page.context().request.get(`${gateway.url}/console/v1/gallery`)).json()) as {
      data: Shown[];
    }
  ).data;
  if (picture === undefined) throw new Error("the gallery has no picture");
  await expect.poll(() => seed.inputValue()).toBe(picture.seed);
  await page.getByRole("button", { name: "Use as input" }).click();
  await expect.poll(() => inputs.count()).toBe(1);
  await inputs.click();
  await page.getByRole("button", { name: "Vary" }).click();
  await expect.poll(() => strip.getByRole("button").count()).toBe(2);
  await page.getByText("Done, $0.04").waitFor();
  await page.goto(`/requests/${picture.request_id}`);
  await page.getByRole("button", { name: "Make this again, same seed" }).click();
  await expect.poll(() => seed.inputValue()).toBe(picture.seed);
  for (const [at, path] of [
    [1, `/requests/${picture.request_id}`],
    [2, `/gallery/${picture.id}`],
  ] as const) {
    await page.goto(path);
    await page.getByRole("button", { name: "Vary" }).click();
    await expect.poll(() => prompt.inputValue()).toBe("A dune");
    // Nothing of the rarer fields is chosen, so they are closed.
    expect(await seed.count()).toBe(0);
    await page.goto(path);
    await page.getByRole("link", { name: "Use as input" }).click();
    await expect.poll(() => inputs.count()).toBe(at);
    // The page is left the next moment, and only what is stored by then is there again.
    await expect.poll(() => storedInputs(page)).toBe(at);
  }
  expect(faults).toEqual([]);
  await page.context().close();
});

/** The pictures of drafts that the browser has stored. */
function storedInputs(page: Page): Promise<number> {
  return page.evaluate<number>(`new Promise((resolve) => {
    const opened = indexedDB.open("pinhole");
    opened.onsuccess = () => {
      const read = opened.result.transaction("drafts").objectStore("drafts").getAll();
      read.onsuccess = () => {
        opened.result.close();
        resolve(read.result.flatMap(({ pictures }) => pictures).length);
      };
    };
  })`);
}

interface Shown {
  readonly id: string;
  readonly request_id: string;
  readonly seed: string;
}
