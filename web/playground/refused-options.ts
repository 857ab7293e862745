import { ApiError } from "../api/ask.ts";
import { type OptionField, typedText } from "./chosen-options.ts";
import type { DraftFields } from "./draft.ts";
import type { GenerationState, Made } from "./generation.ts";
import type { PriceAnswer } from "./price.ts";

/** The gateway's refusal of what was chosen among a model's options. */
export interface RefusedOptions {
  readonly model: string;
  /** The options as they were when they were refused. */
  readonly chosen: string;
  /** The option that it is about: `provider_options.xai.service_tier`; or a provider of some, or all of them. */
  readonly param: string;
  readonly message: string;
}

/** The refusals of options among what was made, each with the request that it is of. */
export function refusedOptions(
  made: readonly Made[],
  states: readonly GenerationState[],
): readonly (RefusedOptions & Pick<Made, "id">)[] {
  return made.flatMap(({ id, fields }, at) => {
    const refused = aboutOptions(fields, states[at]?.error);
    return refused === undefined ? [] : [{ id, ...refused }];
  });
}

/** The refusals of options that prices met, before anything was asked for. */
export function refusedUnasked(answers: readonly PriceAnswer[]): readonly RefusedOptions[] {
  return answers.flatMap(
    ({ fields, error }) =>
      aboutOptions(fields, error instanceof ApiError ? error : undefined) ?? [],
  );
}

function aboutOptions(
  { model, provider_options: chosen }: DraftFields,
  error: { readonly param?: string | undefined; readonly message: string } | undefined,
): RefusedOptions | undefined {
  const { param, message = "" } = error ?? {};
  return param?.split(".")[0] === "provider_options"
    ? { model, chosen, param, message }
    : undefined;
}

/** The option that a refusal is about, by its own name; undefined: several. */
export function refusedName({ param }: RefusedOptions): string | undefined {
  return param.split(".")[2];
}

/** The gateway's words on an option as it stands in the draft; undefined: it refused nothing, or something else stands there now. */
export function refusalOf(
  refused: RefusedOptions | undefined,
  field: OptionField,
  draft: string,
): string | undefined {
  if (refused === undefined) return undefined;
  const { param, chosen, message } = refused;
  const isIt = [field.path, `provider_options.${field.name}`].some(
    (path) => param === path || param.startsWith(`${path}.`),
  );
  return isIt && typedText(chosen, field) === typedText(draft, field) ? message : undefined;
}

/** The gateway's words on all options of a provider together, as they stand in the draft. */
export function refusalOfAll(
  refused: RefusedOptions | undefined,
  provider: string,
  draft: string,
): string | undefined {
  if (refused === undefined || refused.chosen !== draft) return undefined;
  const paths = ["provider_options", `provider_options.${provider}`];
  return paths.includes(refused.param) ? refused.message : undefined;
}
