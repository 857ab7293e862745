import { type BudgetFields, budgetFields, budgetWords, listOf } from "../budgets/budget-fields.ts";
import type { Edition } from "../editing/editing.ts";
import { labelsOf, numberOr, orNull, textOf } from "../editing/field-texts.ts";
import type { KeyEntry } from "./keys.ts";

/** The fields of the form of a key; an empty text is what stands where nothing is set. */
export interface KeyFields {
  readonly name: string;
  readonly user: string;
  readonly team: string;
  readonly models: string;
  readonly budget: readonly BudgetFields[];
  readonly rpm: string;
  readonly ipm: string;
  readonly ipd: string;
  readonly concurrency: string;
  readonly expires: string;
  readonly addresses: string;
  /** Operations that it may make; none of them here: all. */
  readonly operations: readonly string[];
  readonly strict: boolean;
  readonly labels: string;
}

export const newKey: Edition<KeyFields> = {
  version: 0,
  fields: {
    name: "",
    user: "",
    team: "",
    models: "*",
    budget: [],
    rpm: "",
    ipm: "",
    ipd: "",
    concurrency: "",
    expires: "",
    addresses: "",
    operations: [],
    strict: false,
    labels: "",
  },
};

export function keyEdition(key: KeyEntry): Edition<KeyFields> {
  return {
    version: key.version,
    fields: {
      name: key.name,
      user: key.user ?? "",
      team: key.team ?? "",
      models: key.models.join(", "),
      budget: (key.budget ?? []).map(budgetFields),
      rpm: textOf(key.rpm),
      ipm: textOf(key.ipm),
      ipd: textOf(key.ipd),
      concurrency: textOf(key.concurrency),
      expires: key.expires_at === null ? "" : endText(key.expires_at),
      addresses: (key.ip_allow ?? []).join(", "),
      operations: key.operations ?? [],
      strict: key.strict,
      labels: key.labels.join(", "),
    },
  };
}

/** The end of a key as somebody writes it: the last day, where it ends with one, else the moment. */
export function endText(moment: string): string {
  return /T00:00:00(?:\.0+)?Z$/.test(moment)
    ? new Date(Date.parse(moment) - 1).toISOString().slice(0, 10)
    : moment;
}

const limits = ["rpm", "ipm", "ipd", "concurrency"] as const;

/** The words of the fields that differ. */
export function keyWords(changes: Partial<KeyFields>): Readonly<Record<string, unknown>> {
  const words: Record<string, unknown> = {};
  const { name, user, team, models, budget, expires, addresses, operations, labels } = changes;
  if (name !== undefined) words["name"] = name.trim();
  if (user !== undefined) words["user"] = orNull(user);
  if (team !== undefined) words["team"] = orNull(team);
  if (models !== undefined) words["models"] = listOrNull(listOf(models));
  if (budget !== undefined) words["budget"] = budgetWords(budget);
  for (const limit of limits) {
    const value = changes[limit];
    if (value !== undefined) words[limit] = numberOr(value);
  }
  if (expires !== undefined) words["expires_at"] = orNull(expires);
  if (addresses !== undefined) words["ip_allow"] = listOrNull(listOf(addresses));
  if (operations !== undefined) words["operations"] = listOrNull(operations);
  if (changes.strict !== undefined) words["strict"] = changes.strict;
  if (labels !== undefined) words["labels"] = labelsOf(labels);
  return words;
}

function listOrNull(list: readonly string[]): readonly string[] | null {
  return list.length === 0 ? null : list;
}
