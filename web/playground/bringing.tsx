import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Message } from "../ui/message.tsx";
import { NoMask } from "./mask-of-first.tsx";
import type { Model } from "./models.ts";
import { PictureIn, PicturesIn } from "./pictures-in.tsx";
import { keyMay, useChosenKey } from "./own-keys.ts";
import type { Playground } from "./playground.ts";
import { useMakeWords } from "./words.ts";

/** The address at which the mask of the first picture is edited. */
function useMaskEditor(): () => void {
  const navigate = useNavigate({ from: "/make" });
  return () => void navigate({ search: (before) => ({ ...before, mask: 1 }) });
}

/** The pictures that the request brings, for the models that take some. */
export function Bringing({
  models,
  playground: { brought, pictures: own, intake, columns },
  hasMasks,
}: {
  readonly models: readonly Model[];
  readonly playground: Playground;
  readonly hasMasks: boolean;
}): ReactNode {
  const openMask = useMaskEditor();
  const { pictures } = brought;
  const first = columns.columns[0]?.model;
  return (
    <>
      {intake.max === 0 && pictures.length === 0 ? null : (
        <PicturesIn
          pictures={pictures}
          intake={intake}
          onRemove={brought.remove}
          onMask={hasMasks ? openMask : undefined}
        />
      )}
      {intake.faults.map((fault) => (
        <Message key={fault} tone="warn" title={fault} />
      ))}
      <KeyBringsNone count={pictures.length} />
      {own.length === 0 || hasMasks || first === undefined ? null : (
        <NoMask models={models} model={first} />
      )}
    </>
  );
}

/** Says of a key that may change no pictures that it takes none along; nothing of others. */
function KeyBringsNone({ count }: { readonly count: number }): ReactNode {
  const key = useChosenKey();
  const more = useMakeWords();
  if (key === undefined || keyMay(key, "edit")) return null;
  return <p className="text-label text-soft">{more.keyBringsNone(key.name, count)}</p>;
}

/** The pictures that are brought already, small, in one line. */
export function BroughtLine({
  playground: { brought },
  hasMasks,
}: {
  readonly playground: Playground;
  readonly hasMasks: boolean;
}): ReactNode {
  const openMask = useMaskEditor();
  if (brought.pictures.length === 0) return null;
  return (
    <>
      <div className="flex items-start gap-2 overflow-x-auto pt-1.5">
        {brought.pictures.map((picture, at) => (
          <PictureIn
            key={picture.id}
            picture={picture}
            isSmall
            onRemove={() => brought.remove(picture.id)}
            onMask={hasMasks && at === 0 ? openMask : undefined}
          />
        ))}
      </div>
      <KeyBringsNone count={brought.pictures.length} />
    </>
  );
}
