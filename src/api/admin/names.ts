import { z } from "zod";
import { aliasId, aliasWords, policyWords } from "../../core/name-words.ts";
import { entryResource } from "./entry-resource.ts";

/** Further names for models, as the admin API shows and changes them. */
export const aliasResource = entryResource({
  path: "/admin/v1/aliases",
  one: "an alias",
  many: "aliases",
  answer: "Alias",
  words: aliasWords,
  id: aliasId,
});

/** Settings of `policy`, and the default model. */
export const policyResource = entryResource({
  path: "/admin/v1/policies",
  one: "a policy",
  many: "policies",
  answer: "Policy",
  words: policyWords,
  id: z
    .string()
    .min(1)
    .describe("A setting of `policy` in the file (`strict`, `style`, …), or `default_model`."),
});
