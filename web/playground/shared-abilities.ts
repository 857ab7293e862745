import type { Capabilities, Model } from "./models.ts";
import { sizeFault } from "./size-rule.ts";

/** A model that has what all of some models have: its controls hold for each of them. */
export function commonModel(models: readonly Model[]): Model {
  const [first] = models;
  if (first === undefined) throw new Error("there is a model");
  if (models.length === 1) return first;
  const all = models.map(({ capabilities }) => capabilities ?? { operations: [] });
  const among = (list: (one: Capabilities) => readonly string[] | undefined): readonly string[] =>
    common(all.map((one) => list(one) ?? []));
  const rule = commonRule(all);
  return {
    id: "",
    owned_by: "",
    capabilities: {
      operations: among(({ operations }) => operations),
      sizes: commonSizes(all, ({ sizes }) => sizes),
      edit_sizes: commonSizes(all, ({ edit_sizes: own, sizes }) => own ?? sizes),
      ...(rule === undefined ? {} : { size_rule: rule }),
      n: Math.min(...all.map(({ n }) => n ?? 1)),
      qualities: among(({ qualities }) => qualities),
      backgrounds: among(({ backgrounds }) => backgrounds),
      styles: among(({ styles }) => styles),
      formats: among(({ formats }) => formats),
      ...(all.some(({ aspect_ratios: ratios }) => ratios !== undefined)
        ? { aspect_ratios: among(({ aspect_ratios: ratios }) => ratios) }
        : {}),
      parameters: among(({ parameters }) => parameters),
    },
  };
}

function common(lists: readonly (readonly string[])[]): readonly string[] {
  const [first = [], ...others] = lists;
  return first.filter((word) => others.every((list) => list.includes(word)));
}

/** Sizes that each has in its list or makes by its rule. */
function commonSizes(
  all: readonly Capabilities[],
  list: (one: Capabilities) => readonly string[] | undefined,
): readonly string[] {
  const named = [...new Set(all.flatMap((one) => list(one) ?? []))];
  return named.filter((size) =>
    all.every((one) => list(one)?.includes(size) === true || followsRule(size, one)),
  );
}

function followsRule(size: string, { size_rule: rule }: Capabilities): boolean {
  return rule !== undefined && sizeFault(size, rule) === undefined;
}

function commonRule(all: readonly Capabilities[]): Capabilities["size_rule"] {
  const rules = all.flatMap(({ size_rule: rule }) => (rule === undefined ? [] : [rule]));
  if (rules.length < all.length) return undefined;
  return {
    multiple: rules.reduce((sofar, { multiple = 1 }) => leastCommonMultiple(sofar, multiple), 1),
    edge_min: Math.max(...rules.map(({ edge_min = 1 }) => edge_min)),
    edge_max: Math.min(...rules.map(({ edge_max = 16_384 }) => edge_max)),
    pixels_min: Math.max(...rules.map(({ pixels_min = 1 }) => pixels_min)),
    pixels_max: Math.min(...rules.map(({ pixels_max = 2 ** 28 }) => pixels_max)),
    aspect_max: Math.min(...rules.map(({ aspect_max = 1000 }) => aspect_max)),
  };
}

function leastCommonMultiple(a: number, b: number): number {
  let [greater, rest] = [a, b];
  while (rest !== 0) [greater, rest] = [rest, greater % rest];
  return (a * b) / greater;
}
