import { describe, expect, test } from "vitest";
import { z } from "zod";
import { PinholeError } from "../../src/core/errors.ts";
import { defineCard, type ModelCard } from "../../src/core/model-card.ts";
import type { FittedRequest } from "../../src/core/request.ts";
import { EncodedPicture } from "../../src/core/wire.ts";
import { sdapiOptions, sdapiSettings } from "../../src/dialects/sdapi/settings.ts";
import { sdapi } from "../../src/dialects/sdapi/index.ts";
import {
  errorOf,
  eventsOf,
  failed,
  fakePicture,
  fakeTools,
  fittedRequest,
  type Step,
} from "./fake-tools.ts";

const schema = z.strictObject({ base_url: z.string(), ...sdapiSettings });
const oneImage = { images: [fakePicture()], info: "{}" };

function input(
  request: Partial<FittedRequest>,
  steps: readonly Step[],
  settings: Record<string, unknown> = {},
  options: Record<string, unknown> = {},
  card?: ModelCard,
) {
  return {
    ...fakeTools(steps),
    request: fittedRequest(request),
    model: "dream",
    card,
    settings: schema.parse({ base_url: "http://127.0.0.1:7860", ...settings }),
    options: sdapiOptions.parse(options),
  };
}

function run(
  request: Partial<FittedRequest>,
  answer: unknown = oneImage,
  settings: Record<string, unknown> = {},
  options: Record<string, unknown> = {},
  card?: ModelCard,
) {
  const tools = input(request, [{ json: answer }], settings, options, card);
  const events = eventsOf(sdapi().generate(tools));
  const body = async (): Promise<Record<string, unknown>> => {
    await events;
    return z.record(z.string(), z.unknown()).parse(tools.calls[0]?.json);
  };
  return { tools, events, body };
}

describe("the answer", () => {
  const pictures = [fakePicture(1), fakePicture(2), fakePicture(3), fakePicture(4)];
  const lengths = async (call: ReturnType<typeof run>): Promise<number[]> =>
    (await call.events).flatMap((event) =>
      "picture" in event ? [event.picture.bytes.byteLength] : [],
    );

  test("a grid in front is skipped and masks behind are cut off", async () => {
    const info = JSON.stringify({ index_of_first_image: 1, seed: 7, all_seeds: [7, 8] });
    const call = run({ n: 2 }, { images: pictures, info });
    expect(await lengths(call)).toEqual([2, 3]);
    expect((await call.events).map((event) => ("seed" in event ? event.seed : undefined))).toEqual([
      7, 8,
    ]);
  });

  test.each([["no JSON at all"], ["[]"], ['{"all_seeds":"seven"}'], [null], [undefined]])(
    "an info of %j loses the seeds only",
    async (info) => {
      expect(await lengths(run({ n: 2 }, { images: pictures, info }))).toEqual([1, 2]);
    },
  );

  test("what the server passed over is told once, with the first picture", async () => {
    const info = JSON.stringify({ sampler_name: "Euler", sd_model_name: "other" });
    const options = { sampler: "nope" };
    const events = await run({ n: 2 }, { images: pictures, info }, {}, options).events;
    const told = events.map((event) =>
      "picture" in event ? event.warnings?.map(({ param }) => param) : [],
    );
    expect(told).toEqual([["sampler", "model"], undefined]);
    const settings = { switch_checkpoint: false, sampler: "nope" };
    const [first] = await run({}, { images: pictures, info }, settings).events;
    expect(first).toMatchObject({ warnings: [] });
  });

  test("fewer pictures than asked are all given", async () => {
    expect(await lengths(run({ n: 3 }, { images: pictures.slice(0, 2), info: "{}" }))).toEqual([
      1, 2,
    ]);
  });

  test.each([[{ images: [], info: "{}" }], [{ images: null }], [{}], [[]], ["text"]])(
    "%j holds no picture",
    async (answer) => {
      expect((await errorOf(run({}, answer).events)).code).toBe("upstream_bad_answer");
    },
  );
});

