import type { Locator, Page } from "playwright-core";

/** One who uses the console: by keys alone, or by taps alone. */
export interface Hand {
  readonly page: Page;
  /** Presses a button, a link or a choice. */
  press(target: Locator): Promise<void>;
  /** Writes into a field in place of what stands there. */
  write(target: Locator, text: string): Promise<void>;
}

/** Steps of Tab within which everything of a page is reached. */
const stepsMax = 150;

/** Keys alone: Tab goes to what is wanted, Enter and Space press it. The focus must be seen wherever it stops. */
export function keyboardHand(page: Page): Hand & { reach(target: Locator): Promise<void> } {
  const { keyboard } = page;
  const reach = async (target: Locator): Promise<void> => {
    await target.waitFor({ state: "attached" });
    for (let step = 0; step < stepsMax; step += 1) {
      if ((await target.and(page.locator(":focus")).count()) > 0) {
        if (!(await page.evaluate<boolean>(showsFocus)))
          throw new Error(`the focus is not seen on ${String(target)}`);
        return;
      }
      await keyboard.press("Tab");
    }
    throw new Error(`no key leads to ${String(target)}`);
  };
  return {
    page,
    reach,
    async press(target) {
      await reach(target);
      await keyboard.press("Enter");
    },
    async write(target, text) {
      await reach(target);
      await keyboard.press("Control+a");
      await keyboard.type(text);
    },
  };
}

/** An expression of the page: the focus stands in the window, and its ring can be seen. */
const showsFocus = `(() => {
  const element = document.activeElement;
  const { top, left, bottom, right } = element.getBoundingClientRect();
  const isInside = bottom > 0 && right > 0 && top < innerHeight && left < innerWidth;
  const rings = [element, element.parentElement, element.closest("label")];
  const hasRing = rings.some((at) => {
    if (at === null) return false;
    const { outlineStyle, outlineWidth } = getComputedStyle(at);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  });
  return isInside && hasRing;
})()`;

/** Taps alone, and the letters of the keyboard on the glass. */
export function touchHand(page: Page): Hand {
  const { keyboard } = page;
  return {
    page,
    press: (target) => target.tap(),
    async write(target, text) {
      await target.tap();
      await keyboard.press("Control+a");
      await keyboard.type(text);
    },
  };
}
