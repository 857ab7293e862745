import { z } from "zod";

/** `database`: where keys and records rest. */
export const databaseSchema = z.strictObject({
  url: z
    .string()
    .regex(/^sqlite:.+/, { error: "must be sqlite: and a file" })
    .optional()
    .meta({
      form: "sqlite: and a file, such as sqlite:./data/pinhole.db",
      description: "The database. Not set: pinhole.db in the data folder.",
    }),
});
