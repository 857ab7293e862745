import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { memo, useRef, useState } from "react";
import type { ReactNode } from "react";
import { ApiError } from "../api/ask.ts";
import { clearGround, groundOf } from "../ui/ground.ts";
import { classNames } from "../ui/class-names.ts";
import { Icon } from "../ui/icon.tsx";
import { type GallerySearch, type Picture, pictureQuery } from "./pictures.ts";
import { putPicture, takeOut } from "./shelf.ts";
import { TileMenu, downloadPicture } from "./tile-menu.tsx";
import { useGalleryWords } from "./words.ts";

/** A picture of a row: its link, a box to select it, a star to keep it, and a menu of all else. One that has not changed is not drawn again while its neighbours come and go. */
export const Tile = memo(function PictureTile({
  picture,
  height,
  width,
  isStretched,
  search,
  isSelected,
  isSelecting,
  onSelect,
  onSave,
  onRemove,
}: {
  readonly picture: Picture;
  readonly height: number;
  readonly width: number;
  /** True in a row that fills the wall: what whole pixels leave over is shared. */
  readonly isStretched: boolean;
  readonly search: GallerySearch;
  readonly isSelected: boolean;
  /** True while pictures are selected: a click with Shift selects as far as here. */
  readonly isSelecting: boolean;
  /** `isRange`: with all since the one that was selected before. */
  readonly onSelect: (id: string, isRange: boolean) => void;
  readonly onSave: (pictures: readonly Picture[]) => void;
  readonly onRemove: (id: string) => void;
}): ReactNode {
  const words = useGalleryWords();
  const { id, prompt, expires_at: until } = picture;
  const isWide = width >= rowFrom;
  return (
    <div
      data-picture={id}
      className={classNames(
        "group relative scroll-mt-14 overflow-hidden rounded-picture bg-sunk has-[a:focus-visible]:outline-2 has-[a:focus-visible]:outline-offset-2 has-[a:focus-visible]:outline-accent",
        isSelected && "outline-2 outline-offset-2 outline-accent",
      )}
      style={{ width, height, flexGrow: isStretched ? width : 0 }}
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
        <TileImage picture={picture} isWide={width > 320} />
      </Link>
      <Box
        isOn={isSelected}
        label={words.select(prompt)}
        onChange={(isRange) => onSelect(id, isRange)}
      />
      {until === null ? null : <Until moment={until} />}
      <div
        className={classNames(
          "absolute top-0.5 right-0.5 flex",
          isWide ? "flex-row-reverse" : "flex-col",
        )}
      >
        <Star picture={picture} onSave={onSave} />
        {isWide ? <Download picture={picture} /> : null}
        <More picture={picture} onRemove={onRemove} />
      </div>
    </div>
  );
});

/** Signs on a picture have a ground and an edge of their own. */
const onPicture = "border border-edge bg-raised/80 text-ink";
/** Signs that come where somebody points, or has the focus; a finger always sees them. */
const whenNear =
  "opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100";

/** The box that selects a picture. */
function Box({
  isOn,
  label,
  onChange,
}: {
  readonly isOn: boolean;
  readonly label: string;
  readonly onChange: (isRange: boolean) => void;
}): ReactNode {
  return (
    <label
      className={classNames(
        "absolute top-0.5 left-0.5 grid size-9 place-items-center has-[:focus-visible]:outline-2 has-[:focus-visible]:-outline-offset-2 has-[:focus-visible]:outline-accent",
        !isOn && whenNear,
      )}
    >
      <input
        type="checkbox"
        checked={isOn}
        aria-label={label}
        onChange={({ nativeEvent }) =>
          onChange(nativeEvent instanceof MouseEvent && nativeEvent.shiftKey)
        }
        className="peer absolute inset-0 appearance-none outline-none"
      />
      <span
        className={classNames(
          "pointer-events-none grid size-6 place-items-center rounded-full",
          isOn ? "border border-raised bg-accent text-on-accent" : onPicture,
        )}
      >
        {isOn ? <Icon name="check" size={14} /> : null}
      </span>
    </label>
  );
}

/** The picture itself, and its average colour until it is there. */
function TileImage({
  picture,
  isWide,
}: {
  readonly picture: Picture;
  readonly isWide: boolean;
}): ReactNode {
  const { url, prompt, colour } = picture;
  const sign = useNewSignature(picture);
  return (
    <img
      src={`${url}&w=${isWide ? 640 : 320}`}
      alt={prompt}
      loading="lazy"
      decoding="async"
      onError={sign}
      onLoad={clearGround}
      style={groundOf(colour)}
      className="size-full object-cover transition-opacity duration-[240ms] starting:opacity-0"
    />
  );
}

/** The width from which a tile has room for all its signs side by side. Pixels. */
const rowFrom = 150;

/** A short cut for who points: keys, fingers and screen readers have the same in the menu. */
function Download({ picture }: { readonly picture: Picture }): ReactNode {
  const words = useGalleryWords();
  return (
    <button
      type="button"
      aria-hidden
      tabIndex={-1}
      title={words.download}
      onClick={() => downloadPicture(picture)}
      className="hidden size-9 place-items-center opacity-0 group-hover:opacity-100 pointer-fine:grid"
    >
      <span className={classNames("grid size-6 place-items-center rounded-full", onPicture)}>
        <Icon name="download" size={14} />
      </span>
    </button>
  );
}

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
      className={classNames("grid size-9 place-items-center", !saved && whenNear)}
    >
      <span
        className={classNames(
          "grid size-6 place-items-center rounded-full",
          saved ? "border border-edge bg-raised text-accent [&_path]:fill-current" : onPicture,
        )}
      >
        <Icon name="star" size={14} />
      </span>
    </button>
  );
}

/** The button of the menu, which is made when it is opened: a wall has hundreds of tiles. */
function More({
  picture,
  onRemove,
}: {
  readonly picture: Picture;
  readonly onRemove: (id: string) => void;
}): ReactNode {
  const words = useGalleryWords();
  const button = useRef<HTMLButtonElement>(null);
  const [opened, setOpened] = useState<"key" | "pointer">();
  return (
    <>
      <button
        ref={button}
        type="button"
        aria-haspopup="menu"
        aria-expanded={opened !== undefined}
        aria-label={words.more(picture.prompt)}
        onClick={() => setOpened("pointer")}
        // Not by the click that follows, which would count as one of a screen reader.
        onKeyDown={(event) => {
          if (event.key !== "Enter" && event.key !== " ") return;
          event.preventDefault();
          setOpened("key");
        }}
        className={classNames("grid size-9 place-items-center", opened === undefined && whenNear)}
      >
        <span
          className={classNames(
            "grid size-6 place-items-center rounded-full [&_path]:[stroke-width:3]",
            onPicture,
          )}
        >
          <Icon name="more" size={16} />
        </span>
      </button>
      {opened === undefined ? null : (
        <TileMenu
          picture={picture}
          trigger={button}
          isByKey={opened === "key"}
          onRemove={onRemove}
          onClose={() => setOpened(undefined)}
        />
      )}
    </>
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
      (now) => void putPicture(queries, now),
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
    <p className="pointer-events-none absolute inset-x-0 bottom-0 bg-raised/90 px-2 py-0.5 text-label text-ink opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100">
      {words.goneIn(minutesUntil(moment))}
    </p>
  );
}

/** Minutes until a moment, at least one. */
export function minutesUntil(moment: string): number {
  return Math.max(1, Math.round((new Date(moment).getTime() - Date.now()) / 60_000));
}
