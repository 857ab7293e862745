import { z } from "zod";
import { listOf } from "../answers.ts";
import type { AdminResource } from "./resource.ts";

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

const moment = z.iso.datetime();

const key = z.looseObject({
  id: z.string(),
  name: z.string(),
  hint: z.string().describe("The last four characters of the key."),
  models: z.array(z.string()),
  operations: z.array(z.string()).nullable(),
  strict: z.boolean(),
  disabled: z.boolean(),
  expires_at: moment.nullable(),
  created_at: moment,
});

const newKey = key.extend({ key: z.string().describe("The key itself, shown this once.") });

/** Keys, as the admin API shows and changes them. */
export const keyResource: AdminResource = {
  routes: [
    {
      method: "GET",
      path: "/admin/v1/keys",
      about: "All keys, without the keys themselves.",
      answer: "KeyList",
    },
    {
      method: "POST",
      path: "/admin/v1/keys",
      about: "Makes a key. The answer shows it this once.",
      body: newKeyBody,
      status: 201,
      answer: "NewKey",
    },
    {
      method: "PATCH",
      path: "/admin/v1/keys/:id",
      about: "Renames or disables a key.",
      body: keyChangeBody,
    },
    {
      method: "DELETE",
      path: "/admin/v1/keys/:id",
      about: "Removes a key.",
      answer: "Deleted",
    },
  ],
  schemas: { Key: key, NewKey: newKey, KeyList: listOf(key) },
};
