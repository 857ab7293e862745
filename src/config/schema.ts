import { z } from "zod";
import { admissionSchema } from "./sections/admission.ts";
import { channelSchema } from "../core/channel-words.ts";
import { databaseSchema } from "./sections/database.ts";
import { egressSchema } from "./sections/egress.ts";
import { flag } from "../core/forms.ts";
import { imagesSchema } from "./sections/images.ts";
import { keySchema } from "./sections/keys.ts";
import { logsSchema } from "./sections/logs.ts";
import { metricsSchema } from "./sections/metrics.ts";
import { consoleSchema } from "./sections/console.ts";
import { recordsSchema } from "./sections/records.ts";
import { moneySchema } from "./sections/money.ts";
import { aliasesSchema, defaultModelSchema } from "./sections/names.ts";
import { teamSchema, userSchema } from "./sections/owners.ts";
import { oidcSchema } from "./sections/oidc.ts";
import { policySchema } from "./sections/policy.ts";
import { noticesSchema } from "./sections/notices.ts";
import { pricesSchema } from "./sections/prices.ts";
import { redisSchema } from "./sections/redis.ts";
import { serverSchema } from "./sections/server.ts";
import { tracesSchema } from "./sections/traces.ts";
import { secretText } from "./values.ts";

const section = "A group of settings.";

/** `pinhole.yaml`. What is written; `Config` is what comes of it. */
export const fileSchema = z.strictObject({
  data: z
    .string()
    .min(1)
    .default("./data")
    .describe("Folder of the database, the secret, the images and the spools."),
  secret: secretText(32)
    .optional()
    .describe(
      "Signs URLs and digests keys. Not set: made on first run and kept in the data folder.",
    ),
  secret_previous: secretText(32)
    .optional()
    .describe(
      "The secret of before, while a change of secrets is under way: what was made with it goes on working.",
    ),
  admin_token: secretText(20)
    .optional()
    .describe("Guards the admin routes. Not set: made on first run and printed once."),
  server: serverSchema.prefault({}).describe(section),
  database: databaseSchema.prefault({}).describe(section),
  images: imagesSchema.prefault({}).describe(section),
  redis: redisSchema.prefault({}).describe(section),
  keys: z
    .array(keySchema)
    .default([])
    .meta({ form: "a list of keys", description: "API keys, besides those made later." }),
  users: z
    .array(userSchema)
    .default([])
    .meta({ form: "a list of users", description: "People and programs that keys belong to." }),
  teams: z
    .array(teamSchema)
    .default([])
    .meta({ form: "a list of teams", description: "Teams that keys and users belong to." }),
  channels: z
    .array(channelSchema)
    .default([])
    .meta({ form: "a list of channels", description: "Accounts at upstreams." }),
  aliases: aliasesSchema,
  default_model: defaultModelSchema,
  oidc: oidcSchema
    .optional()
    .describe(
      "An identity provider that people sign in by. Not set: by password alone. docs/people.md.",
    ),
  policy: policySchema.prefault({}).describe(section),
  egress: egressSchema.prefault({}).describe(section),
  money: moneySchema.prefault({}).describe(section),
  notices: noticesSchema.prefault({}).describe(section),
  prices: pricesSchema.prefault({}).describe(section),
  expose_channel: flag("Name the channel that served a request in x-pinhole-channel."),
  admission: admissionSchema.prefault({}).describe(section),
  logs: logsSchema.prefault({}).describe(section),
  records: recordsSchema.prefault({}).describe(section),
  console: consoleSchema.prefault({}).describe(section),
  metrics: metricsSchema.prefault({}).describe(section),
  traces: tracesSchema.prefault({}).describe(section),
});

export type FileSettings = z.output<typeof fileSchema>;
