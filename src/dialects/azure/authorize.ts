import { createHash } from "node:crypto";
import { z } from "zod";
import { PinholeError } from "../../core/errors.ts";
import type { AuthorizeInput, ShortCredential } from "../../core/provider.ts";
import { Secret } from "../../core/secret.ts";
import type { SignIn } from "./sign-in.ts";

const tokenSchema = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().min(0),
});

/** A token is not used in the last of its time, since clocks differ and requests take a while. Milliseconds. */
const marginMs = 5 * 60_000;

/** `api-key`, or a bearer token: the operator's own, or one that Entra ID issues (clouds.md §2.1, auth). */
export async function authorize(
  input: AuthorizeInput<SignIn>,
): Promise<Readonly<Record<string, string>>> {
  const { api_key, token, entra } = input.settings;
  if (api_key !== undefined) return { "api-key": api_key.reveal() };
  if (token !== undefined) return { authorization: `Bearer ${token.reveal()}` };
  // One of the three is there: the settings' schema has seen to it.
  if (entra === undefined) return {};
  const issued = await input.cache.get(cacheKey(entra), () => issue(input, entra));
  return { authorization: `Bearer ${issued.reveal()}` };
}

type Entra = NonNullable<SignIn["entra"]>;

function cacheKey({ authority, tenant_id, client_id, client_secret, scope }: Entra): string {
  const secret = createHash("sha256").update(client_secret.reveal(), "utf8").digest("hex");
  return JSON.stringify([authority, tenant_id, client_id, secret, scope]);
}

async function issue(
  { http, now }: AuthorizeInput<SignIn>,
  { authority, tenant_id, client_id, client_secret, scope }: Entra,
): Promise<ShortCredential> {
  const json = await http.post({
    url: `${authority}/${tenant_id}/oauth2/v2.0/token`,
    form: {
      grant_type: "client_credentials",
      client_id,
      client_secret: client_secret.reveal(),
      scope,
    },
  });
  const read = tokenSchema.safeParse(json);
  if (!read.success) {
    throw new PinholeError("upstream_refused", {
      message: "The upstream refused the request for a reason that is not the caller's.",
      detail: "the identity provider answered without a token",
    });
  }
  const { access_token, expires_in } = read.data;
  const lifeMs = expires_in * 1000;
  return {
    value: new Secret(access_token),
    // A short-lived one is used for half its time.
    expiresAt: now() + Math.max(lifeMs - marginMs, lifeMs / 2),
  };
}
