import { describe, expect, test } from "vitest";
import type { TestGateway } from "../support/gateway.ts";
import type { Execution } from "../support/held-upstream.ts";
import { rawJson, send } from "./raw-client.ts";
import { ask, asked, json, pictureOf, setUp } from "./setup.ts";
import { waitFor } from "../support/wait-for.ts";

/** Failures after which a picture may have been made and billed. */
const doubtful: readonly (readonly [string, (execution: Execution) => void])[] = [
  ["500", (execution) => execution.refuse(500, { error: { message: "boom" } })],
  ["502", (execution) => execution.refuse(502, "<html>")],
  ["a reset", (execution) => execution.reset()],
  ["an answer without a picture", (execution) => execution.refuse(200, { data: [] })],
];

/** Failures that bought nothing. */
const free: readonly (readonly [string, (execution: Execution) => void])[] = [
  ["429", (execution) => execution.refuse(429, { error: { message: "slow down" } })],
  ["503 of its own", (execution) => execution.refuse(503, { error: { message: "busy" } })],
  ["400", (execution) => execution.refuse(400, { error: { message: "bad size" } })],
  ["401", (execution) => execution.refuse(401, { error: { message: "key" } })],
];

describe("a client that repeats without saying so, as the AI SDK and LiteLLM do", () => {
  test.each(doubtful)("after %s is answered from that error and buys nothing", async (_, fail) => {
    const { gateway, upstream } = await setUp();
    const first = ask(gateway);
    fail(await upstream.arrived(0));
    const { status } = await first;
    upstream.answerAll();
    for (let repeat = 0; repeat < 2; repeat += 1) {
      const again = await ask(gateway);
      expect([again.status, again.headers.get("x-should-retry")]).toEqual([status, "false"]);
      expect((await json(again)).error?.message).toContain("fresh Idempotency-Key");
    }
    expect(upstream.executions).toHaveLength(1);
    const bought = await ask(gateway, { "idempotency-key": "fresh" });
    expect((await pictureOf(bought)).equals(upstream.executions[1]?.picture as Buffer)).toBe(true);
    // Now there is a success as well; the error is still what an equal request without a key repeats.
    expect((await ask(gateway)).status).toBe(status);
  });

  test.each(free)("after %s, which bought nothing, is a request of its own", async (_, fail) => {
    const { gateway, upstream } = await setUp();
    const first = ask(gateway);
    fail(await upstream.arrived(0));
    await first;
    const second = ask(gateway);
    (await upstream.arrived(1)).answer();
    expect((await second).status).toBe(200);
  });

  test("as a stream, or with an Idempotency-Key the first time, all the same", async () => {
    const { gateway, upstream } = await setUp();
    const streamed = { ...asked, stream: true };
    const first = ask(gateway, {}, streamed);
    (await upstream.arrived(0)).refuse(500, {});
    expect([(await first).status, (await ask(gateway, {}, streamed)).status]).toEqual([502, 502]);
    const keyed = ask(gateway, { "idempotency-key": "order-1" });
    (await upstream.arrived(1)).refuse(500, {});
    expect([(await keyed).status, (await ask(gateway)).status]).toEqual([502, 502]);
    expect(upstream.executions).toHaveLength(2);
  });

  test("is attached to what its client left, once; the next one is a new request", async () => {
    const { gateway, upstream } = await setUp();
    const first = send(gateway, withoutCount(gateway));
    await upstream.arrived(0);
    await first.drop();
    const second = ask(gateway);
    // Taken, so this one has nothing to repeat.
    await waitFor(async () => expect(await isOneNoted(gateway)).toBe(true));
    const third = ask(gateway);
    (await upstream.arrived(1)).answer();
    upstream.executions[0]?.answer();
    const [two, three] = [await pictureOf(await second), await pictureOf(await third)];
    expect(two.equals(upstream.executions[0]?.picture as Buffer)).toBe(true);
    expect(three.equals(upstream.executions[1]?.picture as Buffer)).toBe(true);
  });

  test("gets the finished picture where the request ended after its client had left", async () => {
    const { gateway, upstream } = await setUp();
    const first = send(gateway, withoutCount(gateway));
    const execution = await upstream.arrived(0);
    await first.drop();
    execution.answer();
    await waitFor(async () => expect(await stateOf(gateway)).toBe("succeeded"));
    expect((await pictureOf(await ask(gateway))).equals(execution.picture)).toBe(true);
    expect(upstream.executions).toHaveLength(1);
  });
});

/** A request of a client that is no official SDK. */
function withoutCount(gateway: TestGateway): ReturnType<typeof rawJson> {
  const { head, body } = rawJson(gateway, asked, 0);
  return { head: head.replace(/x-stainless-retry-count: 0\r\n/, ""), body };
}