describe("the request", () => {
  test("free seed, configured steps, nothing saved, the checkpoint of the model", async () => {
    expect(await run({ n: 3 }).body()).toMatchObject({
      seed: -1,
      steps: 25,
      batch_size: 3,
      n_iter: 1,
      save_images: false,
      override_settings: { sd_model_checkpoint: "dream" },
      override_settings_restore_afterwards: true,
    });
  });

  test("quality chooses the steps, the caller's own steps win", async () => {
    expect(await run({ quality: "high" }).body()).toMatchObject({ steps: 40 });
    expect(await run({ quality: "auto" }).body()).toMatchObject({ steps: 25 });
    expect(await run({ quality: "high" }, oneImage, {}, { steps: 9 }).body()).toMatchObject({
      steps: 9,
    });
    const error = await errorOf(run({ quality: "ultra" }).events);
    expect([error.code, error.param]).toEqual(["invalid_value", "quality"]);
  });

  test("nothing is overridden where the operator wants no switching", async () => {
    const body = await run({}, oneImage, { switch_checkpoint: false }).body();
    expect(body["override_settings"]).toEqual({});
    expect(body["override_settings_restore_afterwards"]).toBeUndefined();
  });

  test("a format is asked for only where the card says that the server takes one", async () => {
    const asked = { output_format: "jpeg", output_compression: 60 } as const;
    expect(await run(asked, oneImage, { switch_checkpoint: false }).body()).toMatchObject({
      override_settings: {},
    });
    const card = defineCard({ name: "dream", formats: ["png", "jpeg"], format_parameter: true });
    expect(await run(asked, oneImage, { switch_checkpoint: false }, {}, card).body()).toMatchObject(
      {
        override_settings: { samples_format: "jpg", jpeg_quality: 60 },
      },
    );
  });

  test("an edit keeps the image's own size, shown upright and rounded to 8", async () => {
    const upright = run({ operation: "edit", images: [fakePicture()] });
    expect(await upright.body()).toMatchObject({
      width: 640,
      height: 480,
      denoising_strength: 0.75,
    });
    expect(upright.tools.calls[0]?.url).toBe("/sdapi/v1/img2img");
    const turned = run({ operation: "edit", images: [fakePicture(100, 6)] });
    expect(await turned.body()).toMatchObject({ width: 480, height: 640 });
    const small = defineCard({
      name: "dream",
      size_rule: { edge_max: 512, pixels_max: 262_144 },
    });
    const bounded = run({ operation: "edit", images: [fakePicture()] }, oneImage, {}, {}, small);
    expect(await bounded.body()).toMatchObject({ width: 512, height: 384 });
  });

  test("an edit of an asked size takes that size", async () => {
    const size = { width: 768, height: 512 };
    const body = await run({ operation: "edit", size, images: [fakePicture()] }).body();
    expect(body).toMatchObject({ ...size, resize_mode: 1 });
    expect(body["mask"]).toBeUndefined();
  });

  test("image and mask travel as bare base64, the original below the mask", async () => {
    const image = fakePicture();
    const mask = fakePicture(5);
    const body = await run({ operation: "edit", images: [image], mask }).body();
    expect(body).toMatchObject({ inpainting_fill: 1, inpaint_full_res: false, mask_blur: 4 });
    expect(body["init_images"]).toEqual([new EncodedPicture(image, "base64")]);
    expect(body["mask"]).toEqual(new EncodedPicture(mask, "base64"));
  });

  test("two images are refused before anything is sent", async () => {
    const call = run({ operation: "edit", images: [fakePicture(), fakePicture()] });
    expect((await errorOf(call.events)).param).toBe("image");
    expect(call.tools.calls).toEqual([]);
  });

  test("fields of the card's cannot take over those that are billed", async () => {
    const body = await run({
      n: 2,
      more: { seed: 5, batch_size: 9, n_iter: 9, save_images: true },
    }).body();
    expect(body).toMatchObject({ seed: 5, batch_size: 2, n_iter: 1, save_images: false });
  });
});

describe("tags that load networks", () => {
  test.each(["a fox <lora:style:1>", "<LoRA:style:0.5> a fox", "<hypernet:x:1>", "a <lyco:b>"])(
    "%s is refused and nothing is sent",
    async (prompt) => {
      const call = run({ prompt });
      const error = await errorOf(call.events);
      expect([error.code, error.param]).toEqual(["invalid_value", "prompt"]);
      expect(call.tools.calls).toEqual([]);
    },
  );

  test("in the negative prompt too", async () => {
    const error = await errorOf(run({ more: { negative_prompt: "<lora:x:1>" } }).events);
    expect(error.param).toBe("negative_prompt");
  });

  test.each(["a < b : c > d", "<no colon>", "love <3"])("%s is no tag", async (prompt) => {
    expect(await run({ prompt }).body()).toMatchObject({ prompt });
  });

  test("they pass where the operator allows them", async () => {
    const prompt = "a fox <lora:style:1>";
    expect(await run({ prompt }, oneImage, { prompt_networks: "allow" }).body()).toMatchObject({
      prompt,
    });
  });
});

