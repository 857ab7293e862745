import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { type Asker, cookieOf, goodPassword, withCookie, withToken } from "../support/people.ts";

/** What the audit has of those who come in and go. */
let gateway: TestGateway;
let admin: Asker;
beforeAll(async () => {
  gateway = await startTestGateway();
  admin = withToken(gateway, gateway.adminToken);
});
afterAll(() => gateway.close());

interface Entry {
  readonly action: string;
  readonly who: string;
  readonly resource: string;
  readonly resource_id: string;
  readonly address: string | null;
  readonly request_id: string | null;
  readonly after: unknown;
}

async function entries(query = ""): Promise<readonly Entry[]> {
  const { body } = await admin.ask("GET", `/admin/v1/audit?limit=100${query}`);
  return (body["data"] as Entry[]).toReversed();
}

const signIn = (login: string, password: string) =>
  withCookie(gateway).ask("POST", "/admin/v1/session", { login, password });

test("coming in, going, passwords, links and tokens are in the audit with who and from where, without any secret", async () => {
  const wanted = { login: "ada", name: "Ada", role: "operator" };
  const invited = await admin.ask("POST", "/admin/v1/people", wanted);
  const id = String(invited.body["id"]);
  const { code } = invited.body["invitation"] as { code: string };
  const accepted = await withCookie(gateway).ask("POST", "/admin/v1/invitation", {
    code,
    password: goodPassword,
  });
  const first = withCookie(gateway, cookieOf(accepted));
  const next = "another good password";
  const wrong = { present: "not the present one", password: next };
  expect((await first.ask("PUT", "/admin/v1/session/password", wrong)).status).toBe(401);
  const change = { present: goodPassword, password: next };
  expect((await first.ask("PUT", "/admin/v1/session/password", change)).status).toBe(200);
  await first.ask("DELETE", "/admin/v1/session");
  await first.ask("DELETE", "/admin/v1/session");
  expect((await signIn("ada", "a guess of mine")).status).toBe(401);
  const signedIn = await signIn("ada", next);
  const secret = { name: "ci", role: "viewer" };
  const made = await admin.ask("POST", "/admin/v1/tokens", secret);
  const path = `/admin/v1/tokens/${String(made.body["id"])}`;
  await admin.ask("DELETE", path, undefined, { "if-match": "*" });
  const person = `person ${id}`;
  const ofPerson = await entries(`&resource_id=${id}`);
  expect(ofPerson.map(({ action, who }) => [action, who])).toEqual([
    ["create", "admin"],
    ["join", person],
    ["sign_in", person],
    ["refuse_sign_in", "nobody"],
    ["change_password", person],
    ["sign_out", person],
    ["refuse_sign_in", "nobody"],
    ["sign_in", person],
  ]);
  for (const { address, request_id: request } of ofPerson)
    expect([address, request]).toEqual(["127.0.0.1", expect.stringMatching(/^req_/)]);
  const all = await entries();
  expect(all.map(({ resource, action }) => `${resource} ${action}`)).toEqual(
    expect.arrayContaining(["token create", "token delete"]),
  );
  const secrets = [
    code,
    goodPassword,
    next,
    "a guess of mine",
    "not the present one",
    cookieOf(accepted).slice(8),
    cookieOf(signedIn).slice(8),
    String(made.body["token"]),
    gateway.adminToken,
  ];
  const text = JSON.stringify(all);
  for (const one of secrets) expect([one, text.includes(one)]).toEqual([one, false]);
});

test("whoever guesses at names that there are not fills no audit", async () => {
  const before = (await entries()).length;
  const statuses = [];
  for (let at = 0; at < 52; at += 1)
    statuses.push((await signIn(`stranger ${at}`, "my secret password")).status);
  expect(statuses.at(-1)).toBe(429);
  const written = (await entries()).slice(before);
  expect(written).toMatchObject([
    { action: "refuse_sign_in", resource: "session", resource_id: "unknown", who: "nobody" },
  ]);
  expect(JSON.stringify(written)).not.toMatch(/stranger|my secret/);
});
