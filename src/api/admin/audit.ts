import { z } from "zod";
import { administer } from "./access.ts";
import type { AdminResource } from "./resource.ts";

export const auditQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  after: z.string().max(100).optional().describe("The id after which the page begins."),
  resource: z
    .string()
    .max(100)
    .optional()
    .describe("Of one kind: key, team, correction, notice, …"),
  resource_id: z.string().max(100).optional().describe("Of one of them."),
});

const state = z.looseObject({}).nullable();

const auditEntry = z.strictObject({
  id: z.string(),
  at: z.iso.datetime(),
  who: z.string().describe("The admin token, or a token or a person by its id."),
  action: z.string(),
  resource: z.string(),
  resource_id: z.string(),
  address: z.string().nullable(),
  request_id: z.string().nullable(),
  before: state.describe("As the admin API showed it, without secrets; null: there was none."),
  after: state,
});

/** The audit of changes, as the admin API shows it. */
export const auditResource: AdminResource = {
  routes: [
    {
      method: "GET",
      path: "/admin/v1/audit",
      about:
        "Every change that was made through the admin API, the newest first: who, when, from where, and what stood before and after.",
      access: administer,
      query: auditQuery,
      answer: "AuditList",
    },
  ],
  schemas: {
    AuditEntry: auditEntry,
    AuditList: z.strictObject({
      object: z.literal("list"),
      data: z.array(auditEntry),
      next: z.string().nullable(),
    }),
  },
};
