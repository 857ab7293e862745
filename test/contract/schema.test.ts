import { afterAll, beforeAll, expect, test } from "vitest";
import { postJson, startTestGateway, type TestGateway } from "../support/gateway.ts";
import { samplePng } from "../support/pictures.ts";
import { schemaFaults } from "../support/published-schema.ts";

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.close());

const bodies: Record<string, unknown>[] = [
  {},
  { response_format: "b64_json" },
  { n: 3, size: "100x70" },
  { size: "auto", quality: "high", background: "transparent" },
  { output_format: "jpeg", output_compression: 10, response_format: "b64_json" },
  { output_format: "webp", quality: "low", user: "u", seed: 1 },
];

test.each(bodies)("a generation's answer is a published ImagesResponse: %j", async (body) => {
  const response = await postJson(gateway, "/v1/images/generations", {
    model: "sandbox-fast",
    prompt: "x",
    size: "128x128",
    ...body,
  });
  const answer: unknown = await response.json();
  expect(response.status).toBe(200);
  expect(schemaFaults("ImagesResponse", answer)).toEqual([]);
});

test("an edit's answer is a published ImagesResponse", async () => {
  const image = `data:image/png;base64,${(await samplePng(64, 64)).toString("base64")}`;
  const response = await postJson(gateway, "/v1/images/edits", {
    model: "sandbox-fast",
    prompt: "x",
    images: [{ image_url: image }],
  });
  expect(schemaFaults("ImagesResponse", await response.json())).toEqual([]);
});

test("models and errors are of the published shapes", async () => {
  const headers = { authorization: `Bearer ${gateway.key}` };
  const list: unknown = await (await fetch(`${gateway.url}/v1/models`, { headers })).json();
  expect(schemaFaults("ListModelsResponse", list)).toEqual([]);
  const model: unknown = await (
    await fetch(`${gateway.url}/v1/models/sandbox`, { headers })
  ).json();
  expect(schemaFaults("Model", model)).toEqual([]);
  const error: unknown = await (await postJson(gateway, "/v1/images/generations", { n: 0 })).json();
  expect(schemaFaults("ErrorResponse", error)).toEqual([]);
});

test("the check itself can fail", () => {
  expect(schemaFaults("ImagesResponse", { created: "now" })).not.toEqual([]);
  expect(schemaFaults("ImagesResponse", { created: 1, size: "big" })).not.toEqual([]);
});
