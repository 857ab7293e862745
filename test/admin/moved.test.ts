import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.close());

const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(gateway.url + path, {
    ...init,
    headers: {
      authorization: `Bearer ${gateway.adminToken}`,
      "if-match": "*",
      ...(init.body === undefined ? {} : { "content-type": "application/json" }),
    },
  });

describe("addresses of the admin API without a version", () => {
  test.each([
    ["GET", "/admin/keys", "/admin/v1/keys"],
    ["HEAD", "/admin/channels", "/admin/v1/channels"],
    ["GET", "/admin/requests?limit=2&before=a%2Fb", "/admin/v1/requests?limit=2&before=a%2Fb"],
    ["GET", "/admin/requests/req_a%2Fb", "/admin/v1/requests/req_a%2Fb"],
    ["PATCH", "/admin/keys/key_1", "/admin/v1/keys/key_1"],
    ["DELETE", "/admin//keys/key_1/", "/admin/v1/keys/key_1"],
    ["PUT", "/admin/keys/key_1", "/admin/v1/keys/key_1"],
    ["GET", "/admin/health/channels", "/admin/v1/health/channels"],
  ])("%s %s leads to %s", async (method, path, location) => {
    const answer = await ask(path, { method, redirect: "manual" });
    expect([answer.status, answer.headers.get("location")]).toEqual([308, location]);
    expect(answer.headers.get("x-request-id")).toMatch(/^req_/);
  });

  test("nothing else leads there", async () => {
    for (const path of ["/admin", "/admin/", "/admin/v1", "/admin/v1/v1", "/admin/keysx"])
      expect([path, (await ask(path, { redirect: "manual" })).status]).toEqual([path, 404]);
  });

  test("a client that follows them keeps method, query and body", async () => {
    const made = await ask("/admin/keys", {
      method: "POST",
      body: '{"name":"by the old address"}',
    });
    expect(made.status).toBe(201);
    const { id } = (await made.json()) as { id: string };
    const changed = await ask(`/admin/keys/${id}`, { method: "PATCH", body: '{"disabled":true}' });
    expect(await changed.json()).toMatchObject({ id, disabled: true });
    const listed = await ask("/admin/requests?limit=1");
    expect([listed.status, listed.redirected]).toEqual([200, true]);
    expect((await ask("/admin/requests?limit=0")).status).toBe(400);
    expect((await ask("/admin/health/channels")).status).toBe(200);
  });

  test("a token is asked for where they lead", async () => {
    const answer = await fetch(`${gateway.url}/admin/keys`);
    expect([answer.status, new URL(answer.url).pathname]).toEqual([401, "/admin/v1/keys"]);
  });
});
