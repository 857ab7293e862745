import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { parseEvents, pictureOf, type SeenEvent } from "../../support/events.ts";
import { postJson, startTestGateway } from "../../support/gateway.ts";
import { factsOf, samplePng } from "../../support/pictures.ts";

/** A web UI that works on one picture. */
interface WebUi {
  readonly url: string;
  /** The document of the generation's request. */
  readonly asked: Record<string, unknown>;
  /** How often it was looked at. */
  readonly looks: { plain: number; withImage: number };
  close(): Promise<void>;
}

/**
 * Tells the progress of these steps, one for each look without an image, and answers the generation
 * when they are over or all `previews` were shown. A preview is as wide as its step's progress in percent; without one a look fails.
 */
async function startWebUi(
  picture: Buffer,
  steps: readonly (number | "failure")[],
  previews: number,
  taskOf: (task: unknown) => unknown = (task) => task,
): Promise<WebUi> {
  let working: ServerResponse | undefined;
  const asked: Record<string, unknown> = {};
  const looks = { plain: 0, withImage: 0 };
  const finish = (): void => {
    working?.end(JSON.stringify({ images: [picture.toString("base64")], info: "{}" }));
  };
  const tell = async (withImage: boolean, response: ServerResponse): Promise<void> => {
    const step = steps[withImage ? looks.plain - 1 : looks.plain];
    looks[withImage ? "withImage" : "plain"] += 1;
    if (step === undefined) finish();
    if (typeof step !== "number") {
      response.writeHead(500).end("{}");
      return;
    }
    const image = withImage ? await samplePng(Math.round(step * 100), 8) : undefined;
    const current_image = image?.toString("base64") ?? null;
    const current_task = taskOf(asked.force_task_id);
    response.end(JSON.stringify({ progress: step, current_image, current_task }));
    // Nobody looks any more once all the previews that were asked for are shown.
    if (looks.withImage === previews) finish();
  };
  const server = createServer((request, response) => {
    response.setHeader("content-type", "application/json");
    if (request.url?.startsWith("/sdapi/v1/progress") === true) {
      void tell(request.url.endsWith("skip_current_image=false"), response);
      return;
    }
    let body = "";
    request.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
    request.on("end", () => {
      Object.assign(asked, JSON.parse(body));
      working = response;
      if (previews === 0) finish();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A TCP server's address is never a pipe's name.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    looks,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

/** The events of one stream through a whole gateway in front of that web UI. */
async function streamed(
  webUi: WebUi,
  body: object,
  provider = "automatic1111",
): Promise<SeenEvent[]> {
  undo.push(() => webUi.close());
  const channel = {
    id: "webui",
    provider,
    settings: { base_url: webUi.url },
    models: ["dreamshaper"],
  };
  const gateway = await startTestGateway({ channels: [channel] });
  undo.push(() => gateway.close());
  const asked = { model: "dreamshaper", prompt: "a door", size: "64x64", stream: true, ...body };
  const response = await postJson(gateway, "/v1/images/generations", asked);
  return parseEvents(await response.text());
}

const kinds = (events: readonly SeenEvent[]): string[] =>
  events.map(({ event }) => event.replace("image_generation.", ""));

test("previews are shown evenly over the progress, then the picture", async () => {
  const picture = await samplePng(64, 64);
  const webUi = await startWebUi(picture, [0, 0.2, 0.4, "failure", 0.5, 0.9], 2);
  const events = await streamed(webUi, { partial_images: 2 });
  expect(kinds(events)).toEqual(["partial_image", "partial_image", "completed"]);
  expect(JSON.stringify(events.at(-1)?.data["pinhole"])).not.toContain("warnings");
  expect(events.map(({ data }) => data.partial_image_index)).toEqual([0, 1, undefined]);
  const widths = await Promise.all(events.map(async (event) => factsOf(pictureOf(event))));
  expect(widths.map(({ width }) => width)).toEqual([40, 90, 64]);
  expect(events[0]?.data).toMatchObject({ size: "40x8", output_format: "png" });
  expect(webUi.asked.force_task_id).toMatch(/^pinhole-/);
  // A preview is only asked for where it is due.
  expect(webUi.looks.withImage).toBe(2);
});

test("another's job is never shown", async () => {
  const webUi = await startWebUi(await samplePng(64, 64), [0.5, 0.9], 3, () => "task(somebody)");
  expect(kinds(await streamed(webUi, { partial_images: 3 }))).toEqual(["completed"]);
  expect(webUi.looks.withImage).toBe(0);
});

test("where no preview came, that is told with the picture", async () => {
  const webUi = await startWebUi(await samplePng(64, 64), ["failure", "failure"], 2);
  const [completed, ...more] = await streamed(webUi, { partial_images: 2 });
  expect(more).toEqual([]);
  expect(completed?.data["pinhole"]).toMatchObject({
    warnings: [{ param: "partial_images", code: "unsupported_parameter" }],
  });
});

test("a server that knows no task ids shows what it works on", async () => {
  const webUi = await startWebUi(await samplePng(64, 64), [0.6], 1, () => undefined);
  expect(kinds(await streamed(webUi, { partial_images: 1 }))).toEqual([
    "partial_image",
    "completed",
  ]);
});

test("SD.Next, which has no ids of tasks, is sent none, and what its progress names is its own", async () => {
  const webUi = await startWebUi(await samplePng(64, 64), [0.6], 1, () => "an id of its own");
  const events = await streamed(webUi, { partial_images: 1 }, "sdnext");
  expect(kinds(events)).toEqual(["partial_image", "completed"]);
  expect(Object.keys(webUi.asked)).not.toContain("force_task_id");
});

test("Forge is shown as the web UI is that it comes from", async () => {
  const webUi = await startWebUi(await samplePng(64, 64), [0.6], 1);
  const events = await streamed(webUi, { partial_images: 1 }, "forge");
  expect(kinds(events)).toEqual(["partial_image", "completed"]);
  expect(webUi.asked.force_task_id).toMatch(/^pinhole-/);
});

test("without previews asked for nobody looks", async () => {
  const webUi = await startWebUi(await samplePng(64, 64), [0.5], 0);
  expect(kinds(await streamed(webUi, {}))).toEqual(["completed"]);
  expect([webUi.looks.plain, webUi.asked]).toEqual([
    0,
    expect.not.objectContaining({ force_task_id: expect.anything() as unknown }),
  ]);
});
