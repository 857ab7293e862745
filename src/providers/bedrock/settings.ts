import { z } from "zod";
import { secretSchema } from "../../core/provider.ts";
import { regionalUrl } from "../../dialects/settings.ts";

/** Settings of a channel. */
export const settings = z
  .strictObject({
    base_url: regionalUrl(),
    region: z
      .string()
      .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, { message: "must be a region, for example us-west-2" })
      .default("us-west-2")
      .describe("AWS region, which is part of each signature."),
    api_key: secretSchema
      .optional()
      .describe("Bedrock API key, sent as Authorization: Bearer; instead of access keys."),
    access_key_id: z
      .string()
      .regex(/^[A-Z0-9]{16,128}$/, { message: "must be an access key's id, such as AKIA…" })
      .optional()
      .describe("Id of an access key; requests are signed with it (Signature Version 4)."),
    secret_access_key: secretSchema.optional().describe("Secret of that access key."),
    session_token: secretSchema.optional().describe("Session token of temporary access keys."),
  })
  .refine((given) => (given.api_key === undefined) !== (given.access_key_id === undefined), {
    message: "must have either api_key or access_key_id",
    path: ["api_key"],
  })
  .refine(
    (given) => (given.access_key_id === undefined) === (given.secret_access_key === undefined),
    {
      message: "must be given together with access_key_id",
      path: ["secret_access_key"],
    },
  )
  .transform((given) => ({
    ...given,
    base_url: given.base_url ?? `https://bedrock-runtime.${given.region}.amazonaws.com`,
  }));
export type Settings = z.output<typeof settings>;
