import { z } from "zod";
import { budgetScopes, periods } from "../../core/budget.ts";
import { administerTeam } from "./access.ts";
import type { AdminResource } from "./resource.ts";

export const budgetQuery = z.strictObject({
  of: z.enum(budgetScopes).optional().describe("Those of this kind alone."),
  limit: z.coerce.number().int().min(1).max(100).default(50),
  after: z.string().max(200).default("").describe("The id after which the page begins."),
});

const usd = z.string();
const moment = z.iso.datetime();

const budget = z.looseObject({
  usd: usd.describe("As it was set, without what it is raised by."),
  period: z.enum(periods),
  models: z.array(z.string()).optional(),
  hard: z.boolean(),
  notify_at: z.array(z.string()).optional(),
  raise: z.looseObject({ usd, until: moment.optional() }).optional(),
  limit_usd: usd.describe("The amount that holds now."),
  spent_usd: usd,
  reserved_usd: usd,
  left_usd: usd,
  begins_at: moment,
  resets_at: moment.nullable().describe("Null: it never begins anew."),
});

const budgeted = z.looseObject({
  id: z.string().describe("The kind and the id, for `after`."),
  scope: z.enum(budgetScopes),
  owner: z.string().describe("The id of the key, user, team or channel."),
  name: z.string(),
  team: z.string().nullable(),
  budgets: z.array(budget),
});

/** Budgets and how they stand, as the admin API shows them. They are changed with what has them. */
export const budgetResource: AdminResource = {
  routes: [
    {
      method: "GET",
      path: "/admin/v1/budgets",
      about:
        "Keys, users, teams and channels that have budgets, with what is spent, reserved and left of each now. A team's admin sees the team's, without channels. `limit` and `after` (an id) make pages.",
      access: administerTeam,
      query: budgetQuery,
      answer: "BudgetList",
    },
  ],
  schemas: {
    BudgetList: z.looseObject({
      object: z.literal("list"),
      time_zone: z.string().describe("Of the days, weeks and months."),
      data: z.array(budgeted),
      next: z.string().nullable(),
    }),
  },
};
