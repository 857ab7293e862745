import { queryOptions } from "@tanstack/react-query";
import { ask } from "../api/ask.ts";
import { askAll } from "../channels/channels.ts";
import type { Words } from "../language/en.ts";
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
  /** Counts its changes; 0: the file has it. */
  readonly version: number;
  readonly declared_at: string | null;
  readonly shadowed: boolean;
  readonly fault: string | null;
}

/** True for a name that counts while neither the file nor anybody sets one. */
export function isBuiltIn({ declared_at: place }: Alias): boolean {
  return place === "built in";
}

export const aliasesQuery = queryOptions({
  queryKey: ["aliases"],
  queryFn: ({ signal }) => askAll<Alias>("/admin/v1/aliases", signal),
});

export const createAlias = (alias: Pick<Alias, "id" | "models">): Promise<Alias> =>
  ask("POST", "/admin/v1/aliases", { body: alias });

/** An alias as it was read: a change of it holds for that version alone. */
type AliasVersion = Pick<Alias, "id" | "version">;

const aliasPath = ({ id }: AliasVersion): string => `/admin/v1/aliases/${encodeURIComponent(id)}`;
const ifMatch = ({ version }: AliasVersion): Readonly<Record<string, string>> => ({
  "if-match": `"${version}"`,
});

export const changeAlias = (alias: AliasVersion, models: readonly string[]): Promise<Alias> =>
  ask("PATCH", aliasPath(alias), { body: { models }, headers: ifMatch(alias) });

export const deleteAlias = (alias: AliasVersion): Promise<Alias> =>
  ask("DELETE", aliasPath(alias), { headers: ifMatch(alias) });

/** The abilities of a model in a few words. */
export function abilityWords(
  { capabilities }: ServedModel,
  words: ModelWords,
  { and }: Words,
): string {
  if (capabilities === undefined) return words.unknown;
  const { operations, mask, streaming } = capabilities;
  return [
    ...operations.map((one) => words.operations[one] ?? one),
    ...(mask === true ? [words.mask] : []),
    ...(streaming === true ? [words.streaming] : []),
  ].join(and);
}

/** The sizes of a model in a few words; undefined: it does not say. */
export function sizeWords(
  { capabilities }: ServedModel,
  words: ModelWords,
  { and }: Words,
): string | undefined {
  const { sizes = [], size_rule: rule } = capabilities ?? {};
  if (rule !== undefined && rule !== null)
    return words.sizesFree(rule.multiple ?? 1, rule.edge_min ?? 1, rule.edge_max ?? 1);
  const more = sizes.length - 2;
  const shown = sizes.slice(0, 2).join(and);
  if (shown === "") return undefined;
  return more > 0 ? `${shown} ${words.andMore(more)}` : shown;
}

/** The price of a model in a few words. */
export function priceText({ targets }: ServedModel, words: ModelWords, { told }: Words): string {
  const [first, ...more] = targets[0]?.price_words ?? [];
  if (first === undefined) return words.noPrice;
  const said = told(first) ?? first;
  return more.length === 0 ? said : `${said} ${words.andMore(more.length)}`;
}
