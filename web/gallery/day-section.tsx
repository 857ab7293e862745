import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";
import type { GallerySearch, Picture } from "./pictures.ts";
import { dayOf } from "./days.ts";
import { type Day, type Row, dayHeight, gap, ratioOf } from "./rows.ts";
import { Tile } from "./tile.tsx";
import { useGalleryWords } from "./words.ts";

/** A day of the wall: its heading, which stays in sight while its pictures are, and those of its rows that are near the window. */
export function DaySection({
  day: { day, pictures, top, height },
  rows,
  search,
  selected,
  onSelect,
  onSelectAll,
  onSave,
  onRemove,
}: {
  readonly day: Day<Picture>;
  readonly rows: readonly Row<Picture>[];
  readonly search: GallerySearch;
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (id: string, isRange: boolean) => void;
  readonly onSelectAll: (pictures: readonly Picture[]) => void;
  readonly onSave: (pictures: readonly Picture[]) => void;
  readonly onRemove: (id: string) => void;
}): ReactNode {
  return (
    <section className="absolute inset-x-0" style={{ top, height }}>
      <Heading
        day={day}
        isAll={selected.size > 0 && pictures.every(({ id }) => selected.has(id))}
        onSelect={() => onSelectAll(pictures)}
      />
      {rows.map((row) => (
        <div
          key={row.pictures[0]?.id}
          className="absolute inset-x-0 flex contain-layout contain-size contain-style"
          style={{ top: row.top - top, height: row.height, gap }}
        >
          {row.pictures.map((picture) => (
            <Tile
              key={picture.id}
              picture={picture}
              height={row.height}
              width={Math.floor(ratioOf(picture) * row.height)}
              isStretched={row.isFull}
              search={search}
              isSelected={selected.has(picture.id)}
              isSelecting={selected.size > 0}
              onSelect={onSelect}
              onSave={onSave}
              onRemove={onRemove}
            />
          ))}
        </div>
      ))}
    </section>
  );
}

/** A day's name, with a button that selects the day. */
function Heading({
  day,
  isAll,
  onSelect,
}: {
  readonly day: string;
  readonly isAll: boolean;
  readonly onSelect: () => void;
}): ReactNode {
  const { lang } = useWords();
  const words = useGalleryWords();
  const text = dayWords(day, lang, words.today);
  return (
    <div
      className="sticky top-0 z-[5] flex items-center gap-3 bg-ground"
      // The ring of what is selected stands between the heading and the first row.
      style={{ height: dayHeight - 5 }}
    >
      <h2 className="text-body font-semibold">{text}</h2>
      <button
        type="button"
        onClick={onSelect}
        aria-pressed={isAll}
        aria-label={words.selectDay(text)}
        className="min-h-6 rounded-control px-2 text-label text-soft hover:bg-sunk hover:text-ink aria-pressed:bg-sunk aria-pressed:text-accent"
      >
        {words.selectAll}
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
