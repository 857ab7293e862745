import { useEffect, useMemo, useRef } from "react";
import type { ReactNode } from "react";
import { Message } from "../ui/message.tsx";
import { DaySection } from "./day-section.tsx";
import type { GallerySearch, Picture } from "./pictures.ts";
import { useRemoving } from "./removing.tsx";
import { between, layOut } from "./rows.ts";
import { useSaving } from "./saving.ts";
import { type Selection, useSelection } from "./selection.tsx";
import { SelectionBar } from "./selection-bar.tsx";
import { useWallKeys } from "./wall-keys.ts";
import { ahead, useWindowOn } from "./window-on.ts";

/** Rows of pictures of which only those near the window are in the page, however many there are. */
export function Wall({
  pictures,
  search,
  onNearEnd,
}: {
  readonly pictures: readonly Picture[];
  readonly search: GallerySearch;
  readonly onNearEnd: () => void;
}): ReactNode {
  const list = useRef<HTMLDivElement>(null);
  const { width, from, to } = useWindowOn(list);
  const selection = useSelection();
  const { saving, save, remove } = useWallActions(selection);
  const wanted = width < 600 ? 150 : 220;
  const days = useMemo(
    () => (width === 0 ? [] : layOut(pictures, width, wanted)),
    [pictures, width, wanted],
  );
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
  return (
    <>
      {saving.fault === undefined ? null : <Message tone="warn" title={saving.fault} />}
      <div ref={list} className="relative" style={{ height }}>
        {between(days, from - ahead, to + ahead).map((day) => (
          <DaySection
            key={day.day}
            day={day}
            rows={between(day.rows, from - ahead, to + ahead)}
            search={search}
            selected={selection.ids}
            onSelect={(id, isRange) => selection.toggle(pictures, id, isRange)}
            onSelectAll={selection.toggleAll}
            onSave={save}
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

/** The things that can be done to pictures of the wall. */
function useWallActions(selection: Selection) {
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
  return { saving, save, remove };
}
