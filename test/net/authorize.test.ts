import { afterAll, afterEach, describe, expect, test } from "vitest";
import { PinholeError } from "../../src/core/errors.ts";
import type { Provider } from "../../src/core/provider.ts";
import { Secret } from "../../src/core/secret.ts";
import { createCredentialStore } from "../../src/net/upstream/credential-cache.ts";
import { createEgress } from "../../src/net/egress.ts";
import { httpServer, type Loopback, secretKey, stubProvider, upstreamAt } from "./loopback.ts";

let now = 1_000_000;
const egress = createEgress({ now: () => now });
const servers: Loopback[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
afterAll(() => egress.close());

interface Issuer {
  readonly server: Loopback;
  /** Bodies of the token requests. */
  readonly forms: string[];
  /** The `authorization` of each other request. */
  readonly paid: (string | undefined)[];
}

/** One server that is both identity provider (`/token`) and upstream. Tokens are numbered. */
async function issuer(status = 200): Promise<Issuer> {
  const forms: string[] = [];
  const paid: (string | undefined)[] = [];
  const server = await httpServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const isToken = request.url === "/token";
      if (isToken) forms.push(`${request.headers["content-type"]} ${body}`);
      else paid.push(request.headers.authorization);
      const token = { access_token: `token-${forms.length}`, said: body };
      response.writeHead(isToken ? status : 200, { "content-type": "application/json" });
      response.end(JSON.stringify(isToken ? token : {}));
    });
  });
  servers.push(server);
  return { server, forms, paid };
}

/** A provider that trades its key for a token of ten seconds. */
function trading(server: Loopback, fields: Partial<Provider> = {}): Provider {
  return stubProvider({
    credentialOrigins: () => [server.origin],
    async authorize({ http, cache, now: time }) {
      const token = await cache.get(server.origin, async () => {
        const form = { grant: "client credentials", secret: secretKey };
        const json = await http.post({ url: `${server.origin}/token`, form });
        // The stub server answers with it.
        const { access_token: value } = json as { access_token: string };
        return { value: new Secret(value), expiresAt: time() + 10_000 };
      });
      return { authorization: `Bearer ${token.reveal()}` };
    },
    ...fields,
  });
}

const thrownBy = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );

describe("a token of an identity provider", () => {
  test("is asked for with a form, once for calls side by side, and again when it has expired", async () => {
    const { server, forms, paid } = await issuer();
    const http = upstreamAt(egress, server, { provider: trading(server), deadline: now + 60_000 });
    await Promise.all([http.call({ url: "/a" }), http.call({ url: "/b" })]);
    expect(forms).toEqual([
      `application/x-www-form-urlencoded grant=client+credentials&secret=${secretKey}`,
    ]);
    now += 9_999;
    await http.call({ url: "/c" });
    expect(paid).toEqual(["Bearer token-1", "Bearer token-1", "Bearer token-1"]);
    now += 1;
    await http.call({ url: "/d" });
    expect(paid.at(-1)).toBe("Bearer token-2");
    expect(forms).toHaveLength(2);
  });

  test.each([
    [400, "upstream_credentials"],
    [401, "upstream_credentials"],
    [429, "upstream_rate_limited"],
    [500, "upstream_busy"],
    [503, "upstream_busy"],
    [302, "upstream_refused"],
  ])("refused with %i is %s, and nothing that costs is sent", async (status, code) => {
    const { server, paid } = await issuer(status);
    const fields = { provider: trading(server), deadline: now + 60_000 };
    const thrown = await thrownBy(upstreamAt(egress, server, fields).call({ url: "/a" }));
    expect(thrown).toMatchObject({ name: "PinholeError", code });
    expect(paid).toEqual([]);
    if (!(thrown instanceof PinholeError)) throw new Error("no PinholeError was thrown");
    // The server echoes the form: its secret must not reach the log.
    expect(thrown.detail).toContain("client+credentials");
    expect(`${thrown.detail} ${thrown.message}`).not.toContain(secretKey);
  });

  test("that cannot be asked for says that nothing was sent", async () => {
    const { server } = await issuer();
    const provider = trading(server);
    await server.close();
    const fields = { provider, deadline: now + 60_000 };
    expect(await thrownBy(upstreamAt(egress, server, fields).call({ url: "/a" }))).toMatchObject({
      code: "upstream_unreachable",
    });
  });

  test("is asked for nowhere but at the provider's own hosts", async () => {
    const { server, forms } = await issuer();
    const other = await issuer();
    const provider = trading(server, { credentialOrigins: () => [] });
    const fields = { provider, deadline: now + 60_000 };
    const thrown = await thrownBy(upstreamAt(egress, other.server, fields).call({ url: "/a" }));
    expect(thrown).not.toBeInstanceOf(PinholeError);
    expect([...forms, ...other.forms, ...other.paid]).toEqual([]);
  });
});

describe("kept credentials", () => {
  const secret = (value: string) => ({ value: new Secret(value), expiresAt: Infinity });

  test("belong to one provider", async () => {
    const store = createCredentialStore(() => 0);
    const one = await store.of("a").get("key", async () => secret("one"));
    const two = await store.of("b").get("key", async () => secret("two"));
    expect([one.reveal(), two.reveal()]).toEqual(["one", "two"]);
  });

  test("a caller who goes away takes nobody else's token along", async () => {
    const cache = createCredentialStore(() => 0).of("a");
    const gone = Promise.withResolvers<ReturnType<typeof secret>>();
    const first = thrownBy(cache.get("key", () => gone.promise));
    const others = [1, 2].map((number) => cache.get("key", async () => secret(`token-${number}`)));
    gone.reject(new PinholeError("upstream_unreachable", { message: "gone" }));
    expect(await first).toMatchObject({ code: "upstream_unreachable" });
    expect((await Promise.all(others)).map((token) => token.reveal())).toEqual([
      "token-1",
      "token-1",
    ]);
  });

  test("a refusal is every waiting caller's, and asked again by the next", async () => {
    const cache = createCredentialStore(() => 0).of("a");
    const refusal = new PinholeError("upstream_credentials", { message: "no" });
    let asked = 0;
    const refuse = async () => {
      asked += 1;
      throw refusal;
    };
    const both = [thrownBy(cache.get("key", refuse)), thrownBy(cache.get("key", refuse))];
    expect(await Promise.all(both)).toEqual([refusal, refusal]);
    expect(asked).toBe(1);
    expect((await cache.get("key", async () => secret("later"))).reveal()).toBe("later");
  });
});