describe("errors", () => {
  const read = (status: number, json: unknown) =>
    sdapi().readError({ status, headers: {}, json, text: JSON.stringify(json) ?? "" });

  test.each([
    [{ error: "HTTPException", detail: "Sampler not found", body: "", errors: "" }],
    [{ detail: "Sampler not found" }],
    [{ error: "HTTPException", code: 400, detail: "Sampler not found", body: "", errors: "" }],
    [{ error: "ValueError", detail: "", body: "", errors: "Sampler not found" }],
  ])("%j gives its text", (json) => {
    const said = { message: "Sampler not found", param: "sampler" };
    expect(read(400, json)).toEqual({ code: "invalid_value", ...said });
    expect(read(404, json)).toEqual({ code: "invalid_value", ...said });
  });

  test("a list of faults gives each with its place", () => {
    const detail = [{ loc: ["body", "steps"], msg: "not an integer", type: "int_parsing" }];
    expect(read(422, { detail })).toMatchObject({
      message: "steps: not an integer",
      param: "steps",
    });
  });

  test("an image that the server cannot read is the caller's, whatever the status", () => {
    expect(read(500, { detail: "Invalid encoded image" })).toMatchObject({ code: "invalid_image" });
  });

  test("the status decides the rest", () => {
    expect(read(404, { detail: "Not Found" })).toBeUndefined();
    expect(read(401, { detail: "Incorrect username or password" })).toBeUndefined();
    expect(read(500, { error: "OutOfMemoryError", errors: "CUDA out of memory" })).toBeUndefined();
    expect(read(405, { detail: "Method Not Allowed" })).toEqual({ code: "upstream_refused" });
    expect(read(503, undefined)).toEqual({ code: "upstream_failed" });
    expect(read(503, { detail: "busy" })).toEqual({ code: "upstream_busy" });
  });
});

describe("a sampler that the server does not have", () => {
  const refused = new PinholeError("invalid_value", { message: "No.", param: "sampler" });
  const ending = (settings: Record<string, unknown>, options: Record<string, unknown>) =>
    errorOf(eventsOf(sdapi().generate(input({}, [{ error: refused }], settings, options))));

  test("is the caller's mistake where the caller named it", async () => {
    expect((await ending({ sampler: "a" }, { sampler: "b" })).code).toBe("invalid_value");
    expect((await ending({}, {})).code).toBe("invalid_value");
  });

  test("is the operator's where the settings name it", async () => {
    const error = await ending({ sampler: "No Such" }, {});
    expect(error).toMatchObject({ code: "upstream_refused", param: undefined });
    expect(error.detail).toContain("settings.sampler is No Such");
  });
});

test("discovery lists the checkpoints by name", async () => {
  const tools = fakeTools([{ json: [{ title: "dream.safetensors [1a2b]", model_name: "dream" }] }]);
  expect(await sdapi().discover(tools)).toEqual(["dream"]);
  expect(tools.calls).toEqual([{ url: "/sdapi/v1/sd-models" }]);
});

describe("a request that is given up", () => {
  const cancelled = async (interrupt: boolean) => {
    const { http, settings, calls } = input({}, [{ json: {} }], { interrupt });
    await sdapi().cancel({ http, settings });
    return calls;
  };

  test("interrupts the server where the operator says that nobody else uses it", async () => {
    expect((await run({}, oneImage, { interrupt: true }).events)[0]).toHaveProperty("job");
    expect(await cancelled(true)).toEqual([{ url: "/sdapi/v1/interrupt", method: "POST" }]);
  });

  test("leaves the server alone otherwise", async () => {
    expect((await run({}).events)[0]).toHaveProperty("picture");
    expect(await cancelled(false)).toEqual([]);
  });
});

describe("the free check", () => {
  const models = { json: [{ model_name: "dream" }] };
  const samplers = {
    json: [{ name: "DPM++ 2M", aliases: ["k_dpmpp_2m"], options: {} }, { name: "Euler" }],
  };
  const found = (steps: readonly Step[], sampler?: string): Promise<string> => {
    const { http, settings } = input({}, steps, sampler === undefined ? {} : { sampler });
    return sdapi().check({ http, settings });
  };

  test.each([[undefined], ["euler"], ["DPM++ 2M"], ["DPM++ 2M Karras"], ["k_dpmpp_2m"]])(
    "counts what the server lists, with the sampler %s",
    async (sampler) => {
      expect(await found([models, samplers], sampler)).toBe("it lists 1 checkpoint and 2 samplers");
    },
  );

  test.each([["Euler_b"], ["DPM++ 2M2"], ["DPM++"]])(
    "a configured sampler that is not listed is told, %s",
    async (sampler) => {
      const error = await errorOf(found([models, samplers], sampler));
      expect([error.code, error.message]).toEqual([
        "upstream_refused",
        expect.stringContaining("DPM++ 2M, Euler"),
      ]);
    },
  );

  test("a server without a list of samplers is as good", async () => {
    const missing = { error: failed("upstream_model_missing") };
    expect(await found([models, missing], "Euler")).toBe("it lists 1 checkpoint");
    expect((await errorOf(found([missing]))).code).toBe("upstream_model_missing");
  });
});
