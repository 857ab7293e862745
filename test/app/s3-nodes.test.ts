import { afterAll, beforeAll, expect, onTestFinished, test, type TestContext } from "vitest";
import { type TestGateway, postJson, startTestGateway } from "../support/gateway.ts";
import { postgresPrograms, startPostgres, type TestPostgres } from "../support/postgres.ts";
import { requireForTest } from "../support/require.ts";
import { s3Keys } from "../support/s3-server.ts";
import { startStrictS3, type StrictS3 } from "../support/strict-s3.ts";

let postgres: TestPostgres | undefined;
beforeAll(async () => {
  const programs = postgresPrograms();
  if (programs !== undefined) postgres = await startPostgres(programs);
});
afterAll(() => postgres?.remove());

interface Answer {
  readonly data?: readonly { readonly url?: string; readonly b64_json?: string }[];
}

/** Two gateways on one Postgres and one bucket. */
async function twoNodes(
  context: TestContext,
  database: string,
): Promise<{ first: TestGateway; second: TestGateway; fake: StrictS3 }> {
  const server = requireForTest(context, "Postgres (Debian's package postgresql)", postgres);
  const url = await server.create(database);
  const fake = await startStrictS3();
  fake.signers.keys.set(s3Keys.accessKeyId, { secret: s3Keys.secretAccessKey });
  onTestFinished(() => fake.stop());
  const start = async (): Promise<TestGateway> => {
    const gateway = await startTestGateway({
      secret: "a-secret-of-both-nodes-0123456789abcdef",
      database: { url },
      channels: [{ id: "sandbox", provider: "sandbox", settings: { slow_ms: 1_500 } }],
      images: {
        url: `s3://images?endpoint=${fake.endpoint}`,
        s3: { access_key_id: s3Keys.accessKeyId, secret_access_key: s3Keys.secretAccessKey },
      },
    });
    onTestFinished(() => gateway.close());
    return gateway;
  };
  return { first: await start(), second: await start(), fake };
}

const body = { model: "sandbox-fast", prompt: "two nodes", size: "256x256" };

test("a picture that one node made is given again by the other, from the bucket", async (context) => {
  const { first, second, fake } = await twoNodes(context, "again");
  const asked = { ...body, response_format: "b64_json" };
  const key = { "idempotency-key": "order-7" };
  const made = await postJson(first, "/v1/images/generations", asked, key);
  const id = made.headers.get("x-request-id") ?? "";
  const { data } = (await made.json()) as Answer;
  // The record says that it is kept once it is there.
  await expect.poll(() => fake.objects.size).toBe(1);
  const again = await postJson(second, "/v1/images/generations", asked, key);
  expect(again.status).toBe(200);
  expect(((await again.json()) as Answer).data?.[0]?.b64_json).toBe(data?.[0]?.b64_json);
  const headers = { authorization: `Bearer ${second.key}` };
  const fetched = await fetch(`${second.url}/v1/images/requests/${id}`, { headers });
  expect(((await fetched.json()) as Answer).data?.[0]?.b64_json).toBe(data?.[0]?.b64_json);
  expect(fake.seen.filter(({ method }) => method === "PUT")).toHaveLength(1);
});

test("a URL of one node is answered by the other, and deleted through it for both at once", async (context) => {
  const { first, second, fake } = await twoNodes(context, "url");
  const made = await postJson(first, "/v1/images/generations", { ...body, response_format: "url" });
  const id = made.headers.get("x-request-id") ?? "";
  const { data } = (await made.json()) as Answer;
  const { pathname, search } = new URL(data?.[0]?.url ?? "");
  const statuses = async (): Promise<number[]> =>
    Promise.all(
      [first, second].map(async ({ url }) => (await fetch(url + pathname + search)).status),
    );
  expect(await statuses()).toEqual([200, 200]);
  const headers = { authorization: `Bearer ${second.key}` };
  const path = `${second.url}/v1/images/requests/${id}`;
  await expect
    .poll(async () => (await fetch(path, { method: "DELETE", headers })).ok && fake.objects.size)
    .toBe(0);
  expect(await statuses()).toEqual([410, 410]);
});

test("a request that still runs on one node is deleted through the other: nothing of it stays", async (context) => {
  const { first, second, fake } = await twoNodes(context, "running");
  const asked = { ...body, model: "sandbox-slow", response_format: "url" };
  const answer = postJson(first, "/v1/images/generations", asked, { "x-request-id": "mine" });
  const headers = { authorization: `Bearer ${second.key}` };
  const path = `${second.url}/v1/images/requests/mine`;
  await expect
    .poll(async () => (await fetch(path, { method: "DELETE", headers })).ok, { timeout: 60_000 })
    .toBe(true);
  expect(fake.objects.size).toBe(0);
  const { data } = (await (await answer).json()) as Answer;
  await expect.poll(() => fake.seen.some(({ method }) => method === "DELETE")).toBe(true);
  await expect.poll(() => fake.objects.size).toBe(0);
  expect((await fetch(data?.[0]?.url ?? "")).status).toBe(410);
});
