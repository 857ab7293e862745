import { z } from "zod";

/** A day or a moment with its time zone; Unix milliseconds once read. A day ends with its last UTC second. */
export function moment() {
  const form = "a day such as 2027-01-31 or a moment such as 2027-01-31T12:00:00Z";
  return z
    .string()
    .transform((text, context) => {
      if (z.iso.date().safeParse(text).success) return Date.parse(text) + 86_400_000;
      if (z.iso.datetime({ offset: true }).safeParse(text).success) return Date.parse(text);
      context.addIssue({ code: "custom", message: `must be ${form}` });
      return z.NEVER;
    })
    .meta({ form });
}
