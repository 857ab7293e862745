import { useNavigate, useSearch } from "@tanstack/react-router";
import { Suspense, lazy } from "react";
import type { ReactNode } from "react";
import { sureOf } from "../api/line.ts";
import { useWords } from "../language/language.tsx";
import type { DraftPictures } from "./draft-pictures.ts";
import { type Model, takesMask } from "./models.ts";

const MaskEditor = lazy(
  sureOf(async () => {
    const { MaskEditor: loaded } = await import("../mask/mask-editor.tsx");
    return { default: loaded };
  }),
);

/** The mask editor of the draft's first picture, while its address says so. */
export function MaskOfFirst({
  model,
  brought,
}: {
  readonly model: Model;
  readonly brought: DraftPictures;
}): ReactNode {
  const { mask } = useSearch({ from: "/inside/make" });
  const navigate = useNavigate({ from: "/make" });
  const [picture] = brought.pictures;
  if (mask === undefined || picture === undefined || !takesMask(model)) return null;
  const close = (): void => void navigate({ search: ({ mask: _mask, ...rest }) => rest });
  return (
    <Suspense>
      <MaskEditor
        picture={picture}
        onCancel={close}
        onDone={(made) => {
          brought.mask(picture.id, made);
          close();
        }}
      />
    </Suspense>
  );
}

/** A model without masks says which ones have them. */
export function NoMask({
  models,
  model,
}: {
  readonly models: readonly Model[];
  readonly model: Model;
}): ReactNode {
  const words = useWords().mask;
  const others = models.filter(takesMask).map(({ id }) => id);
  return <p className="text-label text-soft">{words.notHere(model.id, others.slice(0, 4))}</p>;
}
