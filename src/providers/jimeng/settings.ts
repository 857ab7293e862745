import { createHash, createHmac } from "node:crypto";
import { z } from "zod";
import { type AuthorizeInput, secretSchema } from "../../core/provider.ts";
import { anyResultHosts, baseUrl, watermark } from "../../dialects/settings.ts";

export const settings = z.strictObject({
  base_url: baseUrl("https://visual.volcengineapi.com"),
  access_key: z.string().min(1).describe("Access key ID of a Volcengine account."),
  secret_key: secretSchema.describe("Secret access key, which signs each call."),
  watermark: watermark(false),
  prompt_rewriting: z
    .boolean()
    .default(true)
    .describe("Whether prompts are rewritten where the caller does not say; sent with every call."),
  result_hosts: anyResultHosts(),
});

export type Settings = z.output<typeof settings>;

const hmac = (key: string | Buffer, text: string): Buffer =>
  createHmac("sha256", key).update(text).digest();

const region = "cn-north-1";
const service = "cv";

/** Volcengine's signature (HMAC-SHA256) over the query, the host, the day and the body. */
export async function authorize(
  input: Pick<AuthorizeInput<Settings>, "settings" | "method" | "url" | "bodySha256" | "now">,
): Promise<Readonly<Record<string, string>>> {
  const { access_key: id, secret_key: secret } = input.settings;
  const moment = new Date(input.now()).toISOString().replace(/[-:]|\.\d+/g, "");
  const day = moment.slice(0, 8);
  const url = new URL(input.url);
  url.searchParams.sort();
  const body = await input.bodySha256();
  const signed = "content-type;host;x-content-sha256;x-date";
  const canonical = [
    input.method,
    url.pathname,
    url.searchParams.toString(),
    `content-type:application/json\nhost:${url.host}\nx-content-sha256:${body}\nx-date:${moment}\n`,
    signed,
    body,
  ].join("\n");
  const scope = `${day}/${region}/${service}/request`;
  const hash = createHash("sha256").update(canonical).digest("hex");
  const dayKey = hmac(secret.reveal(), day);
  const signingKey = hmac(hmac(hmac(dayKey, region), service), "request");
  const signature = hmac(signingKey, ["HMAC-SHA256", moment, scope, hash].join("\n"));
  return {
    authorization: `HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${signed}, Signature=${signature.toString("hex")}`,
    "x-date": moment,
    "x-content-sha256": body,
  };
}
