import { z } from "zod";
import { budgetWords, budgetsOf, budgetsSchema } from "./budget-words.ts";
import { addressRanges, count, flag, modelNames, ownerId, shownName } from "./forms.ts";
import type { KeySettings } from "./key.ts";
import { labels } from "./label-words.ts";
import { labelsOf } from "./labels.ts";
import { moment } from "./moment.ts";
import { operations } from "./request.ts";

/** The words of a key, which are the same in the file and in the admin API. */
export const keyWords = {
  name: shownName("What people call the key."),
  models: modelNames("Models that the key may use; * is all."),
  operations: z
    .array(z.enum(operations))
    .min(1)
    .optional()
    .meta({
      form: `a list of ${operations.map((word) => `\`${word}\``).join(", ")}`,
      description: "Operations that the key may make. Not set: all.",
    }),
  strict: flag("Refuse with a 400 what a model cannot honour, instead of warning."),
  disabled: flag("Refuse the key."),
  expires_at: moment().optional().describe("From then on the key is refused. Not set: never."),
  ip_allow: addressRanges(
    "Addresses and ranges that the key may be used from; behind `server.trusted_proxies`, the client's. Not set: from everywhere.",
  ).optional(),
  rpm: count(1_000_000).optional().describe("Requests a minute. Not set: no limit."),
  ipm: count(1_000_000).optional().describe("Images a minute. Not set: no limit."),
  ipd: count(1_000_000_000).optional().describe("Images a day. Not set: no limit."),
  concurrency: count(100_000).optional().describe("Requests at the same time. Not set: no limit."),
  team: ownerId("The team that the key belongs to, an id of `teams`.").optional(),
  user: ownerId("The user that the key belongs to, an id of `users`.").optional(),
  budget: budgetsSchema.optional().meta({
    form: "a group with usd and period, or a list of them",
    description: "Most that the key may spend. docs/budgets.md has the words.",
    elsewhere: true,
  }),
  labels: labels("what the key asks for"),
};

/** A key as it is written, once its words are read. */
export type KeyWords = z.output<z.ZodObject<typeof keyWords>>;

/** The choices that words make. */
export function keySettingsOf(words: KeyWords): KeySettings {
  return {
    name: words.name,
    models: words.models,
    operations: words.operations ?? null,
    strict: words.strict,
    disabled: words.disabled,
    expiresAt: words.expires_at ?? null,
    limits: {
      rpm: words.rpm ?? null,
      ipm: words.ipm ?? null,
      ipd: words.ipd ?? null,
      concurrency: words.concurrency ?? null,
    },
    budgets: budgetsOf(words.budget),
    ipAllow: words.ip_allow ?? null,
    userId: words.user ?? null,
    teamId: words.team ?? null,
    labels: labelsOf(words.labels),
  };
}

/** The words of choices; null where nothing is set. */
export function keyWordsOf(settings: KeySettings): Record<string, unknown> {
  const { expiresAt, budgets: own } = settings;
  return {
    name: settings.name,
    models: settings.models,
    operations: settings.operations,
    strict: settings.strict,
    disabled: settings.disabled,
    expires_at: expiresAt === null ? null : new Date(expiresAt).toISOString(),
    ip_allow: settings.ipAllow,
    ...settings.limits,
    team: settings.teamId,
    user: settings.userId,
    budget: own.length === 0 ? null : budgetWords(own),
    labels: settings.labels,
  };
}
