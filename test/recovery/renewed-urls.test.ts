import { expect, onTestFinished, test, vi } from "vitest";
import { type TestGateway } from "../support/gateway.ts";
import { recordOf } from "../support/records.ts";
import { ask, asked, json, setUp } from "./setup.ts";

const second = 1000;

/** A gateway whose URLs live ten seconds and which keeps nothing for recovery alone; its clock is the test's. */
async function setUpClock(): Promise<{ gateway: TestGateway; pass(ms: number): void }> {
  vi.useFakeTimers({ toFake: ["Date"] });
  onTestFinished(() => void vi.useRealTimers());
  const { gateway, upstream } = await setUp({ images: { ttl: "10s", recovery_bytes: "1B" } });
  upstream.answerAll();
  return { gateway, pass: (ms) => void vi.setSystemTime(Date.now() + ms) };
}

interface MadeUrl {
  readonly id: string;
  readonly url: string;
}

/** Asks for a hosted picture, and waits until the gateway has counted it. */
async function make(
  gateway: TestGateway,
  headers: Record<string, string> = {},
  more: object = {},
): Promise<MadeUrl> {
  const response = await ask(gateway, headers, { ...asked, response_format: "url", ...more });
  const { data } = await json(response);
  const id = response.headers.get("x-request-id") ?? "";
  await recordOf(gateway, id);
  return { id, url: data?.[0]?.url ?? "" };
}

const fetchById = (gateway: TestGateway, id: string): Promise<Response> =>
  fetch(`${gateway.url}/v1/images/requests/${id}`, {
    headers: { authorization: `Bearer ${gateway.key}` },
  });

async function urlOf(response: Response): Promise<string> {
  expect(response.status).toBe(200);
  return (await json(response)).data?.[0]?.url ?? "";
}

const statusOf = async (url: string): Promise<number> => (await fetch(url)).status;

test("a picture whose URL is handed out again is kept as long as the new URL lives", async () => {
  const { gateway, pass } = await setUpClock();
  const made = await make(gateway);
  pass(9 * second);
  const again = await urlOf(await fetchById(gateway, made.id));
  pass(5 * second);
  // By the first URL's time it would be the one to give way to this.
  await make(gateway, {}, { prompt: "another" });
  expect(await statusOf(again)).toBe(200);
  expect((await fetchById(gateway, made.id)).status).toBe(200);
});

test("a picture that only recovery needed is one with a URL again", async () => {
  const { gateway, pass } = await setUpClock();
  const key = { "idempotency-key": "one" };
  await make(gateway, key);
  // Its URL's time is over, but nothing has asked for its place yet.
  pass(11 * second);
  const again = await urlOf(await ask(gateway, key, { ...asked, response_format: "url" }));
  await make(gateway, {}, { prompt: "another" });
  expect(await statusOf(again)).toBe(200);
});

test("a picture whose last URL has ended gives way", async () => {
  const { gateway, pass } = await setUpClock();
  const made = await make(gateway);
  const other = await make(gateway, {}, { prompt: "another" });
  pass(9 * second);
  const again = await urlOf(await fetchById(gateway, made.id));
  pass(9 * second);
  await make(gateway, {}, { prompt: "a third" });
  expect((await fetchById(gateway, other.id)).status).toBe(410);
  expect(await statusOf(again)).toBe(200);
  pass(2 * second);
  await make(gateway, {}, { prompt: "a fourth" });
  expect((await fetchById(gateway, made.id)).status).toBe(410);
});
