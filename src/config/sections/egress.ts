import { z } from "zod";
import { isAddressOrRange } from "../values.ts";

const hostForm = "a list of host names; one that begins with a dot stands for all below it";
const rangeForm = "a list of addresses and ranges such as 10.1.0.0/16";
const portsForm = "a list of whole numbers from 1 to 65535";

/** Targets besides the public internet that a guard lets through. */
export const allowPrivate = z
  .strictObject({
    hosts: z
      .array(
        z
          .string()
          .regex(/^\.?[a-z0-9_-]+(\.[a-z0-9_-]+)*$/i, {
            error: "must be a host name, without scheme or port",
          })
          .transform((host) => host.toLowerCase()),
      )
      .default([])
      .meta({
        form: hostForm,
        description:
          "Hosts whose addresses may be private: `minio.internal`, or `.internal` for all below it.",
      }),
    cidrs: z
      .array(
        z.string().refine(isAddressOrRange, {
          error: "must be an address or a range such as 10.1.0.0/16",
        }),
      )
      .default([])
      .meta({ form: rangeForm, description: "Private addresses that may be reached." }),
    http: z
      .boolean()
      .default(false)
      .describe("Also fetch http: URLs, of any host that may be reached."),
    ports: z
      .array(z.int().min(1).max(65_535).meta({ form: "a whole number from 1 to 65535" }))
      .default([])
      .meta({
        form: portsForm,
        description: "Ports that URLs may name. Empty: 443, and 80 where `http` is on.",
      }),
  })
  .prefault({})
  .describe("A group of settings.");

/** `egress`: targets besides the public internet that the guard of URLs from strangers lets through. */
export const egressSchema = z.strictObject({
  allow_private: allowPrivate,
  proxy_filters: z
    .boolean()
    .default(false)
    .describe(
      "The proxy of HTTPS_PROXY keeps requests out of private networks itself, so URLs of callers may be fetched through it; otherwise they are refused behind a proxy.",
    ),
});
