import type { Page } from "playwright-core";

/** A page as it is shown: its address, and what is done there before the picture is taken. */
export interface Shown {
  readonly name: string;
  readonly path: string;
  act?(page: Page): Promise<void>;
}

/** Chooses a model in the playground and presses what makes a picture. */
export async function makeBy(page: Page, model: string, prompt: string): Promise<void> {
  await chooseModel(page, model);
  await page.getByRole("textbox", { name: "Prompt" }).fill(prompt);
  await page.getByRole("button", { name: /^Make (free|\$|–)/ }).click();
}

async function chooseModel(page: Page, model: string): Promise<void> {
  await page.getByRole("button", { name: /Model$/ }).click();
  await page.getByRole("option", { name: model, exact: true }).click();
}

const patience = { timeout: 60_000 };

/** The pages of the console, those first that are looked at most. */
export const shownPages: readonly Shown[] = [
  { name: "overview", path: "/overview?range=30d" },
  { name: "overview-key", path: "/overview?range=7d&by=key" },
  { name: "requests", path: "/requests" },
  {
    name: "requests-failed",
    path: "/requests?state=failed",
    act: (page) => page.locator("[data-request] a").nth(1).click(),
  },
  {
    name: "request-failover",
    path: "/requests?error=upstream_rate_limited&state=succeeded",
  },
  {
    name: "request",
    path: "/requests",
    act: (page) => page.locator("[data-request] a").nth(8).click(),
  },
  { name: "channels", path: "/channels" },
  { name: "channel", path: "/channels/azure-eu" },
  { name: "channel-file", path: "/channels/openai-main" },
  { name: "channel-faulty", path: "/channels/vertex-eu" },
  { name: "channel-new", path: "/channels/new" },
  { name: "models", path: "/models" },
  { name: "model", path: "/models/gpt-image-2.6-flare" },
  { name: "keys", path: "/keys" },
  {
    name: "key-new",
    path: "/keys",
    act: (page) => page.getByRole("button", { name: "New key" }).click(),
  },
  { name: "people", path: "/people" },
  { name: "budgets", path: "/budgets" },
  { name: "audit", path: "/audit" },
  { name: "settings", path: "/settings" },
  { name: "you", path: "/settings/you" },
  { name: "gallery", path: "/gallery" },
  {
    name: "gallery-picture",
    path: "/gallery",
    act: (page) => page.locator("[data-picture] a").nth(3).click(),
  },
  {
    name: "make",
    path: "/make",
    act: (page) => chooseModel(page, "gpt-image-2.6-flare"),
  },
  {
    name: "make-running",
    path: "/make",
    act: async (page) => {
      await makeBy(page, "sandbox-slow", "A harbour in the fog");
      await page
        .getByText(/is making it/)
        .first()
        .waitFor(patience);
      await page.waitForTimeout(1500);
    },
  },
  {
    name: "make-done",
    path: "/make",
    act: async (page) => {
      await makeBy(page, "sandbox-fast", "A fox in the snow at dusk");
      await page.getByText("Done, free").first().waitFor(patience);
    },
  },
  {
    name: "make-refused",
    path: "/make",
    act: async (page) => {
      await makeBy(page, "sandbox-moderated", "A poster for a jazz evening");
      await page
        .getByText(/refused/)
        .first()
        .waitFor(patience);
    },
  },
  { name: "notices", path: "/notices" },
];
