import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { cookieOf, goodPassword, join, withCookie, withToken } from "../support/people.ts";

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.close());

const errorOf = (body: Readonly<Record<string, unknown>>): string =>
  String((body["error"] as { code?: unknown } | undefined)?.code);
const signIn = (login: string, password: string, headers: Record<string, string> = {}) =>
  withCookie(gateway).ask("POST", "/admin/v1/session", { login, password }, headers);

describe("signing in", () => {
  test("an invited person comes in once by the link, then by password, in any capitals", async () => {
    const admin = withToken(gateway, gateway.adminToken);
    const wanted = { login: "Ada@Example.com", name: "Ada", role: "operator" };
    const invited = await admin.ask("POST", "/admin/v1/people", wanted);
    expect(invited.status).toBe(201);
    expect(invited.body).toMatchObject({ login: "ada@example.com", state: "invited", version: 1 });
    const { code, path } = invited.body["invitation"] as { code: string; path: string };
    expect(path).toBe(`/welcome#${code}`);
    const page = withCookie(gateway);
    const asked = await page.ask("POST", "/admin/v1/invitation/check", { code });
    expect(asked.body).toEqual({ object: "invitation", ...wanted, login: "ada@example.com" });
    const short = { code, password: "short" };
    expect((await page.ask("POST", "/admin/v1/invitation", short)).status).toBe(400);
    const accepted = await page.ask("POST", "/admin/v1/invitation", {
      code,
      password: goodPassword,
    });
    expect(accepted.status).toBe(201);
    const again = await page.ask("POST", "/admin/v1/invitation", { code, password: goodPassword });
    expect([again.status, errorOf(again.body)]).toEqual([401, "invitation_not_valid"]);

    const signedIn = await signIn(" ADA@example.COM ", goodPassword);
    expect(signedIn.status).toBe(201);
    expect(signedIn.headers.get("set-cookie")).toMatch(
      /^pinhole=[\w-]{43}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Strict$/,
    );
    const me = await withCookie(gateway, cookieOf(signedIn)).ask("GET", "/admin/v1/session");
    expect(me.body).toMatchObject({
      caller: { kind: "person", id: invited.body["id"], name: "Ada", role: "operator" },
      login: "ada@example.com",
      method: "password",
      has_password: true,
    });
    expect(me.headers.get("cache-control")).toBe("no-store");
  });

  test("one answer for a wrong password, an unknown login, somebody without a password and the disabled", async () => {
    await join(gateway, { login: "bob", role: "viewer" });
    const admin = withToken(gateway, gateway.adminToken);
    await admin.ask("POST", "/admin/v1/people", { login: "new", name: "New", role: "viewer" });
    const answers = [
      await signIn("bob", `${goodPassword}!`),
      await signIn("nobody", goodPassword),
      await signIn("new", goodPassword),
    ];
    const told = answers.map(({ status, body }) => [status, body["error"]]);
    expect(told[0]?.[0]).toBe(401);
    expect(errorOf(answers[0]?.body ?? {})).toBe("sign_in_failed");
    expect(told[1]).toEqual(told[0]);
    expect(told[2]).toEqual(told[0]);
    for (const { headers } of answers) expect(headers.get("set-cookie")).toBeNull();
  });

  test("guessing at one account ends after ten tries, also for the right password, and not at another", async () => {
    await join(gateway, { login: "guessed", role: "viewer" });
    await join(gateway, { login: "other", role: "viewer" });
    const statuses: number[] = [];
    for (let tries = 0; tries < 11; tries += 1)
      statuses.push((await signIn("guessed", `wrong ${tries}`)).status);
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429]);
    const refused = await signIn("GUESSED", goodPassword);
    expect([refused.status, errorOf(refused.body)]).toEqual([429, "too_many_sign_ins"]);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(600);
    expect(JSON.stringify(refused.body)).toMatch(/try again in 1\d minutes/);
    expect(refused.headers.get("x-should-retry")).toBe("false");
    expect((await signIn("other", goodPassword)).status).toBe(201);
  });

  test("who signs in often is not taken for one who guesses", async () => {
    await join(gateway, { login: "often", role: "viewer" });
    for (let tries = 0; tries < 12; tries += 1)
      expect((await signIn("often", goodPassword)).status).toBe(201);
  });
});