async function newest(gateway: TestGateway): Promise<Record<string, unknown> | undefined> {
  const headers = { authorization: `Bearer ${gateway.adminToken}` };
  const response = await fetch(`${gateway.url}/admin/v1/requests`, { headers });
  // The admin API's own answer.
  const { data } = (await response.json()) as { data: Record<string, unknown>[] };
  return data[0];
}

const stateOf = async (gateway: TestGateway): Promise<unknown> =>
  (await newest(gateway))?.["state"];

/** True once one repeat has been written down, which happens when it is attached. */
async function isOneNoted(gateway: TestGateway): Promise<boolean> {
  const { DatabaseSync } = await import("node:sqlite");
  const database = new DatabaseSync(`${gateway.folder}/data/pinhole.db`, { readOnly: true });
  try {
    const row = database.prepare("SELECT count(*) AS count FROM repeats").get();
    return row?.["count"] === 1;
  } finally {
    database.close();
  }
}

describe("equal requests stay separate pictures", () => {
  test("side by side, also where one of them fails meanwhile", async () => {
    const { gateway, upstream } = await setUp();
    const calls = [ask(gateway), ask(gateway), ask(gateway)];
    // All are on their way: one that came after the refusal would be a repeat.
    const executions = await Promise.all([0, 1, 2].map((at) => upstream.arrived(at)));
    executions[0]?.refuse(500, {});
    await Promise.race(calls);
    executions[1]?.answer();
    executions[2]?.answer();
    const statuses = (await Promise.all(calls)).map(({ status }) => status);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 200, 502]);
  });

  test("after a success", async () => {
    const { gateway, upstream } = await setUp();
    upstream.answerAll();
    const [one, two] = [await pictureOf(await ask(gateway)), await pictureOf(await ask(gateway))];
    expect(one.equals(two)).toBe(false);
    expect(upstream.executions).toHaveLength(2);
  });

  test("of another key or another body after an error", async () => {
    const other = "other-key-0123456789-abcdef";
    const { gateway, upstream } = await setUp({
      keys: [
        { name: "test", key: "test-key-0123456789-abcdef" },
        { name: "other", key: other },
      ],
    });
    const first = ask(gateway);
    (await upstream.arrived(0)).refuse(500, {});
    await first;
    upstream.answerAll();
    const theirs = await ask(gateway, { authorization: `Bearer ${other}` });
    const changed = await ask(gateway, {}, { ...asked, n: 2, size: "512x512" });
    expect([theirs.status, changed.status]).toEqual([200, 200]);
  });

  test.each([{ repeat_window: 0 }, { repeat_window: "1ms" }])(
    "where the window is off or over: %o",
    async (policy) => {
      const { gateway, upstream } = await setUp({ policy });
      const first = ask(gateway);
      (await upstream.arrived(0)).refuse(500, {});
      await first;
      await new Promise((resolve) => setTimeout(resolve, 20));
      const second = ask(gateway);
      (await upstream.arrived(1)).answer();
      expect((await second).status).toBe(200);
    },
  );
});

describe("GET /v1/images/requests/{id} finds an answer that was another request's by its own id", () => {
  const get = async (gateway: TestGateway, id: string | null): Promise<Response> =>
    fetch(`${gateway.url}/v1/images/requests/${id ?? "none"}`, {
      headers: { authorization: `Bearer ${gateway.key}` },
    });

  test("replayed, attached while it ran, and by the client's own id", async () => {
    const { gateway, upstream } = await setUp();
    const key = { "idempotency-key": "order-1" };
    const first = ask(gateway, { ...key, "x-request-id": "first" });
    const execution = await upstream.arrived(0);
    const attached = ask(gateway, { ...key, "x-request-id": "second" });
    await waitFor(async () => expect(await isOneNoted(gateway)).toBe(true));
    execution.answer();
    const answers = [await first, await attached, await ask(gateway, key)];
    const ids = answers.map(({ headers }) => headers.get("x-request-id"));
    expect(new Set(ids).size).toBe(3);
    for (const answer of answers) await answer.arrayBuffer();
    for (const id of [...ids, "first", "second"]) {
      const found = await get(gateway, id);
      expect((await pictureOf(found)).equals(execution.picture)).toBe(true);
    }
    // Another key's answers are not found.
    expect((await get(gateway, "third")).status).toBe(404);
  });

  test("errors too, by an Idempotency-Key or within the window", async () => {
    const { gateway, upstream } = await setUp();
    const key = { "idempotency-key": "order-1" };
    const first = ask(gateway, key);
    (await upstream.arrived(0)).refuse(500, {});
    const answers = [await first, await ask(gateway, key), await ask(gateway)];
    for (const answer of answers) {
      const found = await get(gateway, answer.headers.get("x-request-id"));
      expect([answer.status, found.status]).toEqual([502, 502]);
    }
  });
});
