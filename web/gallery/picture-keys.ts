import { useEffect } from "react";
import { isShortcut, isTypedInto } from "../frame/letters.ts";

/** The things that the keys of a picture's page do. */
export interface PictureKeys {
  readonly next: () => void;
  readonly previous: () => void;
  readonly save: () => void;
  readonly remove: () => void;
  readonly close: () => void;
}

const meanings: Readonly<Record<string, keyof PictureKeys>> = {
  j: "next",
  arrowright: "next",
  k: "previous",
  arrowleft: "previous",
  s: "save",
  delete: "remove",
  backspace: "remove",
  escape: "close",
};

/** The keys of a picture's page: J, K and arrows go to its neighbours, S keeps, Delete deletes, Escape leads back. */
export function usePictureKeys(keys: PictureKeys): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return;
      if (event.repeat || isTypedInto(event.target) || hasDialog()) return;
      if (event.key.length === 1 && !isShortcut(event)) return;
      const meaning = meanings[event.key.toLowerCase()];
      if (meaning === undefined) return;
      event.preventDefault();
      keys[meaning]();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  });
}

/** True while a menu or a dialog is open, which has keys of its own. */
function hasDialog(): boolean {
  return document.querySelector("[role=dialog],[role=alertdialog],[role=menu]") !== null;
}
