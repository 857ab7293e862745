import { z } from "zod";
import { listOf } from "../answers.ts";
import { watchOwn } from "./access.ts";
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
      access: watchOwn,
      about:
        "Request records, newest first; a key holder sees those of their own keys. `limit` and `before` (an id) make pages.",
      query: pageQuery,
      answer: "RequestList",
    },
    {
      method: "GET",
      path: "/admin/v1/requests/:id",
      access: watchOwn,
      about: "One request record with its attempts.",
      answer: "RequestRecord",
    },
  ],
  schemas: { RequestRecord: requestRecord, RequestList: listOf(requestRecord) },
};
