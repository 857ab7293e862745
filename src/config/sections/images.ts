import { z } from "zod";
import { duration } from "../../core/forms.ts";
import { byteSize, secretText } from "../values.ts";

/** A header's value: printable, without spaces at its ends. */
const word = z.string().regex(/^[\x21-\x7e]{1,2048}$/, { error: "must be one word" });

const bucketSchema = z.strictObject({
  access_key_id: word.optional().meta({
    form: "text without spaces",
    description:
      "Not set: AWS_ACCESS_KEY_ID, else what AWS's own tools would find: a web identity (IRSA), a container's (pod identity, ECS) or a virtual machine's.",
  }),
  secret_access_key: secretText(1).optional().describe("Not set: AWS_SECRET_ACCESS_KEY."),
  session_token: secretText(1)
    .optional()
    .describe("Of temporary credentials. Not set: AWS_SESSION_TOKEN."),
  encryption: z
    .enum(["AES256", "aws:kms", "aws:kms:dsse"])
    .optional()
    .describe("Server-side encryption to ask for. Not set: the bucket's own."),
  encryption_key: word
    .optional()
    .meta({ form: "text without spaces", description: "Id of the KMS key for aws:kms." }),
  acl: word.optional().meta({
    form: "text without spaces",
    description: "Canned access list, such as bucket-owner-full-control. Not set: none is sent.",
  }),
  tags: z
    .record(z.string(), z.string())
    .default({})
    .meta({ form: "names and values", description: "Tags of every image's object." }),
});

export const imagesSchema = z.strictObject({
  url: z
    .string()
    .regex(/^(file:.+|s3:\/\/.+)/, { error: "must be file: and a folder, or s3:// and a bucket" })
    .optional()
    .meta({
      form: "file: and a folder, such as file:./data/images, or s3://bucket/prefix?region=…&endpoint=…&public_endpoint=…",
      description:
        "Where images rest. Not set: images in the data folder. `region` is AWS_REGION's unless given; `endpoint` is the server's address where it is not Amazon's, `public_endpoint` the one that clients reach it at, `path_style` is true with an endpoint unless given.",
    }),
  serve: z
    .enum(["gateway", "redirect"])
    .default("gateway")
    .describe(
      "How a hosted image's URL, which is the gateway's in any case, answers: gateway sends the bytes; redirect leads the client to the bucket by a URL that is good for 15 minutes at most. Pages of the gateway's own origin are never led away.",
    ),
  recovery: z
    .enum(["shared", "none"])
    .default("shared")
    .describe(
      "shared keeps every image where images rest, so that each node that reads there can answer a client that comes back: on S3 it is there before the request's record says so. none keeps only images with a URL.",
    ),
  s3: bucketSchema.prefault({}).describe("Images on S3."),
  ttl: duration("10s", "365d")
    .prefault("1h")
    .describe("Life of a hosted image and of its signed URL."),
  response_format: z
    .enum(["auto", "url", "b64_json", "both"])
    .default("auto")
    .describe(
      "What a client that does not say gets. auto goes by the name that the client used, since clients do: base64 for gpt-image… and chatgpt-image…, base64 for edits on all names but dall-e…, else a URL.",
    ),
  quota: byteSize("1MB", "1000TB")
    .optional()
    .describe(
      "Most that hosted images may take together. Not set: the disk is the limit. Not with S3.",
    ),
  saved_quota: byteSize("0B", "1000TB")
    .prefault("5GB")
    .describe(
      "Most that the pictures which one person keeps in the console's gallery may take; they never expire. They count for images.quota too.",
    ),
  recovery_bytes: byteSize("0B", "1000TB")
    .prefault("1GiB")
    .describe(
      "Most that images without a living URL, kept for clients that come back, may take; the oldest go first. 0B keeps none. On S3, where only images.retention bounds them, anything else is no bound.",
    ),
  metadata: z
    .enum(["strip", "keep"])
    .default("strip")
    .describe(
      "strip takes texts, XMP, comments, EXIF but its orientation and whatever stands behind an image's end out of made images, where local servers write prompts and workflows; pixels, colour profiles and C2PA stay as they are, but a C2PA manifest that binds what was taken out then says that the file was changed. keep leaves all of it in.",
    ),
  retention: duration("1m", "365d")
    .prefault("24h")
    .describe(
      "How long images are kept for clients that come back; at least as long as their URLs live.",
    ),
});
