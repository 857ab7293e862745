import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { ReactNode, RefObject } from "react";
import { useWords } from "../language/language.tsx";
import { Message } from "../ui/message.tsx";
import { type GallerySearch, type Picture, setSaved } from "./pictures.ts";
import { type Line, dayOf, gap, layOut, linesBetween, ratioOf } from "./rows.ts";
import { SelectionBar } from "./selection-bar.tsx";
import { Tile } from "./tile.tsx";

/** Beyond the window by so much, pictures are there before they are seen. */
const ahead = 800;

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
  const selection = useSelection(pictures);
  const saving = useSaving();
  const wanted = width < 600 ? 150 : 220;
  const lines = useMemo(
    () => layOut(pictures, Math.max(1, width), wanted),
    [pictures, width, wanted],
  );
  const last = lines.at(-1);
  const height = last === undefined ? 0 : last.top + last.height;
  const isNearEnd = to + ahead > height;
  useEffect(() => {
    if (isNearEnd && pictures.length > 0) onNearEnd();
  }, [isNearEnd, pictures.length, onNearEnd]);
  const shown = width === 0 ? [] : linesBetween(lines, from - ahead, to + ahead);
  return (
    <>
      {saving.fault === undefined ? null : <Message tone="warn" title={saving.fault} />}
      <div ref={list} className="relative" style={{ height }}>
        {shown.map((line) =>
          line.kind === "day" ? (
            <Day
              key={line.day}
              line={line}
              isAll={line.pictures.every(({ id }) => selection.ids.has(id))}
              onSelect={() => selection.toggleAll(line.pictures)}
            />
          ) : (
            <div
              key={line.pictures[0]?.id}
              className="absolute inset-x-0 flex"
              style={{ top: line.top, height: line.height, gap }}
            >
              {line.pictures.map((picture) => (
                <Tile
                  key={picture.id}
                  picture={picture}
                  height={line.height}
                  width={Math.floor(ratioOf(picture) * line.height)}
                  search={search}
                  isSelected={selection.ids.has(picture.id)}
                  onSelect={(isRange) => selection.toggle(picture.id, isRange)}
                  onSave={() => void saving.save(picture.id, !picture.saved)}
                />
              ))}
            </div>
          ),
        )}
      </div>
      <SelectionBar
        pictures={pictures.filter(({ id }) => selection.ids.has(id))}
        onKeep={(ids) => void Promise.all(ids.map((id) => saving.save(id, true)))}
        onClear={selection.clear}
      />
    </>
  );
}

/** A day's heading, which selects the day. */
function Day({
  line: { day, top, height },
  isAll,
  onSelect,
}: {
  readonly line: Line<Picture>;
  readonly isAll: boolean;
  readonly onSelect: () => void;
}): ReactNode {
  const words = useWords();
  const text = dayWords(day, words.lang, words.gallery.today);
  return (
    <div className="absolute inset-x-0 flex items-center gap-3" style={{ top, height }}>
      <h2 className="text-body font-semibold">{text}</h2>
      <button
        type="button"
        onClick={onSelect}
        aria-pressed={isAll}
        aria-label={words.gallery.selectDay(text)}
        className="min-h-6 rounded-control px-2 text-label text-soft hover:bg-sunk hover:text-ink aria-pressed:bg-sunk aria-pressed:text-accent"
      >
        {words.gallery.selectAll}
      </button>
      <span aria-hidden className="flex-1 border-t border-line" />
    </div>
  );
}

function dayWords(day: string, lang: string, today: string): string {
  if (day === dayOf(new Date().toISOString())) return today;
  const options = { weekday: "short", day: "numeric", month: "long", year: "numeric" } as const;
  return new Date(`${day}T12:00:00`).toLocaleDateString(lang, options);
}

/** The list's width, and the part of it that the window shows. */
function useWindowOn(list: RefObject<HTMLElement | null>) {
  const [seen, setSeen] = useState({ width: 0, from: 0, to: 0 });
  useLayoutEffect(() => {
    const look = (): void => {
      const box = list.current?.getBoundingClientRect();
      if (box === undefined) return;
      const next = { width: Math.floor(box.width), from: -box.top, to: innerHeight - box.top };
      setSeen((before) =>
        // Each step of the wheel moves little: rows ahead of the window cover it.
        before.width === next.width && Math.abs(before.from - next.from) < ahead / 4
          ? before
          : next,
      );
    };
    look();
    addEventListener("scroll", look, { passive: true });
    addEventListener("resize", look);
    return () => {
      removeEventListener("scroll", look);
      removeEventListener("resize", look);
    };
  }, [list]);
  return seen;
}

/** The pictures that are selected; with Shift all since the last one, across days. */
function useSelection(pictures: readonly Picture[]) {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const last = useRef<string>(undefined);
  return {
    ids,
    clear: () => setIds(new Set()),
    toggle(id: string, isRange: boolean) {
      const places = [last.current, id].map((one) =>
        pictures.findIndex((picture) => picture.id === one),
      );
      last.current = id;
      setIds((before) => {
        const next = new Set(before);
        const [from, to] = [Math.min(...places), Math.max(...places)];
        if (isRange && from >= 0)
          for (const picture of pictures.slice(from, to + 1)) next.add(picture.id);
        else if (!next.delete(id)) next.add(id);
        return next;
      });
    },
    toggleAll(some: readonly Picture[]) {
      setIds((before) => {
        const next = new Set(before);
        const isAll = some.every(({ id }) => before.has(id));
        for (const { id } of some)
          if (isAll) next.delete(id);
          else next.add(id);
        return next;
      });
    },
  };
}

/** Keeps pictures and lets them go; a refusal is told in its own words. */
export function useSaving() {
  const queries = useQueryClient();
  const [fault, setFault] = useState<string>();
  return {
    fault,
    async save(id: string, saved: boolean): Promise<void> {
      try {
        await setSaved(id, saved);
        setFault(undefined);
      } catch (thrown) {
        setFault(thrown instanceof Error ? thrown.message : String(thrown));
      }
      await queries.invalidateQueries({
        predicate: ({ queryKey }) => String(queryKey[0]).startsWith("gallery"),
      });
    },
  };
}
