import { z } from "zod";
import { duration, flag } from "../../core/forms.ts";
import { byteSize, isAddressRange, isOrigin, webUrl } from "../values.ts";

const originForm = "an origin such as https://app.example.com, without a path, or *";

const portForm = "a whole number from 0 to 65535";

const proxyForm =
  "a list of addresses, ranges such as 10.0.0.0/8, or the words loopback, linklocal, uniquelocal";

export const serverSchema = z.strictObject({
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
      description:
        "Proxies whose X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Host are believed: of several values the last, which the nearest one wrote. X-Forwarded-Port and X-Forwarded-Prefix are not; set `public_url` where clients need them.",
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
