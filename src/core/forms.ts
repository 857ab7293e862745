import { z } from "zod";
import { parseRange } from "./address-range.ts";
import { parseDuration } from "./duration.ts";

/** The forms of values that several settings have, in the file and in the admin API. `form` is for messages and documentation. */

export const flag = (description: string) => z.boolean().default(false).describe(description);

export const count = (max: number) => {
  const form = `a whole number from 1 to ${max}`;
  return z
    .int({ error: `must be ${form}` })
    .min(1)
    .max(max)
    .meta({ form });
};

const idForm = "letters, digits, dots, hyphens and underscores, at most 64";

export const ownerId = (description: string) =>
  z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, { error: `must be ${idForm}` })
    .meta({ form: idForm, description });

const nameForm = "text of 1 to 200 characters, on one line";

/** A name for people: nothing that moves a cursor, ends a line or turns the direction of what follows. */
export const shownName = (description: string) =>
  z
    .string()
    .regex(/^(?!\s)[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]{1,200}$/u, {
      error: `must be ${nameForm}`,
    })
    .meta({ form: nameForm, description });

const patternForm = "a model's name, or a pattern that ends in *";

/** Models that somebody may use: names and patterns. */
export const modelNames = (description: string) =>
  z
    .array(
      z
        .string()
        .regex(/^(\*|[^*\s\p{Cc}\p{Cs}][^*\p{Cc}\p{Cs}]*\*?)$/u, {
          error: `must be ${patternForm}`,
        })
        .max(200)
        .meta({ form: patternForm }),
    )
    .max(1000)
    .default(["*"])
    .meta({ form: "a list of models' names, or patterns that end in *", description });

const rangeForm = "an address or a range such as 203.0.113.7, 10.0.0.0/8 or 2001:db8::/32";
const rangesForm = "a list of addresses and ranges such as 10.0.0.0/8";

/** Addresses that something is for. An empty list could be meant as none and as all, so it is refused. */
export const addressRanges = (description: string) =>
  z
    .array(
      z
        .string()
        .refine((text) => parseRange(text) !== undefined, { error: `must be ${rangeForm}` })
        .meta({ form: rangeForm }),
    )
    .min(1, { error: `must be ${rangesForm}, of one at least` })
    .max(1000)
    .meta({ form: rangesForm, description });

/** A duration between two others; milliseconds once read. */
export function duration(min: string, max: string) {
  const [least, most] = [parseDuration(min) ?? 0, parseDuration(max) ?? 0];
  const form = `a duration from ${min} to ${max}, such as 500ms, 10s, 5m, 1h or 7d`;
  return z
    .union([z.string(), z.literal(0)])
    .transform((written, context) => {
      const ms = parseDuration(String(written));
      if (ms !== undefined && ms >= least && ms <= most) return ms;
      context.addIssue({ code: "custom", message: `must be ${form}` });
      return z.NEVER;
    })
    .meta({ form });
}
