import { type BudgetFields, budgetFields, budgetWords, listOf } from "../budgets/budget-fields.ts";
import type { Edition } from "../editing/editing.ts";
import { labelsOf, numberOr, orNull, textOf } from "../editing/field-texts.ts";
import type { OwnerEntry, OwnerKind } from "./people.ts";

/** The fields of the form of a team or a user; an empty text is what stands where nothing is set. */
export interface OwnerFields {
  readonly id: string;
  readonly name: string;
  /** A user's. */
  readonly team: string;
  readonly models: string;
  readonly rpm: string;
  readonly ipm: string;
  readonly ipd: string;
  readonly budget: readonly BudgetFields[];
  /** A team's, as the two that follow. */
  readonly labels: string;
  readonly times: string;
  readonly perImage: string;
}

export const newOwner: Edition<OwnerFields> = {
  version: 0,
  fields: {
    id: "",
    name: "",
    team: "",
    models: "*",
    rpm: "",
    ipm: "",
    ipd: "",
    budget: [],
    labels: "",
    times: "",
    perImage: "",
  },
};

export function ownerEdition(owner: OwnerEntry): Edition<OwnerFields> {
  const { version, id, name, team, models, rpm, ipm, ipd, budget, labels = [], markup } = owner;
  return {
    version,
    fields: {
      id,
      name: name ?? "",
      team: team ?? "",
      models: models.join(", "),
      rpm: textOf(rpm),
      ipm: textOf(ipm),
      ipd: textOf(ipd),
      budget: (budget ?? []).map(budgetFields),
      labels: labels.join(", "),
      times: textOf(markup?.times),
      perImage: textOf(markup?.per_image_usd),
    },
  };
}

type Words = Readonly<Record<string, unknown>>;

/** The words of the fields that differ. */
export function ownerWords(
  kind: OwnerKind,
  changes: Partial<OwnerFields>,
  { times, perImage }: OwnerFields,
): Words {
  const words: Record<string, unknown> = {};
  const { id, name, team, models, budget, labels } = changes;
  if (id !== undefined) words["id"] = id.trim();
  if (name !== undefined) words["name"] = orNull(name);
  if (models !== undefined) words["models"] = listOf(models).length === 0 ? null : listOf(models);
  for (const limit of ["rpm", "ipm", "ipd"] as const) {
    const value = changes[limit];
    if (value !== undefined) words[limit] = numberOr(value);
  }
  if (budget !== undefined) words["budget"] = budgetWords(budget);
  if (kind === "user" && team !== undefined) words["team"] = orNull(team);
  if (kind === "team" && labels !== undefined) words["labels"] = labelsOf(labels);
  const isMarkup = changes.times !== undefined || changes.perImage !== undefined;
  if (kind === "team" && isMarkup) words["markup"] = markupOf(times, perImage);
  return words;
}

function markupOf(times: string, perImage: string): Words | null {
  if (times.trim() === "" && perImage.trim() === "") return null;
  return {
    ...(times.trim() === "" ? {} : { times: times.trim() }),
    ...(perImage.trim() === "" ? {} : { per_image_usd: perImage.trim() }),
  };
}
