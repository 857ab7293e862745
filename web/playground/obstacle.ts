import type { Words } from "../language/en.ts";
import type { MakeWords } from "../language/make-en.ts";
import { optionFault, optionFields, typedText } from "./chosen-options.ts";
import type { DraftFields, DraftPicture } from "./draft.ts";
import type { LeftBehind } from "./fit-draft.ts";
import { type Model, sizeRuleOf, sizesOf, takesMask } from "./models.ts";
import { type OwnKey, keyMay } from "./own-keys.ts";
import { sizeFault } from "./size-rule.ts";

/** A request as it would be sent to one model. */
interface Fitted {
  readonly column: { readonly model: Model };
  readonly fields: DraftFields;
  readonly pictures: readonly DraftPicture[];
}

/** The words that drafts are told in. */
export interface DraftWords {
  readonly words: Words;
  readonly more: MakeWords;
  /** The names of providers' options, by the option's own. */
  readonly optionLabels: Readonly<Record<string, string>>;
}

/** The thing that stands in the way of a request to one model. */
type Obstacle = "picture" | "prompt" | "size" | "mask" | "option";

/** The obstacle of a request that would only be refused; undefined: it can be asked. */
export function obstacleOf({
  model,
  fields,
  pictures,
}: {
  readonly model: Model;
  readonly fields: DraftFields;
  readonly pictures: readonly DraftPicture[];
}): Obstacle | undefined {
  const { operations, prompt_max: most = Infinity } = model.capabilities ?? {};
  if (pictures.length === 0 && operations?.includes("generation") === false) return "picture";
  if (charactersOf(fields) > most) return "prompt";
  const { size } = fields;
  const rule = sizeRuleOf(model);
  const isListed = size === "" || sizesOf(model, pictures.length > 0).includes(size);
  if (!isListed && rule !== undefined && sizeFault(size, rule) !== undefined) return "size";
  if (faultyOption(model, fields) !== undefined) return "option";
  return takesMask(model) && pictures[0]?.mask?.share === 0 ? "mask" : undefined;
}

/** The reason why nothing can be made of a draft as it stands, in words; undefined: it can. */
export function obstacleInWords(
  fitted: readonly Fitted[],
  prompt: string,
  { words, more }: DraftWords,
): string | undefined {
  if (prompt.trim() === "") return words.playground.needsPrompt;
  for (const { column, fields, pictures } of fitted) {
    const { model } = column;
    const obstacle = obstacleOf({ model, fields, pictures });
    if (obstacle === "picture") return more.needsPicture(model.id);
    if (obstacle === "size") return more.sizeImpossible(model.id);
    if (obstacle === "option") return more.optionImpossible(faultyOption(model, fields) ?? "");
    if (obstacle === "mask") return words.mask.empty;
    const most = model.capabilities?.prompt_max ?? 0;
    if (obstacle === "prompt") return more.promptTooLong(model.id, most, charactersOf(fields));
  }
  return undefined;
}

/** The reason why a key may not make what brings so many pictures, in words; undefined: it may. */
export function obstacleOfKey(
  key: OwnKey | undefined,
  pictures: number,
  more: MakeWords,
): string | undefined {
  if (key === undefined || pictures > 0 || keyMay(key, "generation")) return undefined;
  return keyMay(key, "edit") ? more.keyNeedsPicture(key.name) : more.keyMakesNone(key.name);
}

/** The first option, as it is typed, that is no value; undefined: there is none. */
function faultyOption(model: Model, { provider_options: chosen }: DraftFields): string | undefined {
  const all = (model.options ?? []).flatMap(optionFields);
  const faulty = all.find((field) => optionFault(chosen, field) !== undefined);
  return faulty && typedText(chosen, faulty);
}

/** Characters of a prompt as the gateway counts them: code points. */
function charactersOf({ prompt }: DraftFields): number {
  return [...prompt].length;
}

/** The choices that a model leaves behind, in words. */
export function leftInWords(
  left: readonly LeftBehind[],
  { words: { playground }, more, optionLabels }: DraftWords,
): readonly string[] {
  const names: Readonly<Record<LeftBehind["field"], string>> = {
    ...playground.fields,
    ...more.fields,
  };
  return left.map(({ field, value }) => {
    const said =
      field === "provider_options"
        ? (optionLabels[value] ?? value.replaceAll("_", " "))
        : (playground.values[value] ?? value.replace(/^(\d+)x(\d+)$/, "$1 × $2"));
    return `${names[field]} ${said}`.trim();
  });
}
