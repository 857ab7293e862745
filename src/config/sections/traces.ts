import { z } from "zod";
import { Secret } from "../../core/secret.ts";
import { flag } from "../../core/forms.ts";
import { webUrl } from "../values.ts";

const headersForm = "names of headers, each with its text";
const sampleForm = "a number from 0 to 1";

/** `traces`: spans for a collector of OpenTelemetry. Off unless there is an endpoint. */
export const tracesSchema = z.strictObject({
  endpoint: webUrl()
    .optional()
    .describe(
      "Collector that takes OTLP over HTTP, such as http://localhost:4318; /v1/traces is added. Not set: no traces are made.",
    ),
  headers: z
    .record(
      z.string().regex(/^[A-Za-z0-9-]+$/, { error: "must be the name of a header" }),
      z
        .string()
        .regex(/^[\x20-\x7e]+$/, { error: "must be printable ASCII" })
        .transform((text) => new Secret(text)),
    )
    .default({})
    .meta({
      form: headersForm,
      description: "Headers of each message, such as { authorization: … }; treated as secrets.",
    }),
  sample: z.number().min(0).max(1).default(1).meta({
    form: sampleForm,
    description:
      "Share of the requests that are traced. Where a client sends `traceparent`, its own choice counts.",
  }),
  propagate: flag("Tell upstreams of the trace, by `traceparent` and `tracestate`."),
});
