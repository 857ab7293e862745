import { useState } from "react";
import type { ReactNode } from "react";
import { DropZone, FileTrigger, type FileDropItem } from "react-aria-components";
import { useWords } from "../language/language.tsx";
import { Button } from "../ui/button.tsx";
import { classNames } from "../ui/class-names.ts";
import { Field } from "../ui/field.tsx";
import { Icon } from "../ui/icon.tsx";
import type { DraftPicture } from "./draft.ts";
import { type Intake, inputTypes } from "./intake.ts";
import { useMakeWords } from "./words.ts";

/** The pictures that a request brings along: by drop, paste, a file or an address; each can be taken out again. */
export function PicturesIn({
  pictures,
  intake,
  onRemove,
  onMask,
}: {
  readonly pictures: readonly DraftPicture[];
  readonly intake: Intake;
  readonly onRemove: (id: string) => void;
  /** Opens the mask of the first picture; undefined: the model takes none. */
  readonly onMask: (() => void) | undefined;
}): ReactNode {
  const words = useWords().playground;
  const more = useMakeWords();
  const drop = async (items: readonly FileDropItem[]): Promise<void> =>
    intake.take(await Promise.all(items.map((item) => item.getFile())));
  return (
    <div className="flex flex-col gap-1.5">
      <p className="flex justify-between text-label">
        <span className="font-medium">{words.picturesIn}</span>
        {intake.max === 0 ? null : (
          <span className="text-soft">{more.picturesOf(pictures.length, intake.max)}</span>
        )}
      </p>
      <DropZone
        aria-label={words.dropHere}
        getDropOperation={() => "copy"}
        onDrop={({ items }) => void drop(items.filter((item) => item.kind === "file"))}
        className="flex flex-wrap items-start gap-2 rounded-control border border-dashed border-edge p-2 data-[drop-target]:border-accent data-[drop-target]:bg-sunk"
      >
        {pictures.map((picture, at) => (
          <PictureIn
            key={picture.id}
            picture={picture}
            onRemove={() => onRemove(picture.id)}
            onMask={at === 0 ? onMask : undefined}
          />
        ))}
        {pictures.length >= intake.max ? null : <Ways intake={intake} />}
      </DropZone>
    </div>
  );
}

/** The ways in that are buttons: a file, and an address. */
function Ways({ intake }: { readonly intake: Intake }): ReactNode {
  const words = useWords().playground;
  const more = useMakeWords();
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <FileTrigger
        acceptedFileTypes={inputTypes}
        allowsMultiple={intake.max > 1}
        onSelect={(files) => void intake.take([...(files ?? [])])}
      >
        <Button kind="quiet">
          <Icon name="plus" size={16} />
          {words.addPicture}
        </Button>
      </FileTrigger>
      <Button kind="quiet" aria-expanded={isAsking} onPress={() => setAsking(!isAsking)}>
        {more.fromAddress}
      </Button>
      {isAsking ? <FromAddress intake={intake} onTaken={() => setAsking(false)} /> : null}
    </>
  );
}

function FromAddress({
  intake,
  onTaken,
}: {
  readonly intake: Intake;
  readonly onTaken: () => void;
}): ReactNode {
  const more = useMakeWords();
  const [url, setUrl] = useState("");
  const take = async (): Promise<void> => {
    if (await intake.takeFrom(url.trim())) onTaken();
  };
  return (
    <div className="flex w-full flex-col gap-2 p-1">
      <Field
        label={more.address}
        placeholder={more.addressExample}
        inputMode="url"
        value={url}
        onChange={setUrl}
        autoFocus
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          // The form around it would make a picture.
          event.preventDefault();
          if (url.trim() !== "") void take();
        }}
      />
      <Button isDisabled={url.trim() === ""} isPending={intake.isBusy} onPress={() => void take()}>
        {more.takeIt}
      </Button>
    </div>
  );
}

/** A picture of the draft, with the way to take it out and to its mask. */
export function PictureIn({
  picture: { name, url, mask },
  isSmall = false,
  onRemove,
  onMask,
}: {
  readonly picture: DraftPicture;
  /** True: its mask stands beside it. */
  readonly isSmall?: boolean;
  readonly onRemove: () => void;
  /** Undefined: this picture has no mask. */
  readonly onMask: (() => void) | undefined;
}): ReactNode {
  const words = useWords();
  return (
    <div className={classNames("relative flex shrink-0", isSmall ? "gap-2" : "flex-col gap-1")}>
      <img
        src={url}
        alt={name}
        className={classNames(
          "rounded-picture bg-sunk object-cover",
          isSmall ? "size-11" : "size-20",
        )}
      />
      <button
        type="button"
        onClick={onRemove}
        aria-label={words.playground.takeOut(name)}
        className={classNames(
          "absolute -top-1.5 grid size-6 place-items-center rounded-full border border-line bg-raised text-soft hover:text-ink",
          isSmall ? "left-7" : "-right-1.5",
        )}
      >
        <Icon name="close" size={12} />
      </button>
      {onMask === undefined ? null : (
        <button
          type="button"
          onClick={onMask}
          className="min-h-6 rounded-control border border-edge bg-raised px-2 text-label text-ink hover:bg-sunk pointer-coarse:min-h-11"
        >
          {mask === undefined ? words.mask.button : words.mask.buttonShare(mask.share)}
        </button>
      )}
    </div>
  );
}
