import { queryOptions } from "@tanstack/react-query";
import { ask } from "../api/ask.ts";
import { askAll } from "../channels/channels.ts";
import type { ModelWords } from "../language/models-en.ts";
import type { Model } from "../playground/models.ts";

/** A channel that serves a name. */
export interface Target {
  readonly channel: string;
  readonly provider: string;
  readonly model: string;
  readonly upstream: string;
  readonly priority: number;
  readonly weight: number;
  readonly price_words: readonly string[];
}

/** A name that clients may ask for, with what serves it. */
export interface ServedModel extends Model {
  readonly targets: readonly Target[];
}

/** All names that are served, whoever may use them. */
export const servedModelsQuery = queryOptions({
  queryKey: ["served-models"],
  queryFn: async ({ signal }) =>
    (await ask<{ readonly data: readonly ServedModel[] }>("GET", "/admin/v1/models", { signal }))
      .data,
});

/** A further name for models. */
export interface Alias {
  readonly id: string;
  readonly models: readonly string[];
  readonly declared_at: string | null;
  readonly shadowed: boolean;
  readonly fault: string | null;
}

export const aliasesQuery = queryOptions({
  queryKey: ["aliases"],
  queryFn: ({ signal }) => askAll<Alias>("/admin/v1/aliases", signal),
});

export const createAlias = (alias: Pick<Alias, "id" | "models">): Promise<Alias> =>
  ask("POST", "/admin/v1/aliases", { body: alias });

export const deleteAlias = (id: string): Promise<Alias> =>
  ask("DELETE", `/admin/v1/aliases/${encodeURIComponent(id)}`);

/** The abilities of a model in a few words. */
export function abilityWords({ capabilities }: ServedModel, words: ModelWords): string {
  if (capabilities === undefined) return words.unknown;
  const { operations, mask, streaming } = capabilities;
  return [
    ...operations.map((one) => words.operations[one] ?? one),
    ...(mask === true ? [words.mask] : []),
    ...(streaming === true ? [words.streaming] : []),
  ].join(", ");
}

/** The sizes of a model in a few words; undefined: it does not say. */
export function sizeWords({ capabilities }: ServedModel, words: ModelWords): string | undefined {
  const { sizes = [], size_rule: rule } = capabilities ?? {};
  if (rule !== undefined && rule !== null)
    return words.sizesFree(rule.multiple ?? 1, rule.edge_min ?? 1, rule.edge_max ?? 1);
  const more = sizes.length - 2;
  const shown = sizes.slice(0, 2).join(", ");
  if (shown === "") return undefined;
  return more > 0 ? `${shown} ${words.andMore(more)}` : shown;
}

/** The price of a model in a few words. */
export function priceText({ targets }: ServedModel, words: ModelWords): string {
  const [first, ...more] = targets[0]?.price_words ?? [];
  if (first === undefined) return words.noPrice;
  return more.length === 0 ? first : `${first} ${words.andMore(more.length)}`;
}
