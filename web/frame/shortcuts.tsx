import { useRouter } from "@tanstack/react-router";
import { Suspense, lazy, useEffect, useRef, useState } from "react";
import type { ReactNode } from "react";
import { sureOf } from "../api/line.ts";
import type { Role } from "../api/session.ts";
import { pathOf } from "./go-keys.ts";
import { isShortcut } from "./letters.ts";

const importPalette = () => import("../palette/palette.tsx");
const Palette = lazy(
  sureOf(async () => {
    const { Palette: component } = await importPalette();
    return { default: component };
  }),
);
const KeySheet = lazy(
  sureOf(async () => {
    const { KeySheet: component } = await import("../palette/key-sheet.tsx");
    return { default: component };
  }),
);

/** The time within which the second letter follows G. */
const secondKeyMs = 1_500;

/** The time after which the palette's file is fetched: when the page itself has come. */
const paletteAfterMs = 1_000;

type Opened = "palette" | "sheet" | undefined;

/** The shortcuts of every page, by the letters that keys print, with the palette and the sheet that they open. */
export function Shortcuts({
  role,
  opened,
  onOpen,
  onFold,
}: {
  readonly role: Role;
  readonly opened: Opened;
  readonly onOpen: (what: Opened) => void;
  readonly onFold: () => void;
}): ReactNode {
  const router = useRouter();
  const goAt = useRef(0);
  const press = (event: KeyboardEvent): boolean => {
    if (isPaletteChord(event)) {
      if (document.querySelector("[role=dialog],[role=alertdialog]") !== null) return false;
      onOpen("palette");
      return true;
    }
    if (!isShortcut(event)) return false;
    const isSecond = event.timeStamp - goAt.current < secondKeyMs;
    goAt.current = 0;
    const path = isSecond ? pathOf(event.key, role) : undefined;
    if (path !== undefined) void router.navigate({ to: path });
    else if (event.key.toLowerCase() === "g") goAt.current = event.timeStamp;
    else if (event.key === "/") findSearch(() => onOpen("palette"));
    else if (event.key === "?") onOpen("sheet");
    else if (event.key === "[") onFold();
    else return false;
    return true;
  };
  useEffect(() => {
    const heed = (event: KeyboardEvent): void => {
      if (press(event)) {
        event.preventDefault();
        // The second letter of two is no letter of the page's own list.
        event.stopImmediatePropagation();
      }
    };
    document.addEventListener("keydown", heed, true);
    return () => document.removeEventListener("keydown", heed, true);
  });
  useEffect(() => {
    // It is there before it is asked for: the first letters would be lost, or mean something else.
    const timer = setTimeout(() => void importPalette().catch(() => undefined), paletteAfterMs);
    return () => clearTimeout(timer);
  }, []);
  const close = (): void => onOpen(undefined);
  return (
    <Suspense>
      {opened === "palette" ? (
        <Palette role={role} onClose={close} onSheet={() => onOpen("sheet")} />
      ) : null}
      {opened === "sheet" ? <KeySheet role={role} onClose={close} /> : null}
    </Suspense>
  );
}

/** The state of the palette and of the sheet of keys: which of them is open. */
export function useOpened(): readonly [Opened, (what: Opened) => void] {
  return useState<Opened>();
}

/** ⌘K or Ctrl K. A keyboard that prints no Latin letters has its K where others do. */
function isPaletteChord(event: KeyboardEvent): boolean {
  if (event.altKey || event.shiftKey || !(event.metaKey || event.ctrlKey)) return false;
  const isLatin = /^[a-z]$/i.test(event.key);
  return isLatin ? event.key.toLowerCase() === "k" : event.code === "KeyK";
}

/** Goes to the page's own search field; where it has none, to the palette. */
function findSearch(otherwise: () => void): void {
  const field = document.querySelector<HTMLInputElement>("main input[type=search]");
  if (field === null) otherwise();
  else {
    field.focus();
    field.select();
  }
}
