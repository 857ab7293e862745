import { afterAll, afterEach, expect, test } from "vitest";
import { createEgress } from "../../../src/net/egress.ts";
import provider from "../../../src/providers/ark/index.ts";
import { fakeTools, fittedRequest } from "../../dialects/fake-tools.ts";
import { httpServer, type Loopback, upstreamAt } from "../../net/loopback.ts";
import { pngBytes } from "../../net/memory-spool.ts";

const egress = createEgress({ now: Date.now });
const servers: Loopback[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
afterAll(() => egress.close());

type Event = Readonly<Record<string, unknown>> & { readonly type: string };

/** What a streamed group comes to: each picture's place and length, and what is thrown after them. */
async function group(events: readonly Event[]) {
  let asked: unknown;
  const server = await httpServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      asked = JSON.parse(body);
      const frames = events.map(
        (event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`,
      );
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end(`${frames.join("")}data: [DONE]\n\n`);
    });
  });
  servers.push(server);
  const settings = provider.settings.parse({
    base_url: server.origin,
    api_key: "test-secret",
    sequential: true,
  });
  const pictures: string[] = [];
  let thrown: unknown;
  try {
    const generated = provider.generate({
      ...fakeTools([]),
      http: upstreamAt(egress, server, { provider, settings }),
      request: fittedRequest({ prompt: "a fox", n: 3, stream: true }),
      model: "seedream-4-5-251128",
      card: provider.models.find(({ name }) => name === "seedream-4-5-251128"),
      settings,
      options: {},
    });
    for await (const event of generated) {
      if (!("picture" in event)) continue;
      pictures.push(`${event.index}: ${event.picture.bytes.byteLength}`);
    }
  } catch (error) {
    thrown = error;
  }
  return { pictures, thrown, asked };
}

const succeeded = (index: number, length: number): Event => ({
  type: "image_generation.partial_succeeded",
  image_index: index,
  b64_json: pngBytes(length).toString("base64"),
  size: "2048x2048",
});
const failed = (index: number): Event => ({
  type: "image_generation.partial_failed",
  image_index: index,
  error: { code: "OutputImageSensitiveContentDetected", message: "The output is sensitive." },
});
const completed: Event = { type: "image_generation.completed", usage: { generated_images: 2 } };

test("each event of a group is a whole picture, and one that failed is left out", async () => {
  const told = await group([succeeded(0, 200), failed(1), succeeded(2, 300), completed]);
  expect(told.pictures).toEqual(["0: 200", "2: 300"]);
  expect(told.thrown).toBeUndefined();
  expect(told.asked).toMatchObject({
    stream: true,
    sequential_image_generation: "auto",
    sequential_image_generation_options: { max_images: 3 },
  });
});

test("a group of which nothing was made ends in its reason", async () => {
  const told = await group([failed(0), completed]);
  expect(told.pictures).toEqual([]);
  expect(told.thrown).toMatchObject({ code: "moderation_blocked" });
});