describe("a session", () => {
  test("ends when signed out, for this browser alone", async () => {
    const one = await join(gateway, { login: "leaver", role: "viewer" });
    const two = withCookie(gateway, cookieOf(await signIn("leaver", goodPassword)));
    const out = await one.ask("DELETE", "/admin/v1/session");
    expect([out.status, out.headers.get("set-cookie")]).toEqual([
      200,
      "pinhole=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict",
    ]);
    expect((await one.ask("GET", "/admin/v1/session")).status).toBe(401);
    expect((await one.ask("DELETE", "/admin/v1/session")).status).toBe(200);
    expect((await two.ask("GET", "/admin/v1/session")).status).toBe(200);
  });

  test("another password needs the present one and ends the person's other sessions", async () => {
    const one = await join(gateway, { login: "changer", role: "viewer" });
    const two = withCookie(gateway, cookieOf(await signIn("changer", goodPassword)));
    const change = (present: string | null, password: string) =>
      one.ask("PUT", "/admin/v1/session/password", { present, password });
    const next = "another good password";
    expect((await change("wrong wrong wrong", next)).status).toBe(401);
    expect((await change(null, next)).status).toBe(401);
    expect((await change(goodPassword, "changer")).status).toBe(400);
    expect((await change(goodPassword, "aaaaaaaaaaaaaaaa")).status).toBe(400);
    expect((await change(goodPassword, next)).status).toBe(200);
    expect((await one.ask("GET", "/admin/v1/session")).status).toBe(200);
    expect((await two.ask("GET", "/admin/v1/session")).status).toBe(401);
    expect((await signIn("changer", goodPassword)).status).toBe(401);
    expect((await signIn("changer", next)).status).toBe(201);
  });

  test("ids that are none, or belong to nobody, open nothing", async () => {
    for (const cookie of [
      "pinhole=",
      "pinhole=x",
      `pinhole=${"a".repeat(43)}`,
      "other=1",
      "=",
      ";;",
    ]) {
      const asked = await withCookie(gateway, cookie).ask("GET", "/admin/v1/session");
      expect([cookie, asked.status]).toEqual([cookie, 401]);
    }
    const token = await withToken(gateway, gateway.adminToken).ask("GET", "/admin/v1/session");
    expect(token.body).toMatchObject({
      caller: { kind: "environment", role: "owner" },
      method: null,
    });
    const own = { password: goodPassword };
    const change = await withToken(gateway, gateway.adminToken).ask(
      "PUT",
      "/admin/v1/session/password",
      own,
    );
    expect([change.status, errorOf(change.body)]).toEqual([403, "role_not_allowed"]);
  });
});

describe("the origin of what a cookie does", () => {
  const origins: readonly (readonly [string, Record<string, string>])[] = [
    ["another site", { origin: "https://evil.example" }],
    ["another port", { origin: "http://127.0.0.1:1" }],
    ["nowhere", { origin: "null" }],
    ["what is no origin", { origin: "http://127.0.0.1@evil.example" }],
    ["a page that the browser calls cross-site", { "sec-fetch-site": "cross-site" }],
    ["a page that the browser calls same-site", { "sec-fetch-site": "same-site" }],
  ];

  test.each(origins)(
    "%s may neither sign in nor change anything, and may read nothing new",
    async (_of, headers) => {
      const person = await join(gateway, { login: `from-${_of}`, role: "owner" });
      const login = await signIn("nobody", goodPassword, headers);
      expect([login.status, errorOf(login.body)]).toEqual([403, "origin_not_allowed"]);
      for (const [method, path] of [
        ["POST", "/admin/v1/people"],
        ["DELETE", "/admin/v1/session"],
        ["PUT", "/admin/v1/session/password"],
      ] as const) {
        const answer = await person.ask(method, path, {}, headers);
        expect([path, answer.status, errorOf(answer.body)]).toEqual([
          path,
          403,
          "origin_not_allowed",
        ]);
      }
      expect((await person.ask("GET", "/admin/v1/session")).status).toBe(200);
    },
  );

  test("without the header nothing is changed by a cookie, and a token needs none", async () => {
    const { cookie } = await join(gateway, { login: "headless", role: "owner" });
    const change = await fetch(`${gateway.url}/admin/v1/session`, {
      method: "DELETE",
      headers: { cookie },
    });
    expect(change.status).toBe(403);
    const made = await withToken(gateway, gateway.adminToken).ask("POST", "/admin/v1/people", {
      login: "by token",
      name: "T",
      role: "viewer",
    });
    expect(made.status).toBe(201);
  });
});

describe("the cookie", () => {
  test("over https it has the prefix and is Secure, also behind a proxy that told the host alone", async () => {
    const secure = await startTestGateway({
      server: { public_url: "https://images.example/pinhole" },
    });
    try {
      await join(secure, { login: "ada", role: "viewer" });
      const body = { login: "ada", password: goodPassword };
      const headers = { origin: "https://images.example" };
      const answer = await withCookie(secure).ask("POST", "/admin/v1/session", body, headers);
      expect(answer.headers.get("set-cookie")).toMatch(
        /^__Host-pinhole=[\w-]{43}; Path=\/; Max-Age=604800; Secure; HttpOnly; SameSite=Strict$/,
      );
      const own = withCookie(secure, cookieOf(answer));
      expect((await own.ask("GET", "/admin/v1/session")).status).toBe(200);
    } finally {
      await secure.close();
    }
  });

  test("over plain http from another machine nobody signs in", async () => {
    const open = await startTestGateway({ server: { public_url: "http://images.example" } });
    try {
      const body = { login: "ada", password: goodPassword };
      const headers = { origin: "http://images.example" };
      const answer = await withCookie(open).ask("POST", "/admin/v1/session", body, headers);
      expect([answer.status, errorOf(answer.body)]).toEqual([403, "origin_not_allowed"]);
      expect(JSON.stringify(answer.body)).toContain("https");
    } finally {
      await open.close();
    }
  });
});
