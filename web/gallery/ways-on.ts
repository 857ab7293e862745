import { type LinkOptions, linkOptions, useNavigate } from "@tanstack/react-router";
import { adoptDraft } from "../playground/draft.ts";
import type { Picture } from "./pictures.ts";
import { useGalleryWords } from "./words.ts";

/** A way to go on from a picture: a page that it leads to, or a draft that is filled with what it was made of. */
export type WayOn = { readonly text: string } & (
  | { readonly link: LinkOptions }
  | { readonly use: () => void }
);

const draftNames = ["quality", "background", "style", "size", "output_format"] as const;

/** The fields that a picture was made with, and that a draft has too; those that were left to the model are absent. */
export function namedFields({ fields }: Picture): Readonly<Record<string, string>> {
  return Object.fromEntries(
    draftNames.flatMap((name) => {
      const value = fields[name];
      return typeof value === "string" && value !== "auto" ? [[name, value]] : [];
    }),
  );
}

/** The ways to go on from a picture, by its page and by the menu of its tile. */
export function useWaysOn(picture: Picture): readonly WayOn[] {
  const words = useGalleryWords();
  const navigate = useNavigate();
  const { id, prompt, model, seed, made_from: sources } = picture;
  // What it was made from comes along where it is made again, be it with another seed.
  const adopt = (draft: Parameters<typeof adoptDraft>[0]): void => {
    adoptDraft(draft);
    const from = draft.model === undefined ? [] : sources;
    void navigate({ to: "/make", search: from.length > 0 ? { from: from.join(",") } : {} });
  };
  const all = { ...namedFields(picture), model, prompt };
  const [before] = sources;
  return [
    { text: words.usePrompt, use: () => adopt({ prompt }) },
    ...(seed === undefined ? [] : [{ text: words.useSeed, use: () => adopt({ seed }) }]),
    { text: words.useAll, use: () => adopt({ ...all, seed: seed ?? "" }) },
    { text: words.vary, use: () => adopt({ ...all, seed: "" }) },
    { text: words.useAsInput, link: linkOptions({ to: "/make", search: { from: id } }) },
    ...(before === undefined
      ? []
      : [
          {
            text: words.compareBefore,
            link: linkOptions({ to: "/gallery/compare", search: { a: before, b: id } }),
          },
        ]),
  ];
}
