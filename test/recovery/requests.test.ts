import { expect, onTestFinished, test } from "vitest";
import type { TestGateway } from "../support/gateway.ts";
import { rawJson, send } from "./raw-client.ts";
import { ask, asked, channelAt, json, pictureOf, setUp } from "./setup.ts";
import { startHeldUpstream } from "../support/held-upstream.ts";

const otherKey = "other-key-0123456789-abcdef";
const keys = [
  { name: "test", key: "test-key-0123456789-abcdef" },
  { name: "other", key: otherKey },
];

function byId(
  gateway: TestGateway,
  id: string | null,
  { method = "GET", key = gateway.key }: { readonly method?: string; readonly key?: string } = {},
): Promise<Response> {
  return fetch(`${gateway.url}/v1/images/requests/${id}`, {
    method,
    headers: { authorization: `Bearer ${key}` },
  });
}

test("what a client asked for and left is finished, kept, and fetched by its own id", async () => {
  const { gateway, upstream } = await setUp({ keys });
  const request = rawJson(gateway, asked, 0);
  const head = request.head.replace("\r\n\r\n", "\r\nx-request-id: theirs-1\r\n\r\n");
  const call = send(gateway, { ...request, head });
  const execution = await upstream.arrived(0);
  const running = await byId(gateway, "theirs-1");
  expect(running.status).toBe(202);
  expect(running.headers.get("retry-after")).toBe("2");
  expect(await running.json()).toMatchObject({ status: "running" });
  await call.drop();
  execution.answer();
  let found = await byId(gateway, "theirs-1");
  while (found.status === 202) found = await byId(gateway, "theirs-1");
  expect(found.status).toBe(200);
  const id = found.headers.get("x-pinhole-replay-of");
  expect((await pictureOf(found)).equals(execution.picture)).toBe(true);
  expect((await pictureOf(await byId(gateway, id))).equals(execution.picture)).toBe(true);
  // Nobody else's.
  for (const asking of [id, "theirs-1"]) {
    const foreign = await byId(gateway, asking, { key: otherKey });
    expect(foreign.status).toBe(404);
    expect(foreign.headers.get("x-should-retry")).toBe("false");
    expect((await byId(gateway, asking, { key: otherKey, method: "DELETE" })).status).toBe(404);
  }
  expect((await byId(gateway, id)).status).toBe(200);
  expect(upstream.executions).toHaveLength(1);
});

test.each(["url", "b64_json"])(
  "what is deleted is a 410, never a new generation: %s",
  async (form) => {
    const { gateway, upstream } = await setUp();
    upstream.answerAll();
    const key = { "idempotency-key": "one" };
    const body = { ...asked, response_format: form };
    const made = await ask(gateway, key, body);
    const id = made.headers.get("x-request-id");
    const [picture] = (await json(made)).data ?? [];
    const deleted = await byId(gateway, id, { method: "DELETE" });
    expect([deleted.status, await deleted.json()]).toEqual([200, { id, deleted: true }]);
    for (const again of [await byId(gateway, id), await ask(gateway, key, body)]) {
      expect(again.status).toBe(410);
      expect(again.headers.get("x-should-retry")).toBe("false");
      expect((await json(again)).error?.code).toBe("result_expired");
    }
    if (picture?.url !== undefined) expect((await fetch(picture.url)).status).toBe(410);
    expect((await byId(gateway, id, { method: "DELETE" })).status).toBe(200);
    expect(upstream.executions).toHaveLength(1);
  },
);

test("a URL in a replay is signed afresh and shows the same picture", async () => {
  const { gateway, upstream } = await setUp();
  upstream.answerAll();
  const body = { ...asked, response_format: "url" };
  const made = await ask(gateway, {}, body);
  const found = await byId(gateway, made.headers.get("x-request-id"));
  const [one, two] = [await pictureOf(made), await pictureOf(found)];
  expect(one.equals(upstream.executions[0]?.picture ?? Buffer.alloc(0))).toBe(true);
  expect(two.equals(one)).toBe(true);
});

test("a failed request is its error, with its own status", async () => {
  const { gateway, upstream } = await setUp();
  const failing = ask(gateway);
  (await upstream.arrived(0)).refuse(500, { error: { message: "boom" } });
  const failed = await failing;
  const found = await byId(gateway, failed.headers.get("x-request-id"));
  expect([found.status, await found.json()]).toEqual([failed.status, await failed.json()]);
  expect((await byId(gateway, "req_unknown")).status).toBe(404);
});

test("beyond recovery_bytes the oldest kept picture goes, and its replay is a 410", async () => {
  const { gateway, upstream } = await setUp({ images: { recovery_bytes: "500KB" } });
  upstream.answerAll();
  const ids: (string | null)[] = [];
  for (const prompt of ["a", "b", "c"]) {
    const made = await ask(gateway, {}, { ...asked, prompt });
    await made.arrayBuffer();
    ids.push(made.headers.get("x-request-id"));
  }
  // Pictures are put away after their answers; the last one is there when it is served from its record.
  let statuses: number[] = [];
  while (statuses[0] !== 410) {
    statuses = await Promise.all(ids.map(async (id) => (await byId(gateway, id)).status));
  }
  expect(statuses).toEqual([410, 200, 200]);
});

test("for a client that has gone nothing more is attempted", async () => {
  const second = await startHeldUpstream();
  onTestFinished(() => second.close());
  second.answerAll();
  const { gateway, upstream } = await setUp({}, [{ ...channelAt(second, "second"), priority: -1 }]);
  const call = send(gateway, rawJson(gateway, asked, 0));
  const execution = await upstream.arrived(0);
  await call.drop();
  // While anybody waits, this goes to the next target.
  execution.refuse(503, { error: { message: "busy", type: "server_error" } });
  const records = async (): Promise<Records> => {
    const headers = { authorization: `Bearer ${gateway.adminToken}` };
    const response = await fetch(`${gateway.url}/admin/v1/requests`, { headers });
    // The admin API's own answer.
    return (await response.json()) as Records;
  };
  let [record] = (await records()).data;
  while (record?.state === "running") [record] = (await records()).data;
  expect(record?.attempts).toHaveLength(1);
  expect(second.executions).toEqual([]);
  // Nothing was bought, so a retry is a request of its own.
  const retry = await ask(gateway, { "x-stainless-retry-count": "1" });
  expect((await pictureOf(retry)).equals(second.executions[0]?.picture ?? Buffer.alloc(0))).toBe(
    true,
  );
});

interface Records {
  readonly data: readonly { readonly state: string; readonly attempts: readonly unknown[] }[];
}
