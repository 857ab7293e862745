import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type FakeComfyUi, startFakeComfyUi, usual } from "../../support/fake-comfyui.ts";
import { parseEvents } from "../../support/events.ts";
import { postJson, startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { formOf, pngOf } from "./forms.ts";

let comfy: FakeComfyUi;
let gateway: TestGateway;

/** A workflow of the operator's own, without a place for the number of pictures. */
const own = {
  "3": { class_type: "KSampler", inputs: { seed: 1, steps: 4, latent_image: ["5", 0] } },
  "5": { class_type: "EmptyLatentImage", inputs: { width: 128, height: 64, batch_size: 1 } },
  "6": { class_type: "CLIPTextEncode", inputs: { text: "here" } },
  "9": { class_type: "SaveImage", inputs: { images: ["3", 0], filename_prefix: "own" } },
};

beforeAll(async () => {
  comfy = await startFakeComfyUi();
  const settings = {
    base_url: comfy.url,
    api_key: "test-secret-comfy",
    workflows: { own: { graph: own, inputs: { prompt: "6.text", seed: "3.seed" } } },
  };
  const channel = (id: string, models: unknown[], total: string) => ({
    id,
    provider: "comfyui",
    settings,
    models,
    timeout: { total },
  });
  gateway = await startTestGateway({
    channels: [
      channel("comfy", ["sdxl", "own"], "20s"),
      channel("hasty", [{ name: "hasty", upstream: "sdxl" }], "1s"),
    ],
  });
});
afterEach(() => {
  comfy.conduct = usual;
});
afterAll(async () => {
  await gateway.close();
  await comfy.close();
});

let count = 0;
/** A request that repeats no other. */
const body = (fields: Record<string, unknown> = {}): Record<string, unknown> => ({
  model: "sdxl",
  prompt: `a fox ${(count += 1)}`,
  size: "64x64",
  response_format: "b64_json",
  ...fields,
});

const generate = (fields: Record<string, unknown> = {}): Promise<Response> =>
  postJson(gateway, "/v1/images/generations", body(fields));

async function kindsOf(fields: Record<string, unknown> = {}): Promise<string[]> {
  const response = await generate({ stream: true, partial_images: 2, ...fields });
  return parseEvents(await response.text()).map(({ event }) =>
    event.replace("image_generation.", ""),
  );
}

const last = <T>(list: readonly T[]): T => {
  const found = list.at(-1);
  if (found === undefined) throw new Error("there is none");
  return found;
};

async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; !isSo() && tries < 200; tries += 1) await sleep(10);
  expect(isSo()).toBe(true);
}

describe("previews", () => {
  test("come over a websocket of the prompt's own, signed in, and only its own", async () => {
    expect(await kindsOf()).toEqual(["partial_image", "partial_image", "completed"]);
    const socket = last(comfy.sockets);
    const prompt = last(comfy.prompts);
    expect(socket.request.url).toBe(`/ws?clientId=${prompt.id}`);
    expect(prompt.clientId).toBe(prompt.id);
    expect(socket.request.headers).toMatchObject({ authorization: "Bearer test-secret-comfy" });
    expect(JSON.parse(socket.texts[0] ?? "")).toMatchObject({ type: "feature_flags" });
    await socket.ended;
  });

  test("come from servers that do not describe them", async () => {
    comfy.conduct = { ...usual, describes: false };
    expect(await kindsOf()).toEqual(["partial_image", "partial_image", "completed"]);
  });

  test("of one step are shown all the same", async () => {
    comfy.conduct = { ...usual, steps: 1 };
    expect(await kindsOf()).toEqual(["partial_image", "completed"]);
  });

  test.each(["refused", "cut"] as const)(
    "are all that is lost with a websocket that is %s",
    async (socket) => {
      comfy.conduct = { ...usual, socket };
      const before = comfy.prompts.length;
      expect(last(await kindsOf())).toBe("completed");
      expect(comfy.prompts.length).toBe(before + 1);
    },
  );

  test("need no websocket where nobody wants them", async () => {
    const before = comfy.sockets.length;
    expect((await generate()).status).toBe(200);
    expect(comfy.sockets.length).toBe(before);
  });
});

describe("what is said of n, size and seed", () => {
  test("every request has another seed, and a seed that was given is kept", async () => {
    for (const more of [{}, {}, { seed: 12 }]) expect((await generate(more)).status).toBe(200);
    const seeds = comfy.prompts.slice(-3).map(({ graph }) => graph["sampler"]?.inputs["seed"]);
    expect(new Set(seeds).size).toBe(3);
    expect(seeds.at(-1)).toBe(12);
  });

  test("n is a batch, and of a workflow without a place for it as many prompts", async () => {
    const batch = await generate({ n: 2 });
    expect(await batch.json()).toMatchObject({ data: [{}, {}] });
    expect(last(comfy.prompts).graph["latent"]?.inputs).toMatchObject({ batch_size: 2 });
    const before = comfy.prompts.length;
    const single = await generate({ model: "own", n: 3, size: undefined, seed: 5 });
    expect(await single.json()).toMatchObject({ data: [{}, {}, {}] });
    const seeds = comfy.prompts.slice(before).map(({ graph }) => graph["3"]?.inputs["seed"]);
    expect(new Set(seeds)).toEqual(new Set([5, 6, 7]));
  });

  test("a prompt is a value and never part of the workflow's text", async () => {
    const prompt = '", "class_type": "Evil" {{prompt}} %width% \\ \u0000 ${x}';
    await generate({ prompt });
    expect(last(comfy.prompts).graph["positive"]?.inputs["text"]).toBe(prompt);
    expect(Object.values(last(comfy.prompts).graph).map((node) => node.class_type)).not.toContain(
      "Evil",
    );
  });

  test.each(["batch_size", "width", "ckpt_name", "workflow", "seed"])(
    "provider_options cannot say %s",
    async (name) => {
      const answer = await generate({ provider_options: { comfyui: { [name]: 1 } } });
      expect(answer.status).toBe(400);
    },
  );
});

