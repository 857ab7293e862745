import { expect, test } from "vitest";
import { ask, asked, json, pictureOf, setUp } from "./setup.ts";

const first = { "idempotency-key": "order-1" };

test("the same key with the same request replays the outcome, bytes and facts alike", async () => {
  const { gateway, upstream } = await setUp();
  upstream.answerAll();
  const one = await ask(gateway, first);
  const made = await one.text();
  // Another order of the fields and more white space are the same request.
  const shuffled = `{ "response_format": "b64_json",  "prompt": "a fox", "model": "some-model", "n": null }`;
  const two = await ask(gateway, first, shuffled);
  expect(two.status).toBe(200);
  expect(await two.text()).toBe(made);
  expect(two.headers.get("x-pinhole-replay-of")).toBe(one.headers.get("x-request-id"));
  expect(two.headers.get("x-request-id")).not.toBe(one.headers.get("x-request-id"));
  expect(two.headers.get("x-pinhole-attempts")).toBe("1");
  expect(upstream.executions).toHaveLength(1);
});

test("while the first runs the second waits for it", async () => {
  const { gateway, upstream } = await setUp();
  const one = ask(gateway, first);
  const execution = await upstream.arrived(0);
  const two = ask(gateway, first);
  execution.answer();
  const [a, b] = await Promise.all([pictureOf(await one), pictureOf(await two)]);
  expect(a.equals(execution.picture)).toBe(true);
  expect(b.equals(execution.picture)).toBe(true);
  expect(upstream.executions).toHaveLength(1);
});

test("another request under the key is a 422, running or finished", async () => {
  const { gateway, upstream } = await setUp();
  const one = ask(gateway, first);
  const execution = await upstream.arrived(0);
  const other = { ...asked, prompt: "a dog" };
  const running = await ask(gateway, first, other);
  execution.answer();
  await one;
  const finished = await ask(gateway, first, other);
  for (const refused of [running, finished]) {
    expect(refused.status).toBe(422);
    expect(refused.headers.get("x-should-retry")).toBe("false");
    expect((await json(refused)).error).toMatchObject({
      code: "idempotency_key_reused",
      type: "idempotency_error",
    });
  }
  expect(upstream.executions).toHaveLength(1);
});

test("an error after dispatch is replayed; one that may be retried, and one before it, are not", async () => {
  const { gateway, upstream } = await setUp();
  const failing = ask(gateway, first);
  (await upstream.arrived(0)).refuse(500, { error: { message: "boom" } });
  const one = await failing;
  const two = await ask(gateway, first);
  expect([one.status, two.status]).toEqual([502, 502]);
  expect(await two.json()).toEqual(await one.json());
  expect(two.headers.get("x-should-retry")).toBe("false");
  expect(upstream.executions).toHaveLength(1);

  const busy = { "idempotency-key": "order-2" };
  const refused = ask(gateway, busy);
  (await upstream.arrived(1)).refuse(429, { error: { message: "slow down", type: "x" } });
  expect((await refused).headers.get("x-should-retry")).toBe("true");
  upstream.answerAll();
  expect((await ask(gateway, busy)).status).toBe(200);

  const third = { "idempotency-key": "order-3" };
  expect((await ask(gateway, third, { ...asked, size: "wrong" })).status).toBe(400);
  expect((await ask(gateway, third)).status).toBe(200);
  expect(upstream.executions).toHaveLength(4);
});

test("a key of another gateway key is another key, and a malformed one is refused", async () => {
  const other = "other-key-0123456789-abcdef";
  const { gateway, upstream } = await setUp({
    keys: [
      { name: "test", key: "test-key-0123456789-abcdef" },
      { name: "other", key: other },
    ],
  });
  upstream.answerAll();
  await ask(gateway, first);
  const theirs = await ask(gateway, { ...first, authorization: `Bearer ${other}` });
  expect(theirs.status).toBe(200);
  expect(upstream.executions).toHaveLength(2);
  const long = await ask(gateway, { "idempotency-key": "k".repeat(256) });
  expect(long.status).toBe(400);
  expect(upstream.executions).toHaveLength(2);
});
