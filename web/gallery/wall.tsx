import { useDeferredValue, useEffect, useMemo, useRef } from "react";
import type { ReactNode } from "react";
import { Message } from "../ui/message.tsx";
import { DaySection } from "./day-section.tsx";
import type { GallerySearch, Picture } from "./pictures.ts";
import { useRemoving } from "./removing.tsx";
import { type Day, between, layOut } from "./rows.ts";
import { useSaving } from "./saving.ts";
import { type Selection, useSelection } from "./selection.tsx";
import { SelectionBar } from "./selection-bar.tsx";
import { afterRemoval, useWallKeys } from "./wall-keys.ts";
import { useSteady } from "./use-steady.ts";
import { ahead, useWindowOn } from "./window-on.ts";

/** Rows of pictures of which only those near the window are in the page, however many there are. */
export function Wall({
  pictures,
  isWhole,
  search,
  onNearEnd,
}: {
  readonly pictures: readonly Picture[];
  /** True where there are no more pictures than these. */
  readonly isWhole: boolean;
  readonly search: GallerySearch;
  readonly onNearEnd: () => void;
}): ReactNode {
  const list = useRef<HTMLDivElement>(null);
  const seen = useWindowOn(list);
  const { width, to } = seen;
  const selection = useSelection();
  const { saving, save, remove, removeOne } = useWallActions(pictures, selection);
  const days = useDays(pictures, width, isWhole);
  const last = days.at(-1);
  const height = last === undefined ? 0 : last.top + last.height;
  const isNearEnd = to + ahead > height;
  useEffect(() => {
    if (isNearEnd && pictures.length > 0) onNearEnd();
  }, [isNearEnd, pictures.length, onNearEnd]);
  useWallKeys({
    list,
    days,
    pictures,
    selection,
    onSave: save,
    onRemove: remove,
  });
  const selected = useMemo(
    () => pictures.filter(({ id }) => selection.ids.has(id)),
    [pictures, selection.ids],
  );
  // What is ahead of the window is drawn after what is in it, in pieces that leave room for the hand.
  const later = useDeferredValue(seen);
  const first = Math.min(seen.from, Math.max(later.from - ahead, seen.from - ahead));
  const end = Math.max(seen.to, Math.min(later.to + ahead, seen.to + ahead));
  const select = useSteady((id: string, isRange: boolean) =>
    selection.toggle(pictures, id, isRange),
  );
  return (
    <>
      {saving.fault === undefined ? null : <Message tone="warn" title={saving.fault} />}
      <div ref={list} className="relative" style={{ height }}>
        {between(days, first, end).map((day) => (
          <DaySection
            key={day.day}
            day={day}
            rows={between(day.rows, first, end)}
            search={search}
            selected={selection.ids}
            onSelect={select}
            onSelectAll={selection.toggleAll}
            onSave={save}
            onRemove={removeOne}
          />
        ))}
      </div>
      <SelectionBar
        pictures={selected}
        onKeep={() => save(selected.filter(({ saved }) => !saved))}
        onRemove={remove}
        onClear={selection.clear}
      />
    </>
  );
}

/** The pictures laid out; days that were there before and have not changed are the same values. */
function useDays(
  pictures: readonly Picture[],
  width: number,
  isWhole: boolean,
): readonly Day<Picture>[] {
  const before = useRef<{ readonly width: number; readonly days: readonly Day<Picture>[] }>(
    undefined,
  );
  return useMemo(() => {
    const wanted = width < 600 ? 150 : 220;
    const known = before.current?.width === width ? before.current.days : [];
    const days = width === 0 ? [] : layOut(pictures, { width, wanted, isWhole }, known);
    before.current = { width, days };
    return days;
  }, [pictures, width, isWhole]);
}

/** The things that can be done to pictures of the wall. */
function useWallActions(pictures: readonly Picture[], selection: Selection) {
  const saving = useSaving();
  const removing = useRemoving();
  /** Keeps them all, or lets all go where all are kept. */
  const save = (some: readonly Picture[]): void => {
    const isKept = some.every(({ saved }) => saved);
    const changed = some.filter(({ saved }) => saved === isKept).map(({ id }) => id);
    void saving.save(changed, !isKept);
  };
  const remove = (ids: readonly string[]): void => {
    removing.remove(ids);
    selection.clear();
  };
  /** Deletes one; what else is selected stays so, and the next one has the focus. */
  const removeOne = (id: string): void => {
    removing.remove([id]);
    if (selection.ids.has(id)) selection.toggle(pictures, id, false);
    selection.lastSeen.current = afterRemoval(pictures, new Set([id]), id) || undefined;
  };
  return { saving, save: useSteady(save), remove, removeOne: useSteady(removeOne) };
}
