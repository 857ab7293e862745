import { z } from "zod";
import { byteSize, duration } from "../values.ts";

export const imagesSchema = z.strictObject({
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
      "What a client that does not say gets. auto goes by the name that the client used, since clients do: base64 for gpt-image… and chatgpt-image…, base64 for edits on all names but dall-e…, else a URL.",
    ),
  quota: byteSize("1MB", "1000TB")
    .optional()
    .describe("Most that hosted images may take together. Not set: the disk is the limit."),
  recovery_bytes: byteSize("0B", "1000TB")
    .prefault("1GiB")
    .describe(
      "Most that images without a living URL, kept for clients that come back, may take; the oldest go first. 0B keeps none.",
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
