import { queryOptions } from "@tanstack/react-query";
import { ask } from "../api/ask.ts";
import type { OptionGroup } from "./chosen-options.ts";
import { byKey } from "./own-keys.ts";

/** The bounds of free sizes, in pixels. */
export interface SizeRule {
  readonly multiple?: number;
  readonly edge_min?: number;
  readonly edge_max?: number;
  readonly pixels_min?: number;
  readonly pixels_max?: number;
  /** The longer side by the shorter one. */
  readonly aspect_max?: number;
}

/** The abilities of a model, as `/v1/models` says; what is absent it does not have. */
export interface Capabilities {
  readonly operations: readonly string[];
  readonly sizes?: readonly string[];
  readonly edit_sizes?: readonly string[];
  readonly size_rule?: SizeRule;
  /** Shapes of models that take one in the place of pixels: `3:2`. */
  readonly aspect_ratios?: readonly string[];
  readonly n?: number;
  readonly formats?: readonly string[];
  readonly qualities?: readonly string[];
  readonly backgrounds?: readonly string[];
  readonly styles?: readonly string[];
  readonly mask?: boolean;
  readonly streaming?: boolean;
  readonly reference_images?: number;
  readonly edit_images?: number;
  readonly prompt_max?: number;
  readonly parameters?: readonly string[];
}

/** A model that the person may use. */
export interface Model {
  readonly id: string;
  readonly owned_by: string;
  readonly retires_at?: string;
  readonly alias_of?: readonly string[];
  readonly pricing?: unknown;
  readonly capabilities?: Capabilities;
  /** The options of the providers that serve it; absent: not known yet. */
  readonly options?: readonly OptionGroup[];
}

/** The models that the person may use, those that were made for use first, retired names last. */
export const modelsQuery = modelsQueryBy(undefined);

/** The same with a key of theirs. */
export function modelsQueryBy(keyId: string | undefined) {
  return queryOptions({
    queryKey: ["models", keyId ?? ""],
    async queryFn() {
      const path = byKey("/console/v1/models", keyId);
      const { data } = await ask<{ readonly data: readonly Model[] }>("GET", path);
      return data.toSorted((a, b) => rank(a) - rank(b) || a.id.localeCompare(b.id));
    },
    staleTime: 60_000,
  });
}

function rank({ retires_at, alias_of }: Model): number {
  if (retires_at !== undefined) return 2;
  return alias_of === undefined ? 0 : 1;
}

/** Pictures that a request for this model may bring. */
export function picturesMax({ capabilities }: Model): number {
  if (capabilities === undefined) return 1;
  return Math.max(capabilities.edit_images ?? 0, capabilities.reference_images ?? 0);
}

/** The sizes to choose from, for a request with or without pictures. */
export function sizesOf({ capabilities }: Model, hasPictures: boolean): readonly string[] {
  const edit = hasPictures ? capabilities?.edit_sizes : undefined;
  return edit ?? capabilities?.sizes ?? [];
}

/** The rule of free sizes: the card's, or none at all where nothing is known of sizes, which are passed on then; undefined: there are no free sizes. */
export function sizeRuleOf({ capabilities }: Model): SizeRule | undefined {
  if (capabilities === undefined) return {};
  const { sizes, edit_sizes, size_rule: rule, aspect_ratios: ratios } = capabilities;
  const isUnknown = [sizes, edit_sizes, rule, ratios].every((one) => one === undefined);
  return isUnknown ? {} : rule;
}

/** True where the model has a parameter. */
export function takes({ capabilities }: Model, parameter: string): boolean {
  return capabilities?.parameters?.includes(parameter) === true;
}

/** True where a mask can say which part of the first picture may change. */
export function takesMask({ capabilities }: Model): boolean {
  return capabilities?.mask === true;
}
