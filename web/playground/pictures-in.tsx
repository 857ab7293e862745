import type { ReactNode } from "react";
import { DropZone, FileTrigger, type FileDropItem } from "react-aria-components";
import { useWords } from "../language/language.tsx";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import type { DraftPicture } from "./draft.ts";
import { draftPicture } from "./draft-pictures.ts";

const types = ["image/png", "image/jpeg", "image/webp"];

/** The pictures that a request brings along: by drop, paste or a file; each can be taken out again. */
export function PicturesIn({
  pictures,
  max,
  hasMasks,
  onAdd,
  onRemove,
  onMask,
}: {
  readonly pictures: readonly DraftPicture[];
  readonly max: number;
  readonly onAdd: (pictures: readonly DraftPicture[]) => void;
  readonly onRemove: (id: string) => void;
  /** False: the model takes no mask. */
  readonly hasMasks: boolean;
  /** Opens the mask of the first picture. */
  readonly onMask: () => void;
}): ReactNode {
  const words = useWords().playground;
  const add = (files: readonly File[]): void =>
    onAdd(
      files
        .filter(({ type }) => types.includes(type))
        .slice(0, max - pictures.length)
        .map((file) => draftPicture(file.name, file)),
    );
  const drop = async (items: readonly FileDropItem[]): Promise<void> =>
    add(await Promise.all(items.map((item) => item.getFile())));
  return (
    <div className="flex flex-col gap-1.5">
      <p className="text-label font-medium">{words.picturesIn}</p>
      <DropZone
        aria-label={words.dropHere}
        getDropOperation={(offered) =>
          types.some((type) => offered.has(type)) ? "copy" : "cancel"
        }
        onDrop={({ items }) => void drop(items.filter((item) => item.kind === "file"))}
        className="flex flex-wrap items-center gap-2 rounded-control border border-dashed border-edge p-2 data-[drop-target]:border-accent data-[drop-target]:bg-sunk"
      >
        {pictures.map((picture, at) => (
          <PictureIn
            key={picture.id}
            picture={picture}
            onRemove={() => onRemove(picture.id)}
            onMask={hasMasks && at === 0 ? onMask : undefined}
          />
        ))}
        {pictures.length >= max ? null : (
          <FileTrigger
            acceptedFileTypes={types}
            allowsMultiple={max > 1}
            onSelect={(files) => add([...(files ?? [])])}
          >
            <Button kind="quiet">
              <Icon name="plus" size={16} />
              {words.addPicture}
            </Button>
          </FileTrigger>
        )}
      </DropZone>
    </div>
  );
}

function PictureIn({
  picture: { name, url, mask },
  onRemove,
  onMask,
}: {
  readonly picture: DraftPicture;
  readonly onRemove: () => void;
  /** Undefined: this picture has no mask. */
  readonly onMask: (() => void) | undefined;
}): ReactNode {
  const words = useWords();
  return (
    <div className="relative flex flex-col gap-1">
      <img src={url} alt={name} className="size-20 rounded-picture bg-sunk object-cover" />
      <button
        type="button"
        onClick={onRemove}
        aria-label={words.playground.takeOut(name)}
        className="absolute -top-1.5 -right-1.5 grid size-6 place-items-center rounded-full border border-line bg-raised text-soft hover:text-ink"
      >
        <Icon name="close" size={12} />
      </button>
      {onMask === undefined ? null : (
        <button
          type="button"
          onClick={onMask}
          className="min-h-6 rounded-control border border-edge bg-raised text-label text-ink hover:bg-sunk pointer-coarse:min-h-11"
        >
          {mask === undefined ? words.mask.button : words.mask.buttonShare(mask.share)}
        </button>
      )}
    </div>
  );
}
