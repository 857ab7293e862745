import { z } from "zod";

const word = z.string().regex(/^[A-Za-z0-9_-]{1,60}$/, {
  message: "must be letters, digits, hyphens and underscores, at most 60",
});

/** Fields of Ideogram that the contract does not name. */
export const options = z.strictObject({
  style_type: word
    .optional()
    .describe("A look of Ideogram 3: auto, general, realistic, design, fiction."),
  style_preset: word.optional().describe("A preset look of Ideogram 3."),
  image_weight: z
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe("How much the picture counts in an edit without a mask by 4.0 and 3.0."),
});
export type Options = z.output<typeof options>;
