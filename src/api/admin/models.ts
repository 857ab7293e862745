import { z } from "zod";
import { listOf } from "../answers.ts";
import { watch } from "./access.ts";
import type { AdminResource } from "./resource.ts";

const target = z.strictObject({
  channel: z.string(),
  provider: z.string().describe("Its name for people."),
  model: z.string().describe("The model that serves the name there."),
  upstream: z.string().describe("What the upstream calls it."),
  priority: z.int(),
  weight: z.number(),
  price_words: z.array(z.string()).describe("The price in words, a part each; empty: none is set."),
});

const servedModel = z.looseObject({
  id: z.string().describe("The name that clients use."),
  capabilities: z.looseObject({}).optional(),
  alias_of: z.array(z.string()).optional(),
  targets: z
    .array(target)
    .describe("The channels that serve it, in the order in which they are tried."),
});

/** The names that are served, as the admin API shows them. */
export const modelResource: AdminResource = {
  routes: [
    {
      method: "GET",
      path: "/admin/v1/models",
      access: watch,
      verb: null,
      about:
        "All names that clients may ask for, whoever may use them: what each can do, and the channels that serve it, in order.",
      answer: "ServedModelList",
    },
  ],
  schemas: { ServedModelList: listOf(servedModel) },
};
