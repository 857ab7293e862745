import sharp from "sharp";
import { afterEach, expect, test } from "vitest";
import { postJson, startTestGateway, type TestGateway } from "../support/gateway.ts";
import { startMockOpenAi } from "../support/mock-openai.ts";
import { waitFor } from "../support/wait-for.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});

const busy = {
  status: 429,
  headers: { "retry-after": "600" },
  body: JSON.stringify({ error: { message: "Slow down.", code: "rate_limit_exceeded" } }),
};
const card = { operations: ["generation", "edit"], sizes: ["64x64"], n: 1, formats: ["png"] };
const model = (more: object = {}) => ({ name: "m", card: { ...card, ...more }, price: "free" });

/** Two channels, the better of which is always busy, and a third that has no seed. */
async function start(settings: Record<string, unknown> = {}): Promise<TestGateway> {
  const upstream = await startMockOpenAi((request) =>
    request.headers.authorization === "Bearer sk-first-secret-1234" ? busy : undefined,
  );
  const channel = (id: string, key: string, priority: number, models: object[]) => ({
    id,
    provider: "openai-compatible",
    settings: { api_key: key, base_url: upstream.url },
    priority,
    models,
  });
  const gateway = await startTestGateway({
    channels: [
      channel("first", "sk-first-secret-1234", 20, [model({ parameters: ["seed"] })]),
      channel("second", "sk-second-secret-567", 10, [model({ parameters: ["seed"] })]),
      channel("small", "sk-third-secret-8901", 30, [model({ prompt_max: 3 })]),
    ],
    ...settings,
  });
  open.push(upstream, gateway);
  return gateway;
}

interface Trace {
  readonly received_at: string;
  readonly unfit?: readonly object[];
  readonly attempts: readonly Record<string, unknown>[];
}

/** The record of a request once it is closed. */
async function recordOf(gateway: TestGateway, id: string | null): Promise<{ trace: Trace }> {
  return waitFor(async () => {
    const answer = await fetch(`${gateway.url}/admin/v1/requests/${id}`, {
      headers: { authorization: `Bearer ${gateway.adminToken}` },
    });
    const record = (await answer.json()) as { finished_at: string | null; trace: Trace };
    expect(record.finished_at).not.toBeNull();
    return record;
  });
}

const numberAt = (of: object, name: string): number =>
  Number((of as Readonly<Record<string, unknown>>)[name]);

test("a record tells when what happened, whom the request passed over and why, and what was sent with which seed", async () => {
  const gateway = await start();
  const ask = { model: "m", prompt: "a red fox", size: "64x64" };
  const first = await postJson(gateway, "/v1/images/generations", ask);
  expect(first.status).toBe(200);
  const { trace } = await recordOf(gateway, first.headers.get("x-request-id"));
  expect(trace.unfit).toEqual([
    expect.objectContaining({ channel: "small", reason: "unfit", param: "prompt" }),
  ]);
  expect(trace.attempts).toHaveLength(2);
  const [refused, made] = trace.attempts;
  if (refused === undefined || made === undefined) throw new Error("there are two attempts");
  expect(refused).not.toHaveProperty("made_ms");
  const names = ["begun_ms", "sent_ms", "first_byte_ms", "made_ms", "ended_ms"];
  const marks = [
    ...["fitted_ms", "chosen_ms"].map((name) => numberAt(trace, name)),
    numberAt(refused, "ended_ms"),
    ...names.map((name) => numberAt(made, name)),
    ...["stored_ms", "delivered_ms"].map((name) => numberAt(trace, name)),
  ];
  expect(marks).toEqual(marks.toSorted((a, b) => a - b));
  expect(marks.every((mark) => mark >= 0)).toBe(true);
  // The seed was drawn, sent, and is the same for all attempts.
  expect(made["seed"]).toMatch(/^\d+$/);
  expect(refused["seed"]).toBe(made["seed"]);
  expect(made["upstream"]).toEqual([
    {
      method: "POST",
      path: "/images/generations",
      fields: expect.objectContaining({ prompt: "a red fox", seed: Number(made["seed"]) }),
    },
  ]);
  // The channel that was busy cools: the next request passes it over.
  const second = await postJson(gateway, "/v1/images/generations", { ...ask, seed: 7 });
  const next = await recordOf(gateway, second.headers.get("x-request-id"));
  const [only] = next.trace.attempts;
  expect(next.trace.attempts).toHaveLength(1);
  expect(only?.["seed"]).toBe("7");
  const [passed] = (only?.["passed_over"] ?? []) as Record<string, unknown>[];
  expect(passed).toMatchObject({ channel: "first", reason: "cooling" });
  expect(numberAt(passed ?? {}, "wait_ms")).toBeGreaterThan(500_000);
  expect(JSON.stringify(next)).not.toContain("secret-");
});

test("pictures stand in a record by their format and size, and nothing of a prompt where none is kept", async () => {
  const gateway = await start({ records: { prompts: "0s" } });
  const image = await sharp({
    create: { width: 64, height: 64, channels: 3, background: "teal" },
  })
    .png()
    .toBuffer();
  const form = new FormData();
  form.set("model", "m");
  form.set("prompt", "a hidden fox");
  form.set("image", new Blob([new Uint8Array(image)], { type: "image/png" }), "in.png");
  const edit = await fetch(`${gateway.url}/v1/images/edits`, {
    method: "POST",
    headers: { authorization: `Bearer ${gateway.key}` },
    body: form,
  });
  expect(edit.status).toBe(200);
  const record = await recordOf(gateway, edit.headers.get("x-request-id"));
  expect(JSON.stringify(record)).not.toContain("hidden");
  expect(record.trace.attempts.at(-1)).not.toHaveProperty("upstream");
});