describe("a prompt that comes to nothing", () => {
  test.each([
    ["fails", "error"],
    ["makes no picture", "no picture"],
    ["is forgotten by the server", "forgotten"],
  ] as const)("because it %s: nobody is told paths, prompts or bills", async (_name, ends) => {
    comfy.conduct = { ...usual, ends };
    const stream = ends === "error" ? { stream: true, partial_images: 0 } : {};
    const answer = await generate({ prompt: `a secret fox ${(count += 1)}`, ...stream });
    const text = await answer.text();
    expect(text).toMatch(/upstream_failed/);
    expect(text).not.toMatch(/someone|secret|KSampler|bill/);
    expect(JSON.stringify(gateway.log)).not.toMatch(/home\/someone/);
  });

  test("because its answer was lost on the way is taken back by its own id", async () => {
    comfy.conduct = { ...usual, ends: "waits", breaks: true };
    const before = comfy.cancels.length;
    expect((await generate()).status).toBe(502);
    const { id } = last(comfy.prompts);
    expect(comfy.cancels.slice(before)).toEqual([{ path: "/queue", body: { delete: [id] } }]);
  });

  test("is interrupted at the deadline where it runs", async () => {
    comfy.conduct = { ...usual, ends: "never" };
    const before = comfy.cancels.length;
    expect((await generate({ model: "hasty" })).status).toBe(504);
    const { id } = last(comfy.prompts);
    await until(() => comfy.cancels.length > before);
    expect(last(comfy.cancels)).toEqual({ path: "/interrupt", body: { prompt_id: id } });
  });

  test("is taken out of the queue where it waits, and another's that runs is left alone", async () => {
    comfy.conduct = { ...usual, ends: "never", stepMs: 1 };
    const earlier = comfy.prompts.length;
    const others = generate();
    await until(() => comfy.prompts.length > earlier);
    const running = last(comfy.prompts).id;
    const before = comfy.cancels.length;
    comfy.conduct = { ...usual, ends: "waits" };
    expect((await generate({ model: "hasty" })).status).toBe(504);
    const waiting = last(comfy.prompts).id;
    await until(() => comfy.cancels.length > before);
    expect(comfy.cancels.slice(before)).toEqual([{ path: "/queue", body: { delete: [waiting] } }]);
    // Interrupted by its own owner, so that the test ends.
    await fetch(`${comfy.url}/interrupt`, {
      method: "POST",
      body: JSON.stringify({ prompt_id: running }),
    });
    expect((await others).status).toBe(502);
  });
});

test("an edit uploads its image and mask, in the mask's own polarity", async () => {
  const answer = await fetch(`${gateway.url}/v1/images/edits`, {
    method: "POST",
    headers: { authorization: `Bearer ${gateway.key}` },
    body: formOf({
      model: "sdxl",
      prompt: "a hat",
      response_format: "b64_json",
      image: await pngOf(64, 64, 255),
      mask: await pngOf(64, 64, 0),
    }),
  });
  expect(await answer.json()).toMatchObject({ data: [{}] });
  const { graph } = last(comfy.prompts);
  expect(graph["mask"]).toMatchObject({
    class_type: "LoadImageMask",
    inputs: { channel: "alpha" },
  });
  expect(graph["sampler"]?.inputs).toMatchObject({ denoise: 1 });
});

test("a workflow's file that is not there is a fault at its line", async () => {
  const settings = { workflows: { filed: { file: "./gone.json", inputs: { prompt: "6.text" } } } };
  const starting = startTestGateway({
    channels: [{ id: "files", provider: "comfyui", settings, models: ["filed"] }],
  });
  await expect(starting).rejects.toThrow(/pinhole\.yaml:\d+: cannot read \.\/gone\.json/);
});

test("a workflow's file is read where the gateway was started", async () => {
  const at = join(gateway.folder, "own.json");
  writeFileSync(at, JSON.stringify(own));
  const other = await startTestGateway({
    channels: [
      {
        id: "files",
        provider: "comfyui",
        settings: {
          base_url: comfy.url,
          workflows: { filed: { file: at, inputs: { prompt: "6.text" } } },
        },
        models: ["filed"],
      },
    ],
  });
  const answer = await postJson(
    other,
    "/v1/images/generations",
    body({ model: "filed", size: undefined }),
  );
  expect(answer.status).toBe(200);
  // Without a place for the seed, the file's own is drawn anew.
  expect(last(comfy.prompts).graph["3"]?.inputs["seed"]).not.toBe(1);
  await other.close();
});
