import { z } from "zod";
import { listOf } from "../answers.ts";
import { watchParts } from "./access.ts";
import type { AdminResource } from "./resource.ts";

export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  before: z.string().min(1).max(100).optional(),
});

const requestRecord = z.looseObject({
  id: z.string(),
  operation: z.string(),
  model: z.string(),
  state: z.string(),
});

/** Request records, as the admin API shows them. */
export const requestResource: AdminResource = {
  routes: [
    {
      method: "GET",
      path: "/admin/v1/requests",
      access: watchParts,
      about:
        "Request records, newest first; a team's admin sees those of the team's keys, a key holder those of their own. `limit` and `before` (an id) make pages.",
      query: pageQuery,
      answer: "RequestList",
    },
    {
      method: "GET",
      path: "/admin/v1/requests/:id",
      access: watchParts,
      about: "One request record with its attempts.",
      answer: "RequestRecord",
    },
  ],
  schemas: { RequestRecord: requestRecord, RequestList: listOf(requestRecord) },
};
