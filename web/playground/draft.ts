import { useEffect, useState } from "react";
import type { Mask } from "../mask/mask.ts";
import { optionValues } from "./chosen-options.ts";

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
  /** The shape, of models that take one and not pixels: `3:2`. */
  readonly aspect_ratio: string;
  /** From 0 to 100. */
  readonly output_compression: string;
  readonly negative_prompt: string;
  readonly input_fidelity: string;
  readonly moderation: string;
  readonly complexity: string;
  /** The options of providers as JSON, by provider and name: what is typed, and its value. */
  readonly provider_options: string;
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

/** A draft of which nothing is chosen. */
export const emptyDraft: DraftFields = {
  model: "",
  prompt: "",
  size: "",
  quality: "",
  background: "",
  style: "",
  output_format: "",
  n: 1,
  seed: "",
  aspect_ratio: "",
  output_compression: "",
  negative_prompt: "",
  input_fidelity: "",
  moderation: "",
  complexity: "",
  provider_options: "",
};

const stored = "pinhole.draft";

/** The place of a comparison's models, which go with the draft. */
export const storedColumns = "pinhole.columns";

function readDraft(): DraftFields {
  try {
    return { ...emptyDraft, ...(JSON.parse(sessionStorage.getItem(stored) ?? "{}") as object) };
  } catch {
    return emptyDraft;
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
  const kept = change.model === undefined ? before : { ...emptyDraft, model: change.model };
  sessionStorage.setItem(stored, JSON.stringify({ ...kept, ...change }));
}

/** Lets the draft be for another model; all else of it stays. */
export function draftFor(model: string): void {
  sessionStorage.setItem(stored, JSON.stringify({ ...readDraft(), model }));
}

/** The draft that another one took the place of; undefined where there is none, or it has been had back. */
export function draftBefore(): DraftFields | undefined {
  const text = sessionStorage.getItem(storedBefore);
  return text === null ? undefined : { ...emptyDraft, ...(JSON.parse(text) as object) };
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

/** Previews that are asked of models which stream. */
export const previewsAsked = 2;

/** The fields as `/v1` takes them: what is empty is left out. */
export function bodyOf(fields: DraftFields, streams: boolean): Record<string, unknown> {
  const { seed, n, output_compression: compression, provider_options: chosen, ...words } = fields;
  const options = optionValues(chosen);
  return {
    ...Object.fromEntries(Object.entries(words).filter(([, value]) => value !== "")),
    n,
    ...(compression === "" ? {} : { output_compression: Number(compression) }),
    ...(seed === "" ? {} : { seed: seedJson(seed) }),
    ...(options === undefined ? {} : { provider_options: options }),
    ...(streams ? { stream: true, partial_images: previewsAsked } : {}),
  };
}

/** A seed as it stands in JSON: with all of its digits, where the browser can write more than a number holds. */
function seedJson(seed: string): unknown {
  const number = Number(seed);
  const { rawJSON } = JSON as { readonly rawJSON?: (text: string) => unknown };
  return Number.isSafeInteger(number) ? number : (rawJSON?.(BigInt(seed).toString()) ?? number);
}

/** A value as it stands in a form: what is no text is JSON. */
function textInForm(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
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
    form.append(name, name === "seed" ? fields.seed : textInForm(value));
  for (const { blob, name } of pictures) form.append("image[]", blob, name);
  if (mask !== undefined) {
    form.append("mask", mask.png, "mask.png");
    form.append("keep_outside_mask", String(mask.keepsRest));
  }
  return form;
}
