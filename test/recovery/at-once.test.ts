import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { type HeldUpstream, startHeldUpstream } from "../support/held-upstream.ts";
import { rawJson, send } from "./raw-client.ts";
import { ask, asked, channelAt, json, pictureOf, setUp } from "./setup.ts";

/** Requests of one connection, written at once, so that all are read in one turn; the answers' statuses in order. */
async function pipelined(
  gateway: TestGateway,
  idempotencyKey: string,
  prompts: readonly string[],
): Promise<number[]> {
  const { hostname, port, host } = new URL(gateway.url);
  const texts = prompts.map((prompt) => {
    const body = JSON.stringify({ ...asked, prompt });
    return `POST /v1/images/generations HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${gateway.key}\r\ncontent-type: application/json\r\nidempotency-key: ${idempotencyKey}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  });
  const socket = connect(Number(port), hostname);
  const statuses: number[] = [];
  let rest = "";
  await new Promise<void>((resolve, reject) => {
    socket.on("error", reject);
    socket.on("data", (chunk: Buffer) => {
      rest += chunk.toString("latin1");
      for (;;) {
        const head = /^HTTP\/1\.1 (\d+)[^]*?content-length: (\d+)[^]*?\r\n\r\n/i.exec(rest);
        const end = head === null ? Infinity : head[0].length + Number(head[2]);
        if (rest.length < end) break;
        statuses.push(Number(head?.[1]));
        rest = rest.slice(end);
      }
      if (statuses.length === prompts.length) resolve();
    });
    socket.write(texts.join(""));
  });
  socket.destroy();
  return statuses;
}

test("calls under one key in one turn are one request, and each gets its picture", async () => {
  const { gateway, upstream } = await setUp();
  upstream.answerAll();
  for (let turn = 0; turn < 5; turn += 1) {
    const key = `order-${turn}`;
    expect(await pipelined(gateway, key, ["a", "a", "a"])).toEqual([200, 200, 200]);
    expect(upstream.executions).toHaveLength(turn + 1);
  }
});

test("another request under the key in the same turn is a 422, and buys nothing", async () => {
  const { gateway, upstream } = await setUp();
  upstream.answerAll();
  for (let turn = 0; turn < 5; turn += 1) {
    const statuses = await pipelined(gateway, `order-${turn}`, ["a", "b"]);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 422]);
    expect(upstream.executions).toHaveLength(turn + 1);
  }
});

test("a hundred connections at once under one key get one picture; forms and streams too", async () => {
  const { gateway, upstream } = await setUp();
  const key = { "idempotency-key": "order-1" };
  const calls = Array.from({ length: 100 }, () => ask(gateway, key));
  (await upstream.arrived(0)).answer();
  for (const call of calls) {
    expect((await pictureOf(await call)).equals(upstream.executions[0]?.picture as Buffer)).toBe(
      true,
    );
  }
  const streamKey = { "idempotency-key": "order-2" };
  const streamed = { ...asked, stream: true };
  const streams = [ask(gateway, streamKey, streamed), ask(gateway, streamKey, streamed)];
  (await upstream.arrived(1)).answer();
  for (const stream of streams) {
    expect(await (await stream).text()).toContain("event: image_generation.completed");
  }
  expect(upstream.executions).toHaveLength(2);
});

test("where the first one of a turn is refused before it began, the next one under the key is served", async () => {
  const { gateway, upstream } = await setUp();
  upstream.answerAll();
  const key = { "idempotency-key": "order-1" };
  const [wrong, right] = await Promise.all([
    ask(gateway, key, { ...asked, size: "wrong" }),
    ask(gateway, key),
  ]);
  expect([wrong.status, right.status]).toEqual([400, 200]);
  expect(upstream.executions).toHaveLength(1);
});

/** Two gateways with folders of their own on one database, as two processes have it. */
async function twoOnOneDatabase(
  upstream: HeldUpstream,
  more: Record<string, unknown> = {},
): Promise<[TestGateway, TestGateway]> {
  const folder = await mkdtemp(join(tmpdir(), "pinhole-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const settings = {
    ...more,
    channels: [channelAt(upstream)],
    database: { url: `sqlite:${join(folder, "shared.db")}` },
  };
  const open = async (): Promise<TestGateway> => {
    const gateway = await startTestGateway(settings);
    onTestFinished(async () => {
      upstream.answerAll();
      await gateway.close();
    });
    return gateway;
  };
  return [await open(), await open()];
}

test("two processes on one database: one of them makes it, the other waits for it and buys nothing", async () => {
  const upstream = await startHeldUpstream();
  onTestFinished(() => upstream.close());
  const [one, two] = await twoOnOneDatabase(upstream);
  upstream.answerAll();
  for (let turn = 0; turn < 10; turn += 1) {
    const key = { "idempotency-key": `order-${turn}` };
    const body = { ...asked, prompt: `fox ${turn}`, response_format: "url" };
    const calls = [one, two, one, two].map((gateway) => ask(gateway, key, body));
    const answers = await Promise.all(calls);
    // Each has a folder of its own for images, so that the one that waited knows of the outcome but has no picture.
    const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([200, 200, 410, 410]);
    expect(upstream.executions).toHaveLength(turn + 1);
  }
});

test("two processes on one database: another request under the key is a 422 on the other one", async () => {
  const upstream = await startHeldUpstream();
  onTestFinished(() => upstream.close());
  const [one, two] = await twoOnOneDatabase(upstream);
  upstream.answerAll();
  for (let turn = 0; turn < 10; turn += 1) {
    const key = { "idempotency-key": `order-${turn}` };
    const answers = await Promise.all([
      ask(one, key, { ...asked, prompt: "a" }),
      ask(two, key, { ...asked, prompt: "b" }),
    ]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 422]);
    const refused = answers.find(({ status }) => status === 422);
    expect((await json(refused as Response)).error?.code).toBe("idempotency_key_reused");
    expect(upstream.executions).toHaveLength(turn + 1);
  }
});

test("who waits for another request's answer hears every heartbeat that it is coming, in this process and in another", async () => {
  const upstream = await startHeldUpstream();
  onTestFinished(() => upstream.close());
  const [one, two] = await twoOnOneDatabase(upstream, { server: { heartbeat: "100ms" } });
  const first = ask(one, { "idempotency-key": "order-1" });
  await upstream.arrived(0);
  const line = "HTTP/1.1 102 Processing\r\n\r\n";
  for (const gateway of [one, two]) {
    const { head, body } = rawJson(gateway, asked, 0);
    const waiting = send(gateway, {
      head: head.replace("x-stainless-retry-count: 0", "idempotency-key: order-1"),
      body,
    });
    const heard = await waiting.read(2 * line.length);
    expect(heard.toString("latin1").startsWith(line + line)).toBe(true);
    await waiting.drop();
  }
  upstream.answerAll();
  expect((await first).status).toBe(200);
  expect(upstream.executions).toHaveLength(1);
});
