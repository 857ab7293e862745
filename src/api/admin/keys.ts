import { z } from "zod";

const limit = (about: string) =>
  z.int().min(1).max(1_000_000_000).nullish().describe(`${about} Absent: no limit.`);

/** Bodies of the admin API. */
export const newKeyBody = z.strictObject({
  name: z.string().min(1).max(200),
  /** Model names, or patterns ending in `*`. */
  models: z.array(z.string().min(1).max(200)).min(1).default(["*"]),
  strict: z.boolean().default(false),
  rpm: limit("Requests a minute."),
  ipm: limit("Images a minute."),
  ipd: limit("Images a day."),
  concurrency: limit("Requests at the same time."),
  /** ISO 8601 time after which the key is refused. */
  expires_at: z.iso.datetime({ offset: true }).nullish(),
});

export const keyChangeBody = z
  .strictObject({
    name: z.string().min(1).max(200).optional(),
    disabled: z.boolean().optional(),
  })
  .refine((change) => Object.keys(change).length > 0, {
    error: "must change `name` or `disabled`",
  });

export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  before: z.string().min(1).max(100).optional(),
});
