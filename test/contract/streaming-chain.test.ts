import { afterAll, beforeAll, expect, test } from "vitest";
import { parseEvents, type SeenEvent } from "../support/events.ts";
import { postJson, startTestGateway, testKey, type TestGateway } from "../support/gateway.ts";
import { leftHalfMask, samplePng } from "../support/pictures.ts";

let sandbox: TestGateway;
let front: TestGateway;

beforeAll(async () => {
  sandbox = await startTestGateway();
  front = await startTestGateway({
    channels: [
      {
        id: "other-pinhole",
        provider: "openai-compatible",
        settings: { base_url: `${sandbox.url}/v1`, api_key: testKey },
        models: ["sandbox-fast", "sandbox-stream-error", "sandbox-moderated"],
      },
    ],
  });
});
afterAll(async () => {
  await front.close();
  await sandbox.close();
});

const asked = { model: "sandbox-fast", prompt: "two in a row", size: "120x80", stream: true };

async function generated(gateway: TestGateway, body: object): Promise<SeenEvent[]> {
  const response = await postJson(gateway, "/v1/images/generations", { ...asked, ...body });
  return parseEvents(await response.text());
}

async function edited(gateway: TestGateway): Promise<SeenEvent[]> {
  const form = new FormData();
  for (const [name, value] of Object.entries({ ...asked, seed: "5", partial_images: "2" }))
    form.set(name, String(value));
  form.append("image[]", new Blob([new Uint8Array(await samplePng(120, 80))]), "in.png");
  form.set("mask", new Blob([new Uint8Array(await leftHalfMask(120, 80))]), "mask.png");
  const response = await fetch(`${gateway.url}/v1/images/edits`, {
    method: "POST",
    headers: { authorization: `Bearer ${testKey}` },
    body: form,
  });
  return parseEvents(await response.text());
}

/** What must be the same at both ends: all but the moment, the request and the front's own price. */
function compared(events: readonly SeenEvent[]): unknown[] {
  return events.map(({ event, data }) => {
    const { created_at: _moment, pinhole, ...rest } = data;
    return { event, ...rest, index: (pinhole as { index: number }).index };
  });
}

test("two Pinholes in a row stream the same previews and pictures as one", async () => {
  const direct = await generated(sandbox, { partial_images: 3, seed: 4 });
  const through = await generated(front, { partial_images: 3, seed: 4 });
  expect(direct).toHaveLength(4);
  expect(compared(through)).toEqual(compared(direct));
});

test("several pictures keep their previews and places through both", async () => {
  const more = { n: 3, partial_images: 1, seed: 4 };
  const byPlace = (events: readonly SeenEvent[]) =>
    compared(events)
      .map((event) => JSON.stringify(event))
      .toSorted();
  const direct = await generated(sandbox, more);
  expect(direct).toHaveLength(6);
  expect(byPlace(await generated(front, more))).toEqual(byPlace(direct));
});

test("an edit's events stay an edit's", async () => {
  const direct = await edited(sandbox);
  expect(direct.map(({ event }) => event)).toEqual([
    "image_edit.partial_image",
    "image_edit.partial_image",
    "image_edit.completed",
  ]);
  expect(compared(await edited(front))).toEqual(compared(direct));
});

test("an error after a preview is an error event, and is never tried again", async () => {
  const before = sandbox.log.filter(({ path }) => path === "/v1/images/generations").length;
  const events = await generated(front, { model: "sandbox-stream-error", partial_images: 1 });
  expect(events.map(({ event }) => event)).toEqual(["image_generation.partial_image", "error"]);
  expect(events[1]?.data).toMatchObject({ error: { code: "upstream_failed" } });
  const after = sandbox.log.filter(({ path }) => path === "/v1/images/generations").length;
  expect(after - before).toBe(1);
});

test("an error before anything is the other's ordinary answer", async () => {
  const response = await postJson(front, "/v1/images/generations", {
    ...asked,
    model: "sandbox-moderated",
  });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { code: "moderation_blocked" } });
});
