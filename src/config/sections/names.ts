import { z } from "zod";

const aliasForm = "a model's name or a list of them";

/** `aliases`: further names for models. */
export const aliasesSchema = z
  .record(
    z.string().min(1),
    z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).meta({ form: aliasForm }),
  )
  .default({})
  .meta({
    form: `names, each with ${aliasForm}`,
    description: "Further names for models; of several, the first that can serve does.",
  });

/** `default_model`: the model of requests that name none. */
export const defaultModelSchema = z
  .string()
  .min(1)
  .optional()
  .describe("Model of requests that name none. Not set: they get a 400.");
