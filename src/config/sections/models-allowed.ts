import { z } from "zod";

const patternForm = "a model's name, or a pattern that ends in *";

/** Models that somebody may use: names and patterns. */
export const modelNames = (description: string) =>
  z
    .array(
      z
        .string()
        .regex(/^(\*|[^*\s][^*]*\*?)$/, { error: `must be ${patternForm}` })
        .meta({ form: patternForm }),
    )
    .default(["*"])
    .meta({ form: "a list of models' names, or patterns that end in *", description });
