import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { cookieOf, join, withCookie, withToken } from "../support/people.ts";

/** The account that the identity provider answers for at the next sign-in: nobody types there. */
let account: Record<string, unknown> & { sub: string } = { sub: "nobody" };
let issuer: Server;
let issuerUrl: string;
let gateway: TestGateway;

const callback = "/admin/v1/sign-in/oidc/callback";
const roles = {
  owner: ["pinhole-owners"],
  admin: ["pinhole-admins"],
  operator: ["ops", "pinhole-operators"],
  team_admin: ["leads"],
};

beforeAll(async () => {
  issuer = createServer();
  issuer.listen(0, "127.0.0.1");
  await once(issuer, "listening");
  issuerUrl = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`;
  gateway = await startTestGateway({
    oidc: {
      issuer: issuerUrl,
      client_id: "pinhole",
      client_secret: "a-secret-of-the-client-0123456789",
      name: "The company",
      scopes: ["openid", "everything"],
      role_claim: "realm.roles",
      team_claim: "team",
      roles,
      link_by_email: true,
    },
  });
  issuer.on("request", identityProvider(issuerUrl, gateway.url).callback());
});
afterEach(() => {
  account = { sub: "nobody" };
});
afterAll(async () => {
  await gateway.close();
  issuer.closeAllConnections();
  issuer.close();
});

function identityProvider(url: string, gatewayUrl: string): Provider {
  const provider = new Provider(url, {
    clients: [
      {
        client_id: "pinhole",
        client_secret: "a-secret-of-the-client-0123456789",
        redirect_uris: [`${gatewayUrl}${callback}`],
        grant_types: ["authorization_code"],
        response_types: ["code"],
      },
    ],
    scopes: ["openid", "everything"],
    claims: { everything: ["realm", "team", "email", "email_verified", "name"] },
    pkce: { required: () => true },
    findAccount: (_context: unknown, sub: string) => ({
      accountId: sub,
      claims: () => ({ ...account, sub }),
    }),
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    features: { devInteractions: { enabled: false } },
    cookies: { keys: ["a key of the cookies of this test"] },
  });
  // Signs the account in and consents to all, as a person would.
  provider.use(async (context, next) => {
    if (!context.path.startsWith("/interaction/")) return next();
    const { prompt, params } = await provider.interactionDetails(context.req, context.res);
    const asked = params as { client_id: string };
    const grant = new provider.Grant({ accountId: account.sub, clientId: asked.client_id });
    grant.addOIDCScope("openid everything");
    const result =
      prompt.name === "login"
        ? { login: { accountId: account.sub, remember: false } }
        : { consent: { grantId: await grant.save() } };
    await provider.interactionFinished(context.req, context.res, result, {
      mergeWithLastSubmission: true,
    });
  });
  return provider;
}

/** A browser that follows an address from one server to the other, with the cookies of each. */
async function follow(start: string, cookies = new Map<string, string>()): Promise<Response> {
  let url = start;
  for (let hops = 0; hops < 12; hops += 1) {
    const answer = await fetch(url, {
      redirect: "manual",
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") },
    });
    for (const text of answer.headers.getSetCookie()) {
      const [pair = ""] = text.split(";");
      const at = pair.indexOf("=");
      cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    const location = answer.headers.get("location");
    if (location === null) return answer;
    url = new URL(location, url).href;
    const { origin, pathname } = new URL(url);
    if (origin === gateway.url && pathname !== callback) return answer;
  }
  throw new Error("they send each other round");
}

/** Signs the present account in; returns where it was led to and whose session it is. */
async function signIn(to = "/make") {
  const cookies = new Map<string, string>();
  const ended = await follow(
    `${gateway.url}/admin/v1/sign-in/oidc?to=${encodeURIComponent(to)}`,
    cookies,
  );
  const session = cookies.get("pinhole");
  const page = withCookie(gateway, session === undefined ? "" : `pinhole=${session}`);
  return {
    location: ended.headers.get("location"),
    me: await page.ask("GET", "/admin/v1/session"),
    cookies,
  };
}

const can = (sub: string, role: string, more: Record<string, unknown> = {}) => {
  account = { sub, realm: { roles: ["others", role] }, ...more };
};

describe("signing in at an identity provider", () => {
  test("the way is told, and leads there with PKCE, state and nonce", async () => {
    const ways = await withCookie(gateway).ask("GET", "/admin/v1/sign-in");
    expect(ways.body).toMatchObject({
      oidc: { name: "The company", path: "/admin/v1/sign-in/oidc" },
    });
    const answer = await fetch(`${gateway.url}/admin/v1/sign-in/oidc`, { redirect: "manual" });
    expect(answer.status).toBe(302);
    const to = new URL(answer.headers.get("location") ?? "");
    expect(to.origin).toBe(issuerUrl);
    expect(Object.fromEntries(to.searchParams)).toMatchObject({
      redirect_uri: `${gateway.url}${callback}`,
      code_challenge_method: "S256",
      response_type: "code",
      scope: "openid everything",
    });
    for (const name of ["state", "nonce", "code_challenge"])
      expect(to.searchParams.get(name)?.length).toBeGreaterThan(20);
    expect(answer.headers.get("set-cookie")).toMatch(
      /^pinhole-flow=[\w-]{43}; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/,
    );
  });

  test("an account gets the role of its claim at each sign-in, and stays the same person", async () => {
    can("ada", "ops", { name: "Ada" });
    const first = await signIn("/requests?range=30d");
    expect(first.location).toBe(`${gateway.url}/requests?range=30d`);
    expect(first.me.body).toMatchObject({
      caller: { name: "Ada", role: "operator" },
      method: "oidc",
      has_password: false,
    });
    can("ada", "pinhole-admins");
    const second = await signIn();
    expect(second.me.body["caller"]).toMatchObject({
      id: (first.me.body["caller"] as { id: string }).id,
      role: "admin",
    });
    can("ada", "leads", { team: "t1" });
    expect((await signIn()).me.body["caller"]).toMatchObject({ role: "team_admin", team: "t1" });
    can("ada", "leads");
    expect((await signIn()).location).toBe(`${gateway.url}/sign-in?problem=role_not_allowed`);
  });

  test("an account without a role does not come in, and what it had here ends", async () => {
    can("eve", "ops");
    const before = await signIn();
    expect(before.me.status).toBe(200);
    can("eve", "nothing here");
    const after = await signIn();
    expect([after.location, after.me.status]).toEqual([
      `${gateway.url}/sign-in?problem=role_not_allowed`,
      401,
    ]);
    const cookie = `pinhole=${before.cookies.get("pinhole") ?? ""}`;
    expect((await withCookie(gateway, cookie).ask("GET", "/admin/v1/session")).status).toBe(401);
  });

  test("a person who is disabled here does not come in, whatever the provider says", async () => {
    can("bob", "ops");
    const { me } = await signIn();
    const { id } = me.body["caller"] as { id: string };
    const admin = withToken(gateway, gateway.adminToken);
    const path = `/admin/v1/people/${id}`;
    await admin.ask("PATCH", path, { disabled: true }, { "if-match": "*" });
    const refused = await signIn();
    expect(refused.location).toBe(`${gateway.url}/sign-in?problem=sign_in_failed`);
    expect(refused.me.status).toBe(401);
  });

  test("the last owner stays one", async () => {
    can("boss", "pinhole-owners");
    const { me } = await signIn();
    expect(me.body["caller"]).toMatchObject({ role: "owner" });
    can("boss", "ops");
    expect((await signIn()).me.body["caller"]).toMatchObject({ role: "owner" });
  });

  test("a person is found by e-mail only where the provider has verified it", async () => {
    const local = await join(gateway, { login: "local@example.com", role: "viewer" });
    can("mallory", "ops", { email: "local@example.com", email_verified: false });
    const other = await signIn();
    expect(other.me.body["caller"]).not.toMatchObject({ id: local.id });
    can("local", "ops", { email: "Local@Example.com", email_verified: true });
    const same = await signIn();
    expect(same.me.body["caller"]).toMatchObject({ id: local.id, role: "operator" });
    can("second", "ops", { email: "local@example.com", email_verified: true });
    const third = await signIn();
    expect(third.me.status).toBe(200);
    expect(third.me.body["caller"]).not.toMatchObject({ id: local.id });
  });

  test("what was not begun in this browser does not end in it, and nothing ends twice", async () => {
    can("twice", "ops");
    const cookies = new Map<string, string>();
    const begun = await fetch(`${gateway.url}/admin/v1/sign-in/oidc`, { redirect: "manual" });
    const flow = (begun.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    const failed = `${gateway.url}/sign-in?problem=sign_in_failed`;
    // Another browser, led to the same address.
    const stolen = await follow(begun.headers.get("location") ?? "", cookies);
    expect(stolen.headers.get("location")).toBe(failed);
    const forged = await fetch(`${gateway.url}${callback}?code=x&state=y&iss=${issuerUrl}`, {
      redirect: "manual",
      headers: { cookie: flow },
    });
    expect([forged.status, forged.headers.get("location")]).toEqual([303, failed]);
    const again = await follow(
      begun.headers.get("location") ?? "",
      new Map([[flow.split("=")[0] ?? "", flow.split("=")[1] ?? ""]]),
    );
    expect(again.headers.get("location")).toBe(failed);
  });

  test("it leads to no other site afterwards", async () => {
    for (const to of [
      "https://evil.example",
      "//evil.example",
      "/\\evil.example",
      "evil",
      "/a b",
    ]) {
      const answer = await fetch(
        `${gateway.url}/admin/v1/sign-in/oidc?to=${encodeURIComponent(to)}`,
        { redirect: "manual" },
      );
      expect([to, answer.status]).toEqual([to, 400]);
    }
  });
});

test("a provider that is away is a fault of its own, and the next sign-in asks again", async () => {
  const away = await startTestGateway({
    oidc: { issuer: "http://127.0.0.1:9", client_id: "pinhole", default_role: "viewer" },
  });
  const answer = await withCookie(away).ask("GET", "/admin/v1/sign-in/oidc");
  expect([answer.status, answer.body["error"]]).toMatchObject([
    502,
    { code: "identity_provider_failed" },
  ]);
  await away.close();
});

test("without one there is no way by one", async () => {
  const bare = await startTestGateway();
  const ways = await withCookie(bare).ask("GET", "/admin/v1/sign-in");
  expect(ways.body["oidc"] ?? null).toBeNull();
  expect((await withCookie(bare).ask("GET", "/admin/v1/sign-in/oidc")).status).toBe(404);
  expect(cookieOf(ways)).toBe("");
  await bare.close();
});
