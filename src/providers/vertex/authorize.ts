import { createHash, createSign } from "node:crypto";
import { z } from "zod";
import { PinholeError } from "../../core/errors.ts";
import type { AuthorizeInput, ShortCredential } from "../../core/provider.ts";
import { Secret } from "../../core/secret.ts";
import type { ServiceAccount, Settings } from "./settings.ts";

const scope = "https://www.googleapis.com/auth/cloud-platform";

/** An assertion is good for an hour at most (developers.google.com/identity, service accounts). Seconds. */
const assertionSeconds = 3600;

/** A token is not used in the last of its time, since clocks differ and requests take a while. Milliseconds. */
const marginMs = 5 * 60_000;

const tokenSchema = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().min(0),
});

/** The key of express mode, a ready token, or one that the service account signs in for. */
export async function authorize(
  input: AuthorizeInput<Settings>,
): Promise<Readonly<Record<string, string>>> {
  const { api_key: key, access_token: token, service_account: account } = input.settings;
  if (key !== undefined) return { "x-goog-api-key": key.reveal() };
  if (token !== undefined) return { authorization: `Bearer ${token.reveal()}` };
  // One of the three is there: the settings' schema has seen to it.
  if (account === undefined) return {};
  const issued = await input.cache.get(cacheKey(account), () => issue(input, account));
  return { authorization: `Bearer ${issued.reveal()}` };
}

function cacheKey({ email, privateKey, tokenUrl }: ServiceAccount): string {
  const key = createHash("sha256").update(privateKey.reveal(), "utf8").digest("hex");
  return JSON.stringify([tokenUrl, email, key]);
}

async function issue(
  { http, now }: AuthorizeInput<Settings>,
  account: ServiceAccount,
): Promise<ShortCredential> {
  const json = await http.post({
    url: account.tokenUrl,
    form: {
      grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      assertion: assertionOf(account, now()),
    },
  });
  const read = tokenSchema.safeParse(json);
  if (!read.success) {
    throw new PinholeError("upstream_refused", {
      message: "The upstream refused the request for a reason that is not the caller's.",
      detail: "the identity provider answered without a token",
    });
  }
  const lifeMs = read.data.expires_in * 1000;
  return {
    value: new Secret(read.data.access_token),
    // A short-lived one is used for half its time.
    expiresAt: now() + Math.max(lifeMs - marginMs, lifeMs / 2),
  };
}

/** The signed statement that the account asks for a token (RFC 7523). `now`: Unix milliseconds. */
function assertionOf({ email, privateKey, tokenUrl }: ServiceAccount, now: number): string {
  const issuedAt = Math.floor(now / 1000);
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString("base64url");
  const claims = {
    iss: email,
    scope,
    aud: tokenUrl,
    iat: issuedAt,
    exp: issuedAt + assertionSeconds,
  };
  const text = `${encode({ alg: "RS256", typ: "JWT" })}.${encode(claims)}`;
  try {
    const signature = createSign("RSA-SHA256").update(text).sign(privateKey.reveal(), "base64url");
    return `${text}.${signature}`;
  } catch {
    // Node's own words could quote the key.
    throw new PinholeError("upstream_credentials", {
      message: "The upstream refused the gateway's credentials.",
      detail: "the private key of service_account cannot be used: it is no RSA key in PEM",
    });
  }
}
