import { z } from "zod";
import type { AdminResource } from "./resource.ts";

const count = z.int();

const erasure = z.strictObject({
  object: z.literal("erasure"),
  requests: count.describe(
    "Requests that were forgotten now; those of before are not counted again.",
  ),
  pictures: count.describe("Pictures that were deleted now. Their URLs answer 410."),
  running: count.describe("Requests that still run; ask once more when they have ended."),
  audit_id: z.string().describe("The name of the end user in the audit: a keyed digest."),
});

/** End users of clients: the `user` of requests. */
export const endUserResource: AdminResource = {
  routes: [
    {
      method: "DELETE",
      path: "/admin/v1/end-users/:user",
      about:
        "Forgets an end user, the `user` of requests: prompts, pictures, labels and what else their requests said. What they cost stays. It may be asked for again at any time.",
      answer: "Erasure",
    },
  ],
  schemas: { Erasure: erasure },
};
