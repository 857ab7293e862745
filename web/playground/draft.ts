import { useEffect, useState } from "react";
import type { Mask } from "../mask/mask.ts";
import { type Model, picturesMax, sizesOf, takesMask } from "./models.ts";

/** The words of a request that is being written; empty: the model's own choice. */
export interface DraftFields {
  readonly model: string;
  readonly prompt: string;
  readonly size: string;
  readonly quality: string;
  readonly background: string;
  readonly style: string;
  readonly output_format: string;
  readonly n: number;
  readonly seed: string;
}

/** A picture that the request brings along. */
export interface DraftPicture {
  readonly id: string;
  readonly name: string;
  readonly blob: Blob;
  /** An address of this page to show it by. */
  readonly url: string;
  /** The part of it that may change; absent: all of it. */
  readonly mask?: Mask | undefined;
  /** The picture of the gallery that it is; absent: it came from elsewhere. */
  readonly source?: string | undefined;
}

const empty: DraftFields = {
  model: "",
  prompt: "",
  size: "",
  quality: "",
  background: "",
  style: "",
  output_format: "",
  n: 1,
  seed: "",
};

const stored = "pinhole.draft";

/** The place of a comparison's models, which go with the draft. */
export const storedColumns = "pinhole.columns";

function readDraft(): DraftFields {
  try {
    return { ...empty, ...(JSON.parse(sessionStorage.getItem(stored) ?? "{}") as object) };
  } catch {
    return empty;
  }
}

/** Chooses a model for the draft before its page is opened. */
export function chooseModel(model: string): void {
  sessionStorage.setItem(stored, JSON.stringify({ ...readDraft(), model }));
}

const storedBefore = "pinhole.draft.before";

/** Begins another draft with what is given; the one of before can be had back. */
export function adoptDraft(change: Partial<DraftFields>): void {
  const before = readDraft();
  sessionStorage.setItem(storedBefore, JSON.stringify(before));
  if (change.model !== undefined) sessionStorage.removeItem(storedColumns);
  const kept = change.model === undefined ? before : { ...empty, model: change.model };
  sessionStorage.setItem(stored, JSON.stringify({ ...kept, ...change }));
}

/** Lets the draft be for another model; all else of it stays. */
export function draftFor(model: string): void {
  sessionStorage.setItem(stored, JSON.stringify({ ...readDraft(), model }));
}

/** The draft that another one took the place of; undefined where there is none, or it has been had back. */
export function draftBefore(): DraftFields | undefined {
  const text = sessionStorage.getItem(storedBefore);
  return text === null ? undefined : { ...empty, ...(JSON.parse(text) as object) };
}

/** Forgets the draft of before. */
export function forgetDraftBefore(): void {
  sessionStorage.removeItem(storedBefore);
}

/** The draft of the playground: it survives a reload and a look at another page. */
export function useDraft(): readonly [DraftFields, (change: Partial<DraftFields>) => void] {
  const [draft, setDraft] = useState(readDraft);
  useEffect(() => sessionStorage.setItem(stored, JSON.stringify(draft)), [draft]);
  return [draft, (change) => setDraft((before) => ({ ...before, ...change }))];
}

/** A choice that a model leaves behind, since it does not have it. */
export interface LeftBehind {
  readonly field: keyof DraftFields | "pictures" | "mask";
  readonly value: string;
}

/** The draft as a model takes it, and what of it the model leaves behind. */
export function fitDraft(
  draft: DraftFields,
  model: Model,
  pictures: readonly DraftPicture[],
): { readonly fields: DraftFields; readonly left: readonly LeftBehind[] } {
  const { capabilities } = model;
  const left: LeftBehind[] = [];
  const keep = (field: "quality" | "background" | "style", among?: readonly string[]): string => {
    const value = draft[field];
    if (value === "" || among?.includes(value) === true) return value;
    left.push({ field, value });
    return "";
  };
  const sizes = sizesOf(model, pictures.length > 0);
  const takesSize =
    draft.size === "" || sizes.includes(draft.size) || capabilities?.size_rule !== undefined;
  if (!takesSize) left.push({ field: "size", value: draft.size });
  const nMax = capabilities?.n ?? 1;
  if (draft.n > nMax) left.push({ field: "n", value: String(draft.n) });
  if (pictures.length > picturesMax(model))
    left.push({ field: "pictures", value: String(pictures.length) });
  if (pictures[0]?.mask !== undefined && !takesMask(model)) left.push({ field: "mask", value: "" });
  const fields: DraftFields = {
    ...draft,
    model: model.id,
    size: takesSize ? draft.size : "",
    quality: keep("quality", capabilities?.qualities),
    background: keep("background", capabilities?.backgrounds),
    style: keep("style", capabilities?.styles),
    n: Math.min(draft.n, nMax),
  };
  return { fields, left };
}

/** The fields as `/v1` takes them: what is empty is left out. */
export function bodyOf(fields: DraftFields, streams: boolean): Record<string, unknown> {
  const { seed, n, ...words } = fields;
  return {
    ...Object.fromEntries(Object.entries(words).filter(([, value]) => value !== "")),
    n,
    ...(seed === "" ? {} : { seed: Number(seed) }),
    ...(streams ? { stream: true, partial_images: 2 } : {}),
  };
}

/** The same as a form, with pictures and a mask. */
export function formOf(
  fields: DraftFields,
  streams: boolean,
  pictures: readonly DraftPicture[],
  mask?: Pick<Mask, "png" | "keepsRest">,
): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(bodyOf(fields, streams)))
    form.append(name, String(value));
  for (const { blob, name } of pictures) form.append("image[]", blob, name);
  if (mask !== undefined) {
    form.append("mask", mask.png, "mask.png");
    form.append("keep_outside_mask", String(mask.keepsRest));
  }
  return form;
}
