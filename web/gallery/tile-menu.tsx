import { useRouter } from "@tanstack/react-router";
import type { ReactNode, RefObject } from "react";
import { useMakeWords } from "../playground/words.ts";
import { MenuItem, OpenMenu } from "../ui/menu.tsx";
import type { Picture } from "./pictures.ts";
import { useWaysOn } from "./ways-on.ts";
import { useGalleryWords } from "./words.ts";

/** The menu of a tile: what the picture's page can do, without going there. */
export function TileMenu({
  picture,
  trigger,
  isByKey,
  onRemove,
  onClose,
}: {
  readonly picture: Picture;
  readonly trigger: RefObject<HTMLElement | null>;
  readonly isByKey: boolean;
  readonly onRemove: (id: string) => void;
  readonly onClose: () => void;
}): ReactNode {
  const words = useGalleryWords();
  const { itsRequest } = useMakeWords();
  const router = useRouter();
  const { id, prompt, request_id: request } = picture;
  return (
    <OpenMenu trigger={trigger} label={words.more(prompt)} isByKey={isByKey} onClose={onClose}>
      {useWaysOn(picture).map((way) =>
        "link" in way ? (
          <MenuItem key={way.text} href={router.buildLocation(way.link).href}>
            {way.text}
          </MenuItem>
        ) : (
          <MenuItem key={way.text} onAction={way.use}>
            {way.text}
          </MenuItem>
        ),
      )}
      <MenuItem href={`/requests/${request}`}>{itsRequest}</MenuItem>
      <MenuItem onAction={() => downloadPicture(picture)}>{words.download}</MenuItem>
      <MenuItem onAction={() => onRemove(id)}>{words.delete}</MenuItem>
    </OpenMenu>
  );
}

/** Saves a picture as a file. */
export function downloadPicture({ id, url, format }: Picture): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = `${id}.${format}`;
  link.click();
}
