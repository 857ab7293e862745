import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { postJson, startTestGateway, type TestGateway } from "../support/gateway.ts";
import { type Answer, type Asker, withToken } from "../support/people.ts";

/** The forgetting of an end user, through the whole gateway, down to the bytes of its folder. */
const user = "canary-ann@example.com";
let gateway: TestGateway;
let admin: Asker;
beforeAll(async () => {
  gateway = await startTestGateway({
    channels: [
      {
        id: "paid",
        provider: "sandbox",
        models: [
          { name: "sandbox-fast", price: { per_image_usd: 1 } },
          { name: "sandbox-refuses", price: { per_image_usd: 1 } },
        ],
      },
    ],
  });
  admin = withToken(gateway, gateway.adminToken);
});
afterAll(() => gateway.close());

interface Made {
  readonly id: string;
  readonly url: string;
}

async function make(more: object = {}, headers: Record<string, string> = {}): Promise<Made> {
  const body = {
    model: "sandbox-fast",
    response_format: "url",
    prompt: "canary-heron",
    size: "256x256",
    ...more,
  };
  const answer = await postJson(gateway, "/v1/images/generations", body, headers);
  const { data } = (await answer.json()) as { data?: { url: string }[] };
  return { id: answer.headers.get("x-request-id") ?? "", url: data?.[0]?.url ?? "" };
}

const own = (path: string): Promise<Response> =>
  fetch(gateway.url + path, { headers: { authorization: `Bearer ${gateway.key}` } });
const erase = (name = user): Promise<Answer> =>
  admin.ask("DELETE", `/admin/v1/end-users/${encodeURIComponent(name)}`);

/** Names of files below a folder whose bytes have a text. */
function filesWith(folder: string, text: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => readFileSync(path).includes(text));
}

test("prompts, pictures, labels and answers of an end user are gone, from every byte of the folder; the money is not", async () => {
  const keyed = { "idempotency-key": "canary-key", "x-pinhole-labels": "project=canary-fox" };
  const first = await make({ user }, keyed);
  const second = await make({ user, n: 2 });
  await make({ user, response_format: "b64_json" }, { "x-request-id": "canary-id" });
  await make({ user, model: "sandbox-refuses" });
  const times = Array.from({ length: 12 }, (_, at) => at);
  await Promise.all(times.map((at) => make({ user, prompt: `canary-heron ${at}` })));
  const others = await make({ user: "bob", prompt: "a red fox" });
  const usage = async (): Promise<unknown> =>
    (await admin.ask("GET", "/admin/v1/usage?group=model")).body["data"];
  const spent = await usage();
  expect(filesWith(gateway.folder, "canary-heron")).not.toEqual([]);

  const done = await erase();
  expect([done.status, done.body]).toEqual([
    200,
    {
      object: "erasure",
      requests: 16,
      pictures: expect.any(Number),
      running: 0,
      audit_id: expect.stringMatching(/^[0-9a-f]{8}:[0-9a-f]{64}$/),
    },
  ]);
  expect(done.body["pictures"]).toBeGreaterThanOrEqual(15);
  for (const { url } of [first, second]) expect((await fetch(url)).status).toBe(410);
  expect((await own(`/v1/images/requests/${first.id}`)).status).toBe(410);
  expect((await own("/v1/images/requests/canary-id")).status).toBe(404);
  expect((await fetch(others.url)).status).toBe(200);
  expect((await own(`/v1/images/requests/${others.id}`)).status).toBe(200);
  expect(await usage()).toEqual(spent);
  const labels = (await admin.ask("GET", "/admin/v1/usage?group=label")).body["data"];
  expect(JSON.stringify(labels)).not.toContain("canary");
  const listed = await admin.ask("GET", `/admin/v1/requests/${first.id}`);
  expect(listed.body).toMatchObject({ fields: { erased: true }, cost_usd: "1" });
  const audit = await admin.ask("GET", "/admin/v1/audit?resource=end_user");
  expect(audit.body["data"]).toMatchObject([
    { action: "erase", who: "admin", resource_id: done.body["audit_id"], after: { requests: 16 } },
    { action: "begin_erase", after: null },
  ]);
  // The configuration and the gateway's own secret are not the store's.
  for (const word of ["canary-heron", user, "canary-key", "canary-id", "canary-fox"])
    expect([word, filesWith(gateway.folder, word)]).toEqual([word, []]);
  const asked = gateway.log.filter(({ method }) => method === "DELETE");
  expect(asked).toMatchObject([{ path: "/admin/v1/end-users/:user", status: 200 }]);
  expect(JSON.stringify(asked)).not.toContain("canary");
});

test("asked again it has nothing to do, and a key that was used before begins anew", async () => {
  const again = await erase();
  expect(again.body).toMatchObject({ requests: 0, pictures: 0, running: 0 });
  const anew = await make({ user: "bob" }, { "idempotency-key": "canary-key" });
  expect((await fetch(anew.url)).status).toBe(200);
  expect((await erase("nobody with this name")).body).toMatchObject({ requests: 0 });
});
