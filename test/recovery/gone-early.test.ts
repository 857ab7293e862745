import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { startTestGateway, type TestGateway, testKey } from "../support/gateway.ts";
import { startHeldUpstream } from "../support/held-upstream.ts";
import { recordOf } from "../support/records.ts";
import { pictureIn, type RawCall, rawJson, send, wholeAnswer } from "./raw-client.ts";
import { ask, asked, channelAt, pictureOf, setUp } from "./setup.ts";
import { waitFor } from "../support/wait-for.ts";

const perMinute = 100;
const keys = [{ name: "test", key: testKey, rpm: perMinute }];

/** Keeps the gateway from writing to its database until `end`. */
function holdDatabase({ folder }: TestGateway): { end(): void } {
  const database = new DatabaseSync(join(folder, "data", "pinhole.db"));
  database.exec("BEGIN IMMEDIATE");
  onTestFinished(() => database.close());
  return { end: () => database.exec("ROLLBACK") };
}

/** Resolves when so many requests have begun: they count against the key's limit just before their records are written. */
async function begun(gateway: TestGateway, count: number): Promise<void> {
  const look = async (): Promise<void> => {
    const response = await fetch(`${gateway.url}/v1/models`, {
      headers: { authorization: `Bearer ${gateway.key}` },
    });
    const remaining = response.headers.get("x-ratelimit-remaining-requests");
    expect(remaining).toBe(String(perMinute - count));
  };
  // Shorter than the gateway waits for its database.
  await waitFor(look);
}

/** Goes away, and waits until the gateway has seen it. */
async function leave(gateway: TestGateway, { socket }: RawCall): Promise<void> {
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.destroy();
  await closed;
  // An answer to a later connection: what came before it has been seen.
  await (await fetch(`${gateway.url}/health/live`)).text();
}

test("a client that leaves while its record is being written is answered by its retry, long after", async () => {
  const { gateway, upstream } = await setUp({ keys });
  const held = holdDatabase(gateway);
  const first = send(gateway, rawJson(gateway, asked, 0));
  await begun(gateway, 1);
  await leave(gateway, first);
  held.end();
  const execution = await upstream.arrived(0);
  execution.answer();
  // From here on only the record tells that its client has gone.
  const { data } = (await (
    await fetch(`${gateway.url}/admin/v1/requests`, {
      headers: { authorization: `Bearer ${gateway.adminToken}` },
    })
  ).json()) as { data: { id: string }[] };
  await recordOf(gateway, data[0]?.id ?? "");
  upstream.answerAll();
  const retry = await wholeAnswer(send(gateway, rawJson(gateway, asked, 1)));
  expect(pictureIn(retry).equals(execution.picture)).toBe(true);
  expect(upstream.executions).toHaveLength(1);
});

test("a client that stays until its record is written is not taken for one that left", async () => {
  const { gateway, upstream } = await setUp({ keys });
  upstream.answerAll();
  const held = holdDatabase(gateway);
  const first = ask(gateway);
  await begun(gateway, 1);
  held.end();
  const answered = await first;
  const picture = await pictureOf(answered);
  await recordOf(gateway, answered.headers.get("x-request-id"));
  // What says that it is a retry has nothing to be answered from.
  const other = await pictureOf(await ask(gateway, { "x-stainless-retry-count": "1" }));
  expect(other.equals(picture)).toBe(false);
  expect(upstream.executions).toHaveLength(2);
});

test("a client that leaves while it waits for a channel costs nothing: nobody has heard of its request", async () => {
  const upstream = await startHeldUpstream();
  onTestFinished(() => upstream.close());
  const busy = { ...channelAt(upstream), limits: { concurrency: 1, queue: 5 } };
  const gateway = await startTestGateway({ keys, channels: [busy] });
  onTestFinished(() => gateway.close());
  const first = ask(gateway);
  const execution = await upstream.arrived(0);
  const second = send(gateway, rawJson(gateway, { ...asked, prompt: "another" }, 0));
  await begun(gateway, 2);
  await leave(gateway, second);
  execution.answer();
  await (await first).arrayBuffer();
  // The channel is free for whoever comes next, and that is the next one that it hears of.
  const third = ask(gateway, {}, { ...asked, prompt: "a third" });
  const next = await upstream.arrived(1);
  expect(next.body.toString()).toContain("a third");
  next.answer();
  expect((await third).status).toBe(200);
  const list = await fetch(`${gateway.url}/admin/v1/requests`, {
    headers: { authorization: `Bearer ${gateway.adminToken}` },
  });
  // The gateway's own answer.
  const { data } = (await list.json()) as { data: unknown[] };
  expect(data).toHaveLength(2);
});
