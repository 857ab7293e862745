import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { accessFaults } from "../browser.ts";
import { takeShot } from "../shots.ts";

/** A script of the page: it makes the functions of `faultsOfPage`. */
const probe = readFileSync(join(import.meta.dirname, "probe.mjs"), "utf8");

/** A question that the probe answers about the page as it stands. */
type Question = "layout" | "focus" | "grounds" | "markDrawn" | "motion" | "english";

function ask(page: Page, what: Question, about?: unknown): Promise<string[]> {
  return page.evaluate<string[]>(`${probe}\nfaultsOfPage.${what}(${JSON.stringify(about)})`);
}

/** Tries within which a page has found its place in a new window. */
const triesMax = 6;

/** Faults of the layout that stay, once what measures itself has been drawn again. */
async function layoutFaults(page: Page): Promise<string[]> {
  let faults = await ask(page, "layout");
  for (let tries = 1; faults.length > 0 && tries < triesMax; tries += 1) {
    await page.waitForTimeout(80 * tries);
    faults = await ask(page, "layout");
  }
  return faults;
}

const desk = { width: 1280, height: 800 };
const phone = { width: 390, height: 844 };
/** A desk's window at four times its size. */
const narrow = { width: 320, height: 640 };

/** True where somebody wants to look at the pictures; otherwise one of each page is enough. */
const isLookedAt = process.env["PINHOLE_TEST_SHOTS"] !== undefined;

/** What is looked at. */
export interface Look {
  readonly name: string;
  /** The name of its main action, a button or a link, which a phone shows without scrolling. */
  readonly main?: string | RegExp | undefined;
  /** Texts that are somebody's or something's own, in whatever language a page is. */
  readonly names: readonly string[];
}

/** Faults of a page, or of a part that opens in one, in every way that it is looked at: light and dark, narrow, large, with forced colours, without motion. */
export async function lookFaults(page: Page, { name, main, names }: Look): Promise<string[]> {
  const found: string[] = [];
  const add = (where: string, faults: readonly string[]): void => {
    found.push(...new Set(faults.map((fault) => `${name}, ${where}: ${fault}`)));
  };
  const shoot = async (where: string): Promise<void> => {
    if (isLookedAt) await takeShot(page, `${name}-${where}`);
  };
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce", forcedColors: "none" });
  await expect.poll(() => ask(page, "motion")).toEqual([]);
  await takeShot(page, `${name}-light`);
  add("light", [...(await accessFaults(page)), ...(await layoutFaults(page))]);
  await ask(page, "markDrawn");
  await page.emulateMedia({ colorScheme: "dark" });
  add("dark", await accessFaults(page, ["color-contrast"]));
  await shoot("dark");
  await page.emulateMedia({ colorScheme: "light", forcedColors: "active" });
  add("forced colours", await ask(page, "grounds"));
  // The focus is then a keyboard's.
  await page.keyboard.press("F9");
  add("forced colours", await ask(page, "focus"));
  await shoot("forced");
  await page.emulateMedia({ forcedColors: "none" });
  await page.setViewportSize(phone);
  add("phone", await layoutFaults(page));
  if (main !== undefined) add("phone", await outOfSight(page, main));
  await shoot("phone");
  const said = async (): Promise<string[]> => [
    ...(await layoutFaults(page)),
    ...(await ask(page, "english", names)),
  ];
  await speak(page, "zh-CN");
  try {
    add("phone, Chinese", await said());
    await shoot("chinese-phone");
    await page.setViewportSize(desk);
    add("Chinese", await said());
    await shoot("chinese");
  } finally {
    await speak(page, "en");
  }
  await page.setViewportSize(narrow);
  add("400 %", await layoutFaults(page));
  await shoot("narrow");
  await page.setViewportSize(desk);
  await page.evaluate("document.documentElement.style.fontSize = '200%'");
  add("200 % text", await layoutFaults(page));
  await shoot("large");
  await page.evaluate("document.documentElement.style.fontSize = ''");
  return found;
}

/** Chooses a language as another tab does, in which nothing that is open here closes. */
async function speak(page: Page, tag: string): Promise<void> {
  await page.evaluate(
    `localStorage.setItem("pinhole.language", "${tag}"); dispatchEvent(new StorageEvent("storage", { key: "pinhole.language" }))`,
  );
  await expect.poll(() => page.evaluate("document.documentElement.lang")).toBe(tag);
}

async function outOfSight(page: Page, main: string | RegExp): Promise<string[]> {
  const action = page
    .getByRole("button", { name: main })
    .or(page.getByRole("link", { name: main }))
    .first();
  await page.evaluate("scrollTo(0, 0)");
  const box = await action.boundingBox({ timeout: 5_000 });
  const isSeen =
    box !== null &&
    box.x >= 0 &&
    box.y >= 0 &&
    box.x + box.width <= phone.width &&
    box.y + box.height <= phone.height;
  return isSeen ? [] : [`${String(main)} is out of sight: ${JSON.stringify(box)}`];
}
