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

const idForm = "letters, digits, dots, hyphens and underscores, at most 64";

export const ownerId = (description: string) =>
  z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, { error: `must be ${idForm}` })
    .meta({ form: idForm, description });
