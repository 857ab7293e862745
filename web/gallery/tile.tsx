import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useWords } from "../language/language.tsx";
import { classNames } from "../ui/class-names.ts";
import { Icon } from "../ui/icon.tsx";
import type { GallerySearch, Picture } from "./pictures.ts";

/** A picture of a row: its link, a star to keep it, and a box to select it. */
export function Tile({
  picture,
  height,
  width,
  search,
  isSelected,
  onSelect,
  onSave,
}: {
  readonly picture: Picture;
  readonly height: number;
  readonly width: number;
  readonly search: GallerySearch;
  readonly isSelected: boolean;
  /** `isRange`: with all since the one that was selected before. */
  readonly onSelect: (isRange: boolean) => void;
  readonly onSave: () => void;
}): ReactNode {
  const words = useWords().gallery;
  const { id, prompt, saved, expires_at: until, url } = picture;
  return (
    <div
      className={classNames(
        "group relative overflow-hidden rounded-picture bg-sunk",
        isSelected && "outline-2 outline-offset-2 outline-accent",
      )}
      style={{ width, height }}
    >
      <Link
        to="/gallery/$picture"
        params={{ picture: id }}
        search={search}
        className="block size-full"
      >
        <img
          src={`${url}&w=${width > 320 ? 640 : 320}`}
          alt={prompt}
          loading="lazy"
          decoding="async"
          className="size-full object-cover transition-opacity duration-[240ms] starting:opacity-0"
        />
      </Link>
      <input
        type="checkbox"
        checked={isSelected}
        aria-label={words.select(prompt)}
        onChange={(event) =>
          onSelect(event.nativeEvent instanceof MouseEvent && event.nativeEvent.shiftKey)
        }
        className={classNames(
          "absolute top-2 left-2 size-6 group-focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100",
          !isSelected && "opacity-0",
        )}
      />
      <button
        type="button"
        aria-pressed={saved}
        aria-label={saved ? words.unkeepOne(prompt) : words.keepOne(prompt)}
        onClick={onSave}
        className={classNames(
          "absolute top-1.5 right-1.5 grid size-8 place-items-center rounded-full bg-raised group-focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:size-11 pointer-coarse:opacity-100",
          saved ? "text-accent [&_path]:fill-current" : "text-soft opacity-0 hover:text-ink",
        )}
      >
        <Icon name="star" size={16} />
      </button>
      {until === null ? null : <Until moment={until} />}
    </div>
  );
}

/** The time after which a picture that is not kept is gone. */
function Until({ moment }: { readonly moment: string }): ReactNode {
  const words = useWords().gallery;
  return (
    <p className="pointer-events-none absolute inset-x-0 bottom-0 bg-raised/90 px-2 py-0.5 text-label text-ink opacity-0 group-focus-within:opacity-100 group-hover:opacity-100">
      {words.goneIn(minutesUntil(moment))}
    </p>
  );
}

/** Minutes until a moment, at least one. */
export function minutesUntil(moment: string): number {
  return Math.max(1, Math.round((new Date(moment).getTime() - Date.now()) / 60_000));
}
