import { z } from "zod";

export const flag = (description: string) => z.boolean().default(false).describe(description);

export const count = (max: number) => {
  const form = `a whole number from 1 to ${max}`;
  return z
    .int({ error: `must be ${form}` })
    .min(1)
    .max(max)
    .meta({ form });
};
