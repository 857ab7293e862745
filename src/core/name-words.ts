import { z } from "zod";

/** The words of names and policies as entries of the database. */

const nameForm = "text of 1 to 100 characters, on one line";

/** A name that clients may ask for as a model. */
export const aliasId = z
  .string()
  .regex(/^(?!\s)[^\p{C}\p{Zl}\p{Zp}]{1,100}$/u, { error: `must be ${nameForm}` })
  .meta({ form: nameForm, description: "The name that clients use." });

export const aliasWords = {
  models: z.array(z.string().min(1).max(200)).min(1).max(100).meta({
    form: "a list of models' names",
    description:
      "The models that it stands for; of several, the first that can serve does. The name of the first may be its own: the others are its fallbacks then.",
  }),
};

/** A model of requests that name none, beside the settings of `policy`. */
export const defaultModelId = "default_model";

export const policyWords = {
  value: z
    .union([z.boolean(), z.string()])
    .describe("As the setting of this name has it: true, false, a word or a duration."),
};
