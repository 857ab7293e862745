import { createHash } from "node:crypto";
import { z } from "zod";
import { PinholeError } from "../../core/errors.ts";
import { type AuthorizeInput, secretSchema, type ShortCredential } from "../../core/provider.ts";
import { Secret } from "../../core/secret.ts";
import { anyResultHosts, baseUrl } from "../../dialects/settings.ts";

export const settings = z
  .strictObject({
    base_url: baseUrl("https://firefly-api.adobe.io"),
    client_id: z.string().min(1).describe("Client ID of the project, sent as x-api-key."),
    client_secret: secretSchema
      .optional()
      .describe("Client secret, for which a token of a day is asked at ims_url."),
    access_token: secretSchema
      .optional()
      .describe("A token that is there already, instead of client_secret."),
    ims_url: baseUrl("https://ims-na1.adobelogin.com", "Address of Adobe's identity service."),
    scope: z
      .string()
      .min(1)
      .max(500)
      .default("openid,AdobeID,session,additional_info,read_organizations,firefly_api,ff_apis")
      .describe("What the token is asked for."),
    result_hosts: anyResultHosts(),
  })
  .refine(({ client_secret, access_token }) => (client_secret ?? access_token) !== undefined, {
    path: ["client_secret"],
    error: "set client_secret, or access_token",
  });

export type Settings = z.output<typeof settings>;

const tokenSchema = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().min(0),
});

/** A token is asked for anew this long before it ends. */
const marginMs = 300_000;

/** The token that Adobe's identity service issues to the project, or the one that is there, and the project's id. */
export async function authorize(
  input: AuthorizeInput<Settings>,
): Promise<Readonly<Record<string, string>>> {
  const { client_id: id, client_secret: secret, access_token: given } = input.settings;
  const token = given ?? (secret === undefined ? undefined : await issued(input, secret));
  // One of the two is there: the settings' schema has seen to it.
  if (token === undefined) return {};
  return { authorization: `Bearer ${token.reveal()}`, "x-api-key": id };
}

function issued(input: AuthorizeInput<Settings>, secret: Secret): Promise<Secret> {
  const { client_id: id, ims_url: url, scope } = input.settings;
  const hash = createHash("sha256").update(secret.reveal(), "utf8").digest("hex");
  return input.cache.get(JSON.stringify([url, id, scope, hash]), () => issue(input, secret));
}

async function issue(
  { settings: { client_id, ims_url, scope }, http, now }: AuthorizeInput<Settings>,
  secret: Secret,
): Promise<ShortCredential> {
  const json = await http.post({
    url: `${ims_url}/ims/token/v3`,
    form: {
      grant_type: "client_credentials",
      client_id,
      client_secret: secret.reveal(),
      scope,
    },
  });
  const read = tokenSchema.safeParse(json).data;
  if (read === undefined) {
    const detail = "Adobe's identity service answered without a token";
    const message = "The upstream refused the request for a reason that is not the caller's.";
    throw new PinholeError("upstream_refused", { message, detail });
  }
  const life = read.expires_in * 1000;
  const expiresAt = now() + Math.max(life - marginMs, life / 2);
  return { value: new Secret(read.access_token), expiresAt };
}
