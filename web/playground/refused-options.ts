import { type OptionField, typedText } from "./chosen-options.ts";
import type { GenerationState, Made } from "./generation.ts";

/** The gateway's refusal of what was chosen among a model's options. */
export interface RefusedOptions {
  /** The request that was refused. */
  readonly id: string;
  readonly model: string;
  /** The options as they were when they were refused. */
  readonly chosen: string;
  /** The option that it is about: `provider_options.xai.service_tier`; or a provider of some, or all of them. */
  readonly param: string;
  readonly message: string;
}

/** The refusals of options among what was made. */
export function refusedOptions(
  made: readonly Made[],
  states: readonly GenerationState[],
): readonly RefusedOptions[] {
  return made.flatMap(({ id, fields }, at) => {
    const { param, message = "" } = states[at]?.error ?? {};
    if (param?.split(".")[0] !== "provider_options") return [];
    return [{ id, model: fields.model, chosen: fields.provider_options, param, message }];
  });
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
