import type * as openid from "openid-client";
import { z } from "zod";
import { PinholeError } from "../core/errors.ts";
import { type Claims, admissionOf } from "./oidc-claims.ts";
import type { OidcSettings, ProviderFetch } from "./oidc-settings.ts";
import { createFlows } from "./flows.ts";
import { createOidcPeople } from "./oidc-people.ts";
import type { IdentityPorts, Origin } from "./ports.ts";
import { type Sessions, type SignedIn, signInFailed } from "./sessions.ts";

/** Signing in at an identity provider: OpenID Connect, by code with PKCE, state and nonce. */
export interface OidcSignIn {
  /** The address to send the browser to, and the code that it brings back in a cookie. `redirectUri` is this gateway's own. */
  begin(redirectUri: string, to: string): Promise<{ readonly url: string; readonly flow: string }>;
  /** Ends a sign-in that came back to this address; `to` is where it began. Throws sign_in_failed, role_not_allowed or identity_provider_failed. */
  finish(
    returned: URL,
    flow: string | undefined,
    from: Origin,
  ): Promise<{ readonly signedIn: SignedIn; readonly to: string }>;
}

/** The provider, and the way to it. */
export interface OidcProvider {
  readonly settings: OidcSettings;
  readonly fetch: ProviderFetch;
}

const flowSchema = z.object({
  kind: z.literal("oidc"),
  verifier: z.string(),
  state: z.string(),
  nonce: z.string(),
  to: z.string(),
});

/** The provider's own document is read again after this time. */
const discoveredMs = 3_600_000;

/** Loads the library, and asks the provider for its document, when somebody signs in by it. */
export function createOidc(
  ports: IdentityPorts,
  sessions: Sessions,
  { settings, fetch: send }: OidcProvider,
): OidcSignIn {
  const flows = createFlows(ports);
  const people = createOidcPeople(ports, settings);
  const discovered = createDiscovery(settings, send, ports.now);
  return {
    async begin(redirectUri, to) {
      const { client, config } = await discovered();
      const verifier = client.randomPKCECodeVerifier();
      const [state, nonce] = [client.randomState(), client.randomNonce()];
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: settings.scopes.join(" "),
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
        state,
        nonce,
      });
      const flow = await flows.begin({ kind: "oidc", verifier, state, nonce, to });
      return { url: url.href, flow };
    },
    async finish(returned, flow, from) {
      const known = flowSchema.safeParse(flow === undefined ? undefined : await flows.take(flow));
      if (!known.success) throw notBegun();
      const claims = await claimsOf(await discovered(), returned, known.data);
      const admission = admissionOf(settings, claims);
      if (admission === undefined) {
        await people.refuse(claims, from);
        throw notAdmitted(settings);
      }
      const person = await people.admit(claims, admission, from);
      return { signedIn: await sessions.begin(person, "oidc", from), to: known.data.to };
    },
  };
}

type Client = typeof openid;

interface Discovered {
  readonly client: Client;
  readonly config: openid.Configuration;
}

function createDiscovery(
  settings: OidcSettings,
  send: ProviderFetch,
  now: () => number,
): () => Promise<Discovered> {
  let last: { readonly at: number; readonly found: Promise<Discovered> } | undefined;
  return async () => {
    if (last === undefined || now() - last.at > discoveredMs)
      last = { at: now(), found: discover(settings, send) };
    const asked = last;
    try {
      return await asked.found;
    } catch (thrown) {
      // The next sign-in asks again.
      if (last === asked) last = undefined;
      throw providerFailed(thrown);
    }
  };
}

async function discover(settings: OidcSettings, send: ProviderFetch): Promise<Discovered> {
  const client = await import("openid-client");
  const issuer = new URL(settings.issuer);
  const secret = settings.clientSecret?.reveal();
  const config = await client.discovery(
    issuer,
    settings.clientId,
    undefined,
    secret === undefined ? client.None() : client.ClientSecretBasic(secret),
    {
      [client.customFetch]: send,
      // The configuration takes plain http from this machine alone.
      execute: issuer.protocol === "http:" ? [client.allowInsecureRequests] : [],
    },
  );
  return { client, config };
}

/** The claims of the ID token, with those of the user's own address where the provider puts the rest there. */
async function claimsOf(
  { client, config }: Discovered,
  returned: URL,
  flow: z.output<typeof flowSchema>,
): Promise<Claims> {
  try {
    const tokens = await client.authorizationCodeGrant(config, returned, {
      pkceCodeVerifier: flow.verifier,
      expectedState: flow.state,
      expectedNonce: flow.nonce,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (claims === undefined) throw new Error("the provider sent no ID token");
    if (config.serverMetadata().userinfo_endpoint === undefined) return claims;
    const more = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
    return { ...more, ...claims };
  } catch (thrown) {
    throw signInFault(thrown);
  }
}

/** A refusal by the provider or by the checks of its answer is the person's to know; a provider that is away is a fault. */
function signInFault(thrown: unknown): PinholeError {
  const { name, code } = thrown as { name?: unknown; code?: unknown };
  const isAnswer =
    name === "AuthorizationResponseError" ||
    name === "ResponseBodyError" ||
    (typeof code === "string" && code.startsWith("OAUTH_"));
  if (!isAnswer) return providerFailed(thrown);
  const failed = signInFailed();
  return new PinholeError("sign_in_failed", {
    message: "The identity provider did not confirm this sign-in; begin again.",
    detail: textOf(thrown),
    cause: failed,
  });
}

function providerFailed(thrown: unknown): PinholeError {
  return new PinholeError("identity_provider_failed", {
    message: "The identity provider does not answer as it should; try again, or sign in otherwise.",
    detail: textOf(thrown),
    cause: thrown,
  });
}

function textOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  return thrown.cause instanceof Error
    ? `${thrown.message}: ${thrown.cause.message}`
    : thrown.message;
}

function notBegun(): PinholeError {
  return new PinholeError("sign_in_failed", {
    message: "This sign-in was not begun in this browser, or took too long; begin again.",
  });
}

function notAdmitted({ roleClaim }: OidcSettings): PinholeError {
  return new PinholeError("role_not_allowed", {
    message:
      "Your account has no role in this gateway; ask those who run it to give it one at the identity provider.",
    detail: `no value of the claim ${roleClaim} names a role`,
  });
}
