import { lettersAreOn } from "../frame/letters.ts";
import { type RefObject, useEffect, useRef } from "react";
import type { Picture } from "./pictures.ts";
import { type Day, type Step, dayHeight, placeIn, stepFrom } from "./rows.ts";
import type { Selection } from "./selection.tsx";

const steps: Readonly<Record<string, Step>> = {
  j: "next",
  ArrowRight: "next",
  k: "previous",
  ArrowLeft: "previous",
  ArrowDown: "down",
  ArrowUp: "up",
};

/** The wall that the keys go through, and the things that they do. */
export interface WallKeys {
  readonly list: RefObject<HTMLElement | null>;
  readonly days: readonly Day<Picture>[];
  readonly pictures: readonly Picture[];
  readonly selection: Selection;
  readonly onSave: (pictures: readonly Picture[]) => void;
  readonly onRemove: (ids: readonly string[]) => void;
}

/** The keys of the wall: J, K and arrows go on within the filter, with Shift they select; X selects, S keeps, Delete deletes what is selected, or the picture that has the focus. */
export function useWallKeys(wall: WallKeys): void {
  const focus = useLastingFocus();
  const { lastSeen } = wall.selection;
  useEffect(() => {
    const id = lastSeen.current;
    if (id === undefined || wall.days.length === 0) return;
    lastSeen.current = undefined;
    // After the router has put the page where it was.
    requestAnimationFrame(() => {
      bringInto(wall, id);
      focus(id);
    });
  });
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (isTypedInto(event.target) || isElsewhere(event.target)) return;
      if (/^[a-z]$/i.test(event.key) && !lettersAreOn()) return;
      const to = pressed(wall, event);
      if (to === undefined) return;
      event.preventDefault();
      if (to === "") return;
      bringInto(wall, to);
      focus(to);
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  });
}

/** Focuses on a picture's tile as soon as it is in the page, and again where it left the page meanwhile or moved to another row; until something else has the focus. */
function useLastingFocus(): (id: string) => void {
  const wanted = useRef<{ readonly id: string; isDue: boolean }>(undefined);
  const look = (): void => {
    const { current } = wanted;
    if (current === undefined || focused() === current.id) return;
    if (!current.isDue && document.activeElement !== document.body) return;
    if (focusOn(current.id)) current.isDue = false;
  };
  useEffect(look);
  useEffect(() => {
    const move = (): void => {
      if (wanted.current?.isDue === false && focused() !== wanted.current.id)
        wanted.current = undefined;
    };
    document.addEventListener("focusin", move);
    return () => document.removeEventListener("focusin", move);
  }, []);
  return (id) => {
    wanted.current = { id, isDue: true };
    look();
  };
}

/** Does what a key means; the id of the picture that has the focus after it, an empty one where that stays, undefined where it means nothing. */
function pressed(wall: WallKeys, event: KeyboardEvent): string | undefined {
  const { days, pictures, selection, onSave, onRemove } = wall;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const now = focused();
  const step = steps[key];
  if (step !== undefined) {
    const next = now === undefined ? firstInSight(wall) : stepFrom(days, now, step);
    if (next === undefined) return now === undefined ? undefined : "";
    if (event.shiftKey) {
      if (selection.ids.size === 0 && now !== undefined) selection.toggle(pictures, now, false);
      selection.toggle(pictures, next.id, true);
    }
    return next.id;
  }
  if (key === "Escape" && selection.ids.size > 0) {
    selection.clear();
    return "";
  }
  if (key === "x" && now !== undefined) {
    selection.toggle(pictures, now, event.shiftKey);
    return "";
  }
  const meant = pictures.filter(({ id }) =>
    selection.ids.size > 0 ? selection.ids.has(id) : id === now,
  );
  if (meant.length === 0) return undefined;
  if (key === "s") {
    onSave(meant);
    return "";
  }
  if (key !== "Delete" && key !== "Backspace") return undefined;
  const ids = new Set(meant.map(({ id }) => id));
  onRemove([...ids]);
  return afterRemoval(pictures, ids, now);
}

/** The picture that is shown in the place of those that were deleted: the next one, or else the one before. */
export function afterRemoval(
  pictures: readonly Picture[],
  ids: ReadonlySet<string>,
  now: string | undefined,
): string {
  const at = pictures.findIndex(({ id }) => id === now || (now === undefined && ids.has(id)));
  const stays = ({ id }: Picture): boolean => !ids.has(id);
  const next = pictures.slice(Math.max(0, at)).find(stays) ?? pictures.slice(0, at).findLast(stays);
  return next?.id ?? "";
}

function focused(): string | undefined {
  const tile = document.activeElement?.closest<HTMLElement>("[data-picture]");
  return tile?.dataset["picture"];
}

function focusOn(id: string): boolean {
  const link = document.querySelector<HTMLElement>(`[data-picture="${CSS.escape(id)}"] a`);
  link?.focus({ preventScroll: true });
  return link !== null;
}

function firstInSight({ list, days }: WallKeys): Picture | undefined {
  const top = dayHeight - (list.current?.getBoundingClientRect().top ?? 0);
  const rows = days.flatMap((day) => day.rows);
  return (rows.find((row) => row.top >= top) ?? rows.at(-1))?.pictures[0];
}

/** Space below for the bar of what is selected. Pixels. */
const barHeight = 96;

/** Scrolls as little as brings a picture's row between the day's heading and the bar below. */
function bringInto({ list, days }: WallKeys, id: string): void {
  const place = placeIn(days, id);
  if (place === undefined || list.current === null) return;
  const { row } = place;
  const top = list.current.getBoundingClientRect().top + row.top;
  const over = top + row.height - (innerHeight - barHeight);
  const under = top - dayHeight - 8;
  if (under < 0) scrollBy(0, under);
  else if (over > 0) scrollBy(0, Math.min(over, under));
}

function isTypedInto(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return target.type !== "checkbox";
  return target.isContentEditable || /^(?:TEXTAREA|SELECT)$/.test(target.tagName);
}

/** True within menus, lists and dialogs, which have keys of their own. */
function isElsewhere(target: EventTarget | null): boolean {
  return (
    target instanceof Element && target.closest("[role=dialog],[role=listbox],[role=menu]") !== null
  );
}
