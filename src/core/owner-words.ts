import type { z } from "zod";
import { budgetsOf, budgetsSchema, budgetWords } from "./budget-words.ts";
import { count, flag, modelNames, ownerId, shownName } from "./forms.ts";
import { labels } from "./label-words.ts";
import { labelsOf } from "./labels.ts";
import type { OwnerSettings } from "./people.ts";
import { markup } from "./price-markup.ts";

const name = shownName("What people call it. Not set: its id.").optional();

const limits = (of: string) => ({
  disabled: flag(`Refuse ${of}.`),
  models: modelNames(`Models that ${of} may use; * is all.`),
  rpm: count(1_000_000).optional().describe(`Requests a minute of ${of}. Not set: no limit.`),
  ipm: count(1_000_000).optional().describe(`Images a minute of ${of}. Not set: no limit.`),
  ipd: count(1_000_000_000).optional().describe(`Images a day of ${of}. Not set: no limit.`),
});

const budget = (of: string) =>
  budgetsSchema.optional().meta({
    form: "a group with usd and period, or a list of them",
    description: `Most that all keys of the ${of} may spend together. docs/budgets.md has the words.`,
    elsewhere: true,
  });

/** The words of a team, which are the same in the file and in the admin API. */
export const teamWords = {
  name,
  ...limits("all its keys together"),
  budget: budget("team"),
  labels: labels("what the team's keys ask for; a key's go before those of its team"),
  markup: markup(
    "Markup on what models cost the team; it goes before those of models and channels.",
  ),
};

/** The words of a user. */
export const userWords = {
  name,
  team: ownerId("The team that the user's keys belong to.").optional(),
  ...limits("all their keys together"),
  budget: budget("user"),
};

/** A team or a user as it is written, once its words are read. */
export type OwnerWords = z.output<z.ZodObject<typeof userWords>> &
  Partial<Pick<z.output<z.ZodObject<typeof teamWords>>, "labels" | "markup">>;

/** The choices that words make. */
export function ownerSettingsOf(words: OwnerWords): OwnerSettings {
  return {
    name: words.name ?? null,
    models: words.models,
    rpm: words.rpm ?? null,
    ipm: words.ipm ?? null,
    ipd: words.ipd ?? null,
    budgets: budgetsOf(words.budget),
    disabled: words.disabled,
    teamId: words.team ?? null,
    labels: labelsOf(words.labels ?? []),
    markup: words.markup ?? null,
  };
}

/** The words of choices; null where nothing is set. */
export function ownerWordsOf(
  settings: OwnerSettings,
  kind: "team" | "user",
): Record<string, unknown> {
  const { budgets } = settings;
  return {
    name: settings.name,
    ...(kind === "user" ? { team: settings.teamId } : {}),
    disabled: settings.disabled,
    models: settings.models,
    rpm: settings.rpm,
    ipm: settings.ipm,
    ipd: settings.ipd,
    budget: budgets.length === 0 ? null : budgetWords(budgets),
    ...(kind === "team" ? { labels: settings.labels, markup: settings.markup } : {}),
  };
}
