import { createHmac } from "node:crypto";
import { z } from "zod";
import { type AuthorizeInput, secretSchema } from "../../core/provider.ts";
import { anyResultHosts, atRegion, regionalUrl, watermark } from "../../dialects/settings.ts";

export const settings = z
  .strictObject({
    region: z
      .enum(["international", "china"])
      .default("international")
      .describe("Singapore or Beijing; each has keys of its own."),
    base_url: regionalUrl(),
    api_key: secretSchema
      .optional()
      .describe("API key. Older accounts have access_key and secret_key instead."),
    access_key: z.string().min(1).optional().describe("AccessKey, which names the account."),
    secret_key: secretSchema
      .optional()
      .describe("SecretKey, by which a token of half an hour is signed for each call."),
    watermark: watermark(false),
    result_hosts: anyResultHosts(),
  })
  .refine(
    ({ api_key, access_key, secret_key }) =>
      api_key !== undefined || (access_key !== undefined && secret_key !== undefined),
    { path: ["api_key"], error: "set api_key, or access_key and secret_key" },
  )
  .transform(
    atRegion({
      international: "https://api-singapore.klingai.com",
      china: "https://api-beijing.klingai.com",
    }),
  );

export type Settings = z.output<typeof settings>;

const encoded = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString("base64url");

/** The API key, or a JSON Web Token that the secret key signs (HS256), good from five seconds ago for half an hour. */
export function authorize({
  settings: { api_key: key, access_key: issuer, secret_key: secret },
  now,
}: Pick<AuthorizeInput<Settings>, "settings" | "now">): Readonly<Record<string, string>> {
  if (key !== undefined) return { authorization: `Bearer ${key.reveal()}` };
  // Both are there: the settings' schema has seen to it.
  if (issuer === undefined || secret === undefined) return {};
  const seconds = Math.floor(now() / 1000);
  const claims = { iss: issuer, exp: seconds + 1800, nbf: seconds - 5 };
  const unsigned = `${encoded({ alg: "HS256", typ: "JWT" })}.${encoded(claims)}`;
  const signature = createHmac("sha256", secret.reveal()).update(unsigned).digest("base64url");
  return { authorization: `Bearer ${unsigned}.${signature}` };
}
