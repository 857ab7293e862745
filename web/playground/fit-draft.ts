import { fitOptions } from "./chosen-options.ts";
import type { DraftFields, DraftPicture } from "./draft.ts";
import { type Model, picturesMax, sizeRuleOf, sizesOf, takes, takesMask } from "./models.ts";

/** A choice that a model leaves behind, since it does not have it. */
export interface LeftBehind {
  readonly field: keyof DraftFields | "pictures" | "mask";
  readonly value: string;
}

/** The draft as a model takes it, and what of it the model leaves behind. */
export interface FittedDraft {
  readonly fields: DraftFields;
  readonly left: readonly LeftBehind[];
}

/** The fields of a draft that are one word or text, which a model has or has not. */
type TextField = Exclude<keyof DraftFields, "model" | "prompt" | "n" | "provider_options">;

/** Fits a draft to a model. */
export function fitDraft(
  draft: DraftFields,
  model: Model,
  pictures: readonly DraftPicture[],
): FittedDraft {
  const has = abilitiesFor(draft, model, pictures.length > 0);
  const left: LeftBehind[] = [];
  const keep = (field: TextField): string => {
    const value = draft[field];
    if (value === "" || has[field]) return value;
    left.push({ field, value: field === "negative_prompt" ? "" : value });
    return "";
  };
  const options = fitOptions(draft.provider_options, model.options);
  const nMax = model.capabilities?.n ?? 1;
  const fields: DraftFields = {
    model: model.id,
    prompt: draft.prompt,
    size: keep("size"),
    aspect_ratio: keep("aspect_ratio"),
    quality: keep("quality"),
    background: keep("background"),
    style: keep("style"),
    output_format: keep("output_format"),
    output_compression: keep("output_compression"),
    n: Math.min(draft.n, nMax),
    seed: keep("seed"),
    negative_prompt: keep("negative_prompt"),
    input_fidelity: keep("input_fidelity"),
    moderation: keep("moderation"),
    complexity: keep("complexity"),
    provider_options: options.kept,
  };
  for (const value of options.left) left.push({ field: "provider_options", value });
  if (draft.n > nMax) left.push({ field: "n", value: String(draft.n) });
  if (pictures.length > picturesMax(model))
    left.push({ field: "pictures", value: String(pictures.length) });
  if (pictures[0]?.mask !== undefined && !takesMask(model)) left.push({ field: "mask", value: "" });
  return { fields, left };
}

/** Tells of each field whether the model can do what the draft asks of it. */
function abilitiesFor(
  draft: DraftFields,
  model: Model,
  hasPictures: boolean,
): Readonly<Record<TextField, boolean>> {
  const { capabilities } = model;
  const { size, aspect_ratio: ratio, output_format: format } = draft;
  return {
    size: sizesOf(model, hasPictures).includes(size) || sizeRuleOf(model) !== undefined,
    aspect_ratio: capabilities?.aspect_ratios?.includes(ratio) === true,
    quality: capabilities?.qualities?.includes(draft.quality) === true,
    background: capabilities?.backgrounds?.includes(draft.background) === true,
    style: capabilities?.styles?.includes(draft.style) === true,
    // JPEG has no transparency: of the two the background is what is seen.
    output_format: formatsOf(model).includes(format) && !isOpaqueOnly(draft, model),
    output_compression: isCompressed(format),
    seed: takes(model, "seed"),
    negative_prompt: takes(model, "negative_prompt"),
    // A picture must be there whose likeness can be kept.
    input_fidelity: takes(model, "input_fidelity") && hasPictures,
    moderation: takes(model, "moderation"),
    complexity: takes(model, "complexity"),
  };
}

function isOpaqueOnly(
  { background, output_format }: DraftFields,
  { capabilities }: Model,
): boolean {
  const isTransparent =
    background === "transparent" && capabilities?.backgrounds?.includes(background) === true;
  return isTransparent && output_format === "jpeg";
}

/** Formats that the gateway gives; of a model without a card, those that it makes of any picture. */
export function formatsOf({ capabilities }: Model): readonly string[] {
  return capabilities?.formats ?? ["png", "jpeg", "webp"];
}

/** True of formats that can be smaller at the cost of quality. */
export function isCompressed(format: string): boolean {
  return format === "jpeg" || format === "webp";
}
