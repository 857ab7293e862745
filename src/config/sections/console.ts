import { z } from "zod";
import { sights } from "../../core/role.ts";

/** `console`: what those who watch see of what others make. */
export const consoleSchema = z.strictObject({
  pictures: z
    .enum(sights)
    .default("all")
    .describe(
      "Whose prompts and pictures are shown to those who watch the requests of others, in the console and by the admin API, whatever their role: all; those of their own team; or their own alone. Of the rest they see state, size, average colour, time and cost. Looking is in the audit. docs/people.md.",
    ),
});
