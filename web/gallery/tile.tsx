import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { memo, useRef } from "react";
import type { ReactNode } from "react";
import { ApiError } from "../api/ask.ts";
import { classNames } from "../ui/class-names.ts";
import { Icon } from "../ui/icon.tsx";
import { type GallerySearch, type Picture, pictureQuery } from "./pictures.ts";
import { putPicture, takeOut } from "./shelf.ts";
import { useGalleryWords } from "./words.ts";

/** A picture of a row: its link, a star to keep it, and a box to select it. One that has not changed is not drawn again while its neighbours come and go. */
export const Tile = memo(function PictureTile({
  picture,
  height,
  width,
  search,
  isSelected,
  isSelecting,
  onSelect,
  onSave,
}: {
  readonly picture: Picture;
  readonly height: number;
  readonly width: number;
  readonly search: GallerySearch;
  readonly isSelected: boolean;
  /** True while pictures are selected: a click with Shift selects as far as here. */
  readonly isSelecting: boolean;
  /** `isRange`: with all since the one that was selected before. */
  readonly onSelect: (id: string, isRange: boolean) => void;
  readonly onSave: (pictures: readonly Picture[]) => void;
}): ReactNode {
  const words = useGalleryWords();
  const { id, prompt, expires_at: until, url } = picture;
  const sign = useNewSignature(picture);
  return (
    <div
      data-picture={id}
      className={classNames(
        "group relative scroll-mt-14 overflow-hidden rounded-picture bg-sunk has-[a:focus-visible]:outline-2 has-[a:focus-visible]:outline-offset-2 has-[a:focus-visible]:outline-accent",
        isSelected && "outline-2 outline-offset-2 outline-accent",
      )}
      style={{ width, height }}
    >
      <Link
        to="/gallery/$picture"
        params={{ picture: id }}
        search={search}
        className="block size-full scroll-mt-14"
        onClick={(event) => {
          if (!event.shiftKey || !isSelecting) return;
          event.preventDefault();
          onSelect(id, true);
        }}
      >
        <img
          src={`${url}&w=${width > 320 ? 640 : 320}`}
          alt={prompt}
          loading="lazy"
          decoding="async"
          onError={sign}
          className="size-full object-cover transition-opacity duration-[240ms] starting:opacity-0"
        />
      </Link>
      <input
        type="checkbox"
        checked={isSelected}
        aria-label={words.select(prompt)}
        onChange={(event) =>
          onSelect(id, event.nativeEvent instanceof MouseEvent && event.nativeEvent.shiftKey)
        }
        className={classNames(
          "absolute top-2 left-2 size-6 group-focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100",
          !isSelected && "opacity-0",
        )}
      />
      <Star picture={picture} onSave={onSave} />
      {until === null ? null : <Until moment={until} />}
    </div>
  );
});

/** The star that keeps a picture. */
function Star({
  picture,
  onSave,
}: {
  readonly picture: Picture;
  readonly onSave: (pictures: readonly Picture[]) => void;
}): ReactNode {
  const words = useGalleryWords();
  const { prompt, saved } = picture;
  return (
    <button
      type="button"
      aria-pressed={saved}
      aria-label={saved ? words.unkeepOne(prompt) : words.keepOne(prompt)}
      onClick={() => onSave([picture])}
      className={classNames(
        "absolute top-1.5 right-1.5 grid size-8 place-items-center rounded-full bg-raised group-focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:size-11 pointer-coarse:opacity-100",
        saved ? "text-accent [&_path]:fill-current" : "text-soft opacity-0 hover:text-ink",
      )}
    >
      <Icon name="star" size={16} />
    </button>
  );
}

/** Has a picture's URL signed anew, once for each: a page that was open for long has old ones. One that is gone is taken out. */
function useNewSignature({ id, url }: Picture): () => void {
  const queries = useQueryClient();
  const refused = useRef<string>(undefined);
  return () => {
    if (refused.current === url) return;
    refused.current = url;
    queries.fetchQuery({ ...pictureQuery(id), retry: false }).then(
      (now) => putPicture(queries, now),
      (error: unknown) => {
        if (error instanceof ApiError && error.status === 404) takeOut(queries, new Set([id]));
      },
    );
  };
}

/** The time after which a picture that is not kept is gone. */
function Until({ moment }: { readonly moment: string }): ReactNode {
  const words = useGalleryWords();
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
