import { z } from "zod";
import { usageGroups } from "../../core/usage-groups.ts";
import { watchParts } from "./access.ts";
import type { AdminResource } from "./resource.ts";

const only = (about: string) => z.string().min(1).max(300).optional().describe(about);
const day = (about: string) =>
  z.iso.date({ error: "must be a day, such as 2027-02-28" }).optional().describe(about);

export const usageQuery = z.strictObject({
  group: z
    .string()
    .default("day")
    .refine(isGroups, {
      error: `must be some of ${usageGroups.join(", ")}, with commas between them and none twice`,
    })
    .describe(
      `What the rows are by, in this order: ${usageGroups.join(", ")}, with commas between them.`,
    ),
  from: day("The first day of the operator's calendar. Absent: the first of the month of `to`."),
  to: day("The last day, which is counted. Absent: today."),
  format: z.enum(["json", "csv"]).default("json").describe("`csv` is RFC 4180, for spreadsheets."),
  key: only("Only what this key spent, by its id."),
  user: only("Only what this user spent, by its id."),
  team: only("Only what this team spent, by its id."),
  model: only("Only what was spent on this model, as clients name it."),
  channel: only("Only what was spent on this channel, by its id."),
  label: only("Only requests with this label: `word` or `name=value`."),
});

function isGroups(text: string): boolean {
  const words = text.split(",").map((word) => word.trim());
  return (
    new Set(words).size === words.length &&
    words.every((word) => usageGroups.some((group) => group === word))
  );
}

const dollars = z.string().describe("US dollars, decimal.");
const count = z.int();
const moment = z.iso.datetime();
const named = z.string().nullable();

const sums = {
  requests: count.describe("Requests that cost something."),
  images: count,
  customer_usd: dollars.describe("The customer's book: what keys owe."),
  unknown_requests: count.describe(
    "Of them, how many count with a bound of their cost, or with nothing.",
  ),
  attempts: count
    .optional()
    .describe("Calls of upstreams that cost something. This and the rest: of the operator alone."),
  provider_usd: dollars
    .optional()
    .describe("The provider's book: what upstreams may have charged."),
  unknown_attempts: count.optional(),
};

const usageReport = z.strictObject({
  object: z.literal("usage"),
  currency: z.literal("usd"),
  time_zone: z.string(),
  from: z.string(),
  to: z.string(),
  start: moment,
  end: moment.describe("The first moment after the last day."),
  group: z.array(z.enum(usageGroups)),
  data: z.array(
    z.strictObject({
      day: z.string().optional(),
      day_start: moment.optional(),
      day_end: moment.optional(),
      key: named.optional(),
      key_name: named.optional(),
      user: named.optional(),
      user_name: named.optional(),
      team: named.optional(),
      team_name: named.optional(),
      model: named.optional(),
      channel: named.optional(),
      label: named.optional().describe("Null: requests without labels."),
      ...sums,
    }),
  ),
  total: z.strictObject(sums).describe("Each request once, however many labels it has."),
});

/** Usage, as the admin API tells it. */
export const usageResource: AdminResource = {
  routes: [
    {
      method: "GET",
      path: "/admin/v1/usage",
      otherMedia: ["text/csv"],
      about:
        "What was spent, in both books, by any of key, user, team, model, channel, label and day of the operator's calendar, as JSON or CSV. A team's admin sees the team's, a key holder their own, both without channels and the provider's book.",
      access: watchParts,
      query: usageQuery,
      answer: "UsageReport",
    },
  ],
  schemas: { UsageReport: usageReport },
};
