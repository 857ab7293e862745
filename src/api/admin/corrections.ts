import { z } from "zod";
import { nanoOf } from "../../core/money.ts";
import { readDecimal } from "../../core/rational.ts";
import { pageOf } from "../answers.ts";
import { watch } from "./access.ts";
import type { AdminResource } from "./resource.ts";

/** Dollars with a sign, as digits or a number; nano-dollars once read. */
const signedDollars = z.union([z.string().max(40), z.number()]).transform((written, context) => {
  const [, sign, digits] = /^([+-]?)(\d+(?:\.\d{1,9})?)$/.exec(String(written)) ?? [];
  const usd = digits === undefined ? undefined : readDecimal(digits);
  const nano = usd === undefined ? undefined : nanoOf(usd);
  if (nano !== undefined && nano !== 0) return sign === "-" ? -nano : nano;
  context.addIssue({
    code: "custom",
    message: "must be dollars with at most nine decimals, not zero; a credit is below zero",
  });
  return z.NEVER;
});

export const correctionBody = z.strictObject({
  id: z
    .string()
    .regex(/^[\x21-\x7e]{1,100}$/, { error: "must be 1 to 100 printable characters" })
    .describe("Your own id: the correction is booked once under it, however often it is sent."),
  key: z.string().min(1).max(200).describe("Id of the key whose debt it corrects."),
  usd: signedDollars.describe("US dollars. Above zero the key owes more; below it is a credit."),
  reason: z.string().trim().min(1).max(500).describe("Why; it stays in the ledger."),
  model: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe("The model that it concerns, so that budgets of some models count it too."),
});

const only = (about: string) => z.string().min(1).max(300).optional().describe(about);

export const correctionQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  after: only("The id after which the page begins."),
  key: only("Of this key, by its id."),
  user: only("Of keys of this user, as it was then."),
  team: only("Of keys of this team, as it was then."),
  model: only("Of this model."),
});

const correction = z.strictObject({
  id: z.string(),
  key: z.string(),
  key_name: z.string().describe("As it was then, as are user and team."),
  user: z.string().nullable(),
  team: z.string().nullable(),
  usd: z.string(),
  model: z.string().nullable(),
  reason: z.string(),
  by: z.string().nullable().describe("Who asked for it."),
  created_at: z.iso.datetime(),
});

/** Corrections and credits: entries that an operator writes into the customer's book. */
export const correctionResource: AdminResource = {
  routes: [
    {
      method: "GET",
      path: "/admin/v1/corrections",
      about:
        "Corrections and credits, the newest first. `key`, `user`, `team` and `model` choose; `limit` and `after` (an id) make pages.",
      access: watch,
      query: correctionQuery,
      answer: "CorrectionList",
    },
    {
      method: "POST",
      path: "/admin/v1/corrections",
      about:
        "Books a correction or a credit of what a key owes, with its reason; the budgets of the key, its user and its team count it at once. 200 instead of 201 where it was booked before.",
      body: correctionBody,
      answer: "Correction",
      mayCreate: true,
      errors: [422],
    },
  ],
  schemas: { Correction: correction, CorrectionList: pageOf(correction) },
};
