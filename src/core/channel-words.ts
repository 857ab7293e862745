import { z } from "zod";
import { budgets } from "./budget-words.ts";
import { duration } from "./forms.ts";
import { priceSchema } from "./price.ts";
import { markup } from "./price-markup.ts";

const modelForm = "a model's name, or a group with name, upstream, card and price";

const whole = (max: number, description: string) => {
  const form = `a whole number from 1 to ${max}`;
  return z
    .int()
    .min(1)
    .max(max)
    .optional()
    .meta({ form, description: `${description} Not set: no limit.` });
};

/** One model of a channel as it is written. */
export const modelSchema = z.union([
  z.string().min(1),
  z.strictObject({
    name: z.string().min(1).describe("What clients call it."),
    upstream: z
      .string()
      .min(1)
      .optional()
      .describe("What the upstream calls it. Not set: the same name."),
    card: z.record(z.string(), z.unknown()).optional().meta({
      form: "fields of a model card",
      description:
        "What the model takes: these fields replace those of the card that the name brings.",
    }),
    price: priceSchema.optional().meta({
      form: "free, or a group of prices",
      description:
        "What the model costs here, where that is not the list price; docs/prices.md has the words.",
      elsewhere: true,
    }),
    markup: markup("Markup on what this model costs here; it goes before the channel's."),
  }),
]);
export type ModelSettings = z.output<typeof modelSchema>;

/** One channel as it is written; the provider's own schema reads `settings`. */
export const channelSchema = z.strictObject({
  id: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/)
    .meta({
      form: "letters, digits, dots, hyphens and underscores, at most 64",
      description: "Name of the channel, for logs and records.",
    }),
  provider: z.string().min(1).describe("Kind of upstream; the providers' pages list them."),
  settings: z.record(z.string(), z.unknown()).default({}).meta({
    form: "a group of settings",
    description:
      "Address and credentials; see the provider's page. A credential named x_key may be a list named x_keys.",
  }),
  models: z
    .array(modelSchema.meta({ form: modelForm }))
    .min(1)
    .optional()
    .meta({
      form: "a list of models",
      description:
        "Models that it serves. Not set: all that the provider knows and that are not retired.",
    }),
  priority: z.int().min(-1000).max(1000).default(0).meta({
    form: "a whole number from -1000 to 1000",
    description: "Higher is tried first.",
  }),
  weight: z
    .number()
    .gt(0)
    .max(1000)
    .default(1)
    .meta({ form: "a number above 0, at most 1000", description: "Share among equal priorities." }),
  limits: z
    .strictObject({
      concurrency: whole(100_000, "Requests at the same time."),
      rpm: whole(1_000_000, "Requests a minute."),
      ipm: whole(1_000_000, "Images a minute."),
      queue: z.int().min(0).max(10_000).optional().meta({
        form: "a whole number from 0 to 10000",
        description:
          "Requests that may wait for room here before a lower priority is used. Not set: 8, and only where nothing else can serve.",
      }),
    })
    .prefault({})
    .describe("What the upstream takes at most."),
  timeout: z
    .strictObject({
      connect: duration("100ms", "5m").prefault("10s").describe("Until a connection stands."),
      first_byte: duration("100ms", "1h")
        .optional()
        .describe(
          "From a request's sending to the first byte of its answer. Not set: the total counts.",
        ),
      total: duration("1s", "1h").prefault("300s").describe("Until the pictures are there."),
    })
    .prefault({})
    .describe("How long the upstream may take."),
  markup: markup("Markup on what its models cost; it goes before `money.markup`."),
  budget: budgets("What may be spent at this provider; a channel that cannot pay is passed over."),
  retry_unknown: z
    .boolean()
    .default(false)
    .describe("Try elsewhere after a failure that may have been made and billed."),
  enabled: z.boolean().default(true).describe("False: it serves nothing."),
});
export type ChannelSettings = z.output<typeof channelSchema>;

/** The words of a channel where nothing is written; null: not set. */
export const channelDefaults = {
  provider: null,
  settings: {},
  models: null,
  priority: 0,
  weight: 1,
  limits: {},
  timeout: {},
  markup: null,
  budget: null,
  retry_unknown: false,
  enabled: true,
} as const satisfies Partial<Record<keyof ChannelSettings, unknown>>;
