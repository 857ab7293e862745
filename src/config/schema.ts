import { z } from "zod";
import { channelSchema } from "./sections/channel.ts";
import { egressSchema } from "./sections/egress.ts";
import { count, flag } from "./sections/forms.ts";
import { imagesSchema } from "./sections/images.ts";
import { keySchema } from "./sections/keys.ts";
import { moneySchema } from "./sections/money.ts";
import { serverSchema } from "./sections/server.ts";
import { logLevels } from "./types.ts";
import { byteSize, duration, secretText } from "./values.ts";

const policySchema = z.strictObject({
  strict: flag("Refuse with a 400 what a model cannot honour, instead of warning; for every key."),
  resample: flag("Make an asked size that a model does not have by resampling what it made."),
  variations_as_edits: flag("Serve variations as edits on models that have only those."),
  style: z
    .enum(["drop", "prompt"])
    .default("drop")
    .describe(
      "What becomes of `style` on models without it: left out with a warning, or said in the prompt.",
    ),
  successors: z
    .boolean()
    .default(true)
    .describe("Serve a retired model by the successor that its card names."),
});

const admissionSchema = z.strictObject({
  requests_max: count(1_000_000)
    .default(2000)
    .describe("Image requests at work at the same time; beyond them, 503 before anything is paid."),
  bytes_max: byteSize("1MB", "1000TB")
    .prefault("8GiB")
    .describe("Bytes of request bodies to come and of pictures that requests hold, on disk too."),
  event_loop_delay_max: duration("10ms", "1m")
    .prefault("1s")
    .describe(
      "How late the timers of the process may fire on average before it takes no more image requests.",
    ),
});

const section = "A group of settings.";

const aliasForm = "a model's name or a list of them";

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
  admin_token: secretText(20)
    .optional()
    .describe("Guards the admin routes. Not set: made on first run and printed once."),
  server: serverSchema.prefault({}).describe(section),
  database: z
    .strictObject({
      url: z
        .string()
        .regex(/^sqlite:.+/, { error: "must be sqlite: and a file" })
        .optional()
        .meta({
          form: "sqlite: and a file, such as sqlite:./data/pinhole.db",
          description: "The database. Not set: pinhole.db in the data folder.",
        }),
    })
    .prefault({})
    .describe(section),
  images: imagesSchema.prefault({}).describe(section),
  redis: z
    .strictObject({ url: z.string().optional().describe("Redis, for several instances.") })
    .prefault({})
    .describe(section),
  keys: z
    .array(keySchema)
    .default([])
    .meta({ form: "a list of keys", description: "API keys, besides those made later." }),
  channels: z
    .array(channelSchema)
    .default([])
    .meta({ form: "a list of channels", description: "Accounts at upstreams." }),
  aliases: z
    .record(
      z.string().min(1),
      z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).meta({ form: aliasForm }),
    )
    .default({})
    .meta({
      form: `names, each with ${aliasForm}`,
      description: "Further names for models; of several, the first that can serve does.",
    }),
  default_model: z
    .string()
    .min(1)
    .optional()
    .describe("Model of requests that name none. Not set: they get a 400."),
  policy: policySchema.prefault({}).describe(section),
  egress: egressSchema.prefault({}).describe(section),
  money: moneySchema.prefault({}).describe(section),
  expose_channel: flag("Name the channel that served a request in x-pinhole-channel."),
  admission: admissionSchema.prefault({}).describe(section),
  logs: z
    .strictObject({
      level: z.enum(logLevels).default("info").describe("The least that is logged."),
      format: z
        .enum(["auto", "json", "pretty"])
        .default("auto")
        .describe("auto is pretty on a terminal and JSON lines elsewhere."),
    })
    .prefault({})
    .describe(section),
  metrics: z
    .strictObject({
      token: secretText(20).optional().describe("Guards GET /metrics. Not set: loopback only."),
    })
    .prefault({})
    .describe(section),
});

export type FileSettings = z.output<typeof fileSchema>;
