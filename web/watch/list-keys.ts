import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { isShortcut, isTypedInto } from "../frame/letters.ts";
import type { RequestEntry } from "./requests.ts";

const arrows: Readonly<Record<string, 1 | -1>> = { ArrowDown: 1, ArrowUp: -1 };

/** The keys of a list: J, K and arrows go through it, Enter makes a page of what is open, Escape closes it. */
export function useListKeys(
  entries: readonly RequestEntry[],
  onOpen: (id: string | undefined) => void,
): { readonly step: (by: 1 | -1) => void } {
  const navigate = useNavigate();
  const step = (by: 1 | -1): void => {
    const now = openNow();
    const at = entries.findIndex(({ id }) => id === now);
    const next = entries[at === -1 ? 0 : at + by];
    if (next === undefined) return;
    onOpen(next.id);
    document.querySelector(`[data-request="${CSS.escape(next.id)}"]`)?.scrollIntoView({
      block: "nearest",
    });
  };
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (isTypedInto(event.target)) return;
      const open = openNow();
      const letter = isShortcut(event) ? event.key.toLowerCase() : "";
      const by = arrows[event.key];
      if (letter === "j") step(1);
      else if (letter === "k") step(-1);
      else if (by !== undefined && isInList(event.target)) {
        if (open === null) focusBeside(event.target, by);
        else step(by);
      } else if (event.key === "Escape" && open !== null) onOpen(undefined);
      else if (event.key === "Enter" && open !== null && isNothing(event.target))
        void navigate({ to: "/requests/$id", params: { id: open } });
      else return;
      event.preventDefault();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  });
  return { step };
}

/** The open request as the address has it by now: a key may be pressed before the page is drawn again. */
function openNow(): string | null {
  return new URLSearchParams(location.search).get("open");
}

/** True where Enter has no other meaning. */
function isNothing(target: EventTarget | null): boolean {
  return !(target instanceof HTMLElement) || target.closest("a,button,summary") === null;
}

/** True where the focus is on a line of the list: elsewhere arrows scroll. */
function isInList(target: EventTarget | null): target is Element {
  return target instanceof Element && target.closest("[data-request]") !== null;
}

/** Moves the focus to the line after or before. */
function focusBeside(target: Element, by: 1 | -1): void {
  const lines = [...document.querySelectorAll<HTMLElement>("[data-request] a")];
  const at = lines.findIndex((line) => line.closest("[data-request]")?.contains(target));
  lines[at + by]?.focus();
}
