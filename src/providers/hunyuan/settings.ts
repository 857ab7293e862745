import { createHash, createHmac } from "node:crypto";
import { z } from "zod";
import { type AuthorizeInput, secretSchema } from "../../core/provider.ts";
import { anyResultHosts, regionalUrl } from "../../dialects/settings.ts";

const tokenHub = "https://tokenhub.tencentmaas.com";
const signedApi = "https://aiart.tencentcloudapi.com";

export const settings = z
  .strictObject({
    api_key: secretSchema.optional().describe("API key of TokenHub, for hy-image-v3."),
    secret_id: z
      .string()
      .min(1)
      .optional()
      .describe("SecretId of a Tencent Cloud account, for the signed API's hunyuan-image."),
    secret_key: secretSchema.optional().describe("SecretKey, which signs each call."),
    session_token: secretSchema.optional().describe("Token of temporary keys."),
    region: z
      .string()
      .regex(/^[a-z0-9-]{1,40}$/, { message: "must be a region, for example ap-guangzhou" })
      .default("ap-guangzhou")
      .describe("Region of the signed API."),
    base_url: regionalUrl().describe(
      "Address of the API. Not set: TokenHub's with api_key, else the signed API's.",
    ),
    watermark: z
      .boolean()
      .optional()
      .describe(
        "Whether pictures are marked where the client does not say. Not set: the vendor's own default, on for the signed API and off at TokenHub.",
      ),
    footnote: z
      .string()
      .min(1)
      .max(16)
      .default("AI generated")
      .describe("Words of the mark at TokenHub, which writes them into the picture's corner."),
    revise: z
      .boolean()
      .default(true)
      .describe(
        "Whether prompts are rewritten where the caller does not say; sent with every call.",
      ),
    result_hosts: anyResultHosts(),
  })
  .refine(
    ({ api_key, secret_id, secret_key }) =>
      api_key !== undefined || (secret_id !== undefined && secret_key !== undefined),
    { path: ["api_key"], error: "set api_key, or secret_id and secret_key" },
  )
  .transform((given) => ({
    ...given,
    base_url: given.base_url ?? (given.api_key === undefined ? signedApi : tokenHub),
  }));

export type Settings = z.output<typeof settings>;

const hmac = (key: string | Buffer, text: string): Buffer =>
  createHmac("sha256", key).update(text).digest();

/** Name of the service in the signature, whatever address it is reached by. */
const service = "aiart";

/** TokenHub's key, or signature version 3 of Tencent Cloud (TC3-HMAC-SHA256) over host, type and body. */
export async function authorize(
  input: Pick<AuthorizeInput<Settings>, "settings" | "method" | "url" | "bodySha256" | "now">,
): Promise<Readonly<Record<string, string>>> {
  const { api_key: key, secret_id: id, secret_key: secret } = input.settings;
  if (key !== undefined) return { authorization: `Bearer ${key.reveal()}` };
  // Both are there: the settings' schema has seen to it.
  if (id === undefined || secret === undefined) return {};
  const { session_token: token, region } = input.settings;
  const seconds = Math.floor(input.now() / 1000);
  const day = new Date(seconds * 1000).toISOString().slice(0, 10);
  const url = new URL(input.url);
  const signed = "content-type;host";
  const canonical = [
    input.method,
    url.pathname,
    url.search.slice(1),
    `content-type:application/json\nhost:${url.host}\n`,
    signed,
    await input.bodySha256(),
  ].join("\n");
  const scope = `${day}/${service}/tc3_request`;
  const hash = createHash("sha256").update(canonical).digest("hex");
  const text = ["TC3-HMAC-SHA256", seconds, scope, hash].join("\n");
  const signingKey = hmac(hmac(hmac(`TC3${secret.reveal()}`, day), service), "tc3_request");
  const signature = hmac(signingKey, text).toString("hex");
  return {
    authorization: `TC3-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${signed}, Signature=${signature}`,
    "x-tc-timestamp": String(seconds),
    "x-tc-region": region,
    ...(token === undefined ? {} : { "x-tc-token": token.reveal() }),
  };
}
