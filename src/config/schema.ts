import { z } from "zod";
import { operations } from "../core/request.ts";
import { channelSchema } from "./channel-schema.ts";
import { egressSchema } from "./egress-schema.ts";
import { logLevels } from "./types.ts";
import {
  byteSize,
  duration,
  isAddressRange,
  isOrigin,
  moment,
  secretText,
  webUrl,
} from "./values.ts";

const flag = (description: string) => z.boolean().default(false).describe(description);
const count = (max: number) => {
  const form = `a whole number from 1 to ${max}`;
  return z
    .int({ error: `must be ${form}` })
    .min(1)
    .max(max)
    .meta({ form });
};

const originForm = "an origin such as https://app.example.com, without a path, or *";
const portForm = "a whole number from 0 to 65535";
const proxyForm =
  "a list of addresses, ranges such as 10.0.0.0/8, or the words loopback, linklocal, uniquelocal";

const serverSchema = z.strictObject({
  host: z
    .string()
    .min(1)
    .default("127.0.0.1")
    .describe("Address to listen on; 0.0.0.0 for every IPv4 address of the machine."),
  port: z
    .int()
    .min(0)
    .max(65_535)
    .default(8080)
    .meta({ form: portForm, description: "Port to listen on; 0 takes any free one." }),
  public_url: webUrl()
    .optional()
    .describe(
      "How clients reach this gateway, with its path if it has one: hosted images are linked below it. Not set: the Host that the client called.",
    ),
  trusted_proxies: z
    .array(
      z
        .string()
        .refine(isAddressRange, { error: `must be ${proxyForm}` })
        .meta({
          form: "an address, a range such as 10.0.0.0/8, or one of the words loopback, linklocal, uniquelocal",
        }),
    )
    .default([])
    .meta({
      form: proxyForm,
      description: "Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.",
    }),
  cors: z
    .array(z.string().refine(isOrigin, { error: `must be ${originForm}` }))
    .default([])
    .meta({
      form: "a list of origins such as https://app.example.com, or of *",
      description: "Origins of web pages that may call the API below /v1.",
    }),
  request_timeout: duration("1s", "1h")
    .prefault("300s")
    .describe("How long a client may take to send its request."),
  read_timeout: duration("100ms", "1h")
    .prefault("60s")
    .describe("How long a client may take nothing of its answer before it is cut off."),
  shutdown_grace: duration("0s", "5m")
    .prefault("2s")
    .describe(
      "How long, after SIGTERM, new connections are still taken while /health/ready says 503: what a load balancer needs to notice.",
    ),
  body_bytes_max: byteSize("1MB", "10GiB")
    .prefault("1GiB")
    .describe("Largest request body; uploads of sixteen images of 50 MB fit the default."),
  heartbeat: duration("100ms", "10m")
    .prefault("15s")
    .describe(
      "Pause between comment lines on idle streams; the first comes after 10s, or after this where it is shorter.",
    ),
  interim_102: flag(
    "Send 102 Processing, every `heartbeat`, while a client waits for an answer that is not streamed.",
  ),
  retry_window: duration("1s", "24h")
    .prefault("10m")
    .describe(
      "After its end, how long a request whose client had gone answers the retry of an official SDK.",
    ),
});

const imagesSchema = z.strictObject({
  url: z
    .string()
    .regex(/^file:.+/, { error: "must be file: and a folder" })
    .optional()
    .meta({
      form: "file: and a folder, such as file:./data/images",
      description: "Where hosted images rest. Not set: images in the data folder.",
    }),
  ttl: duration("10s", "365d")
    .prefault("1h")
    .describe("Life of a hosted image and of its signed URL."),
  response_format: z
    .enum(["auto", "url", "b64_json", "both"])
    .default("auto")
    .describe(
      "What a client that does not say gets: auto is a URL, or base64 for models whose clients read base64.",
    ),
  quota: byteSize("1MB", "1000TB")
    .optional()
    .describe("Most that hosted images may take together. Not set: the disk is the limit."),
  recovery_bytes: byteSize("0B", "1000TB")
    .prefault("1GiB")
    .describe(
      "Most that images without a living URL, kept for clients that come back, may take; the oldest go first. 0B keeps none.",
    ),
  retention: duration("1m", "365d")
    .prefault("24h")
    .describe(
      "How long images are kept for clients that come back; at least as long as their URLs live.",
    ),
});

const budgetSchema = z
  .strictObject({
    usd: z
      .number()
      .min(0)
      .meta({ form: "US dollars, 0 or more" })
      .describe("US dollars in a period."),
    period: z
      .enum(["day", "week", "month", "total"])
      .default("month")
      .describe("When spending starts again at zero."),
  })
  .optional()
  .describe("Most that the key may spend.");

const patternForm = "a model's name, or a pattern that ends in *";

const keySchema = z.strictObject({
  name: z
    .string()
    .regex(/^[^\s].{0,99}$/, { error: "must be text of 1 to 100 characters" })
    .meta({ form: "text of 1 to 100 characters", description: "What people call the key." }),
  key: secretText(20).describe("The key itself; take it from the environment: ${DEV_KEY}."),
  models: z
    .array(
      z
        .string()
        .regex(/^(\*|[^*\s][^*]*\*?)$/, { error: `must be ${patternForm}` })
        .meta({ form: patternForm }),
    )
    .default(["*"])
    .meta({
      form: "a list of models' names, or patterns that end in *",
      description: "Models that the key may use; * is all.",
    }),
  operations: z
    .array(z.enum(operations))
    .min(1)
    .optional()
    .meta({
      form: `a list of ${operations.map((word) => `\`${word}\``).join(", ")}`,
      description: "Operations that the key may make. Not set: all.",
    }),
  strict: flag("Refuse with a 400 what a model cannot honour, instead of warning."),
  disabled: flag("Refuse the key."),
  expires_at: moment().optional().describe("From then on the key is refused. Not set: never."),
  rpm: count(1_000_000).optional().describe("Requests a minute. Not set: no limit."),
  ipm: count(1_000_000).optional().describe("Images a minute. Not set: no limit."),
  ipd: count(1_000_000_000).optional().describe("Images a day. Not set: no limit."),
  concurrency: count(100_000).optional().describe("Requests at the same time. Not set: no limit."),
  budget: budgetSchema,
});

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
