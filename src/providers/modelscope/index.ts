import { z } from "zod";
import { defineProvider, type GenerateInput, type ProviderEvent } from "../../core/provider.ts";
import { EncodedPicture, type WireJson } from "../../core/wire.ts";
import { type CardFields, cardFamily } from "../../dialects/card-family.ts";
import { faultReader } from "../../dialects/fault-words.ts";
import { type JobRules, runJob } from "../../dialects/jobs.ts";
import { madePictures } from "../../dialects/made-pictures.ts";
import { anyResultHosts, hostedService, hostedSettings } from "../../dialects/settings.ts";
import { sizeToSend } from "../../dialects/size-to-send.ts";

const settings = z.strictObject({
  ...hostedSettings("https://api-inference.modelscope.cn"),
  result_hosts: anyResultHosts(),
});

const options = z.strictObject({
  steps: z.int().min(1).max(100).optional().describe("Steps of the sampler."),
  guidance: z.number().min(1.5).max(20).optional().describe("How closely the prompt is followed."),
  loras: z
    .union([
      z.string().max(200),
      z
        .record(z.string().min(1).max(200), z.number().min(0).max(1))
        .refine((weights) => Object.keys(weights).length <= 6, {
          message: "must have at most 6 names",
        }),
    ])
    .optional()
    .describe("A LoRA's repository, or several with weights that come to 1."),
});

type Input = GenerateInput<z.output<typeof settings>, z.output<typeof options>>;

const moderated = [
  /\b(moderat(ed|ion)|sensitive|inappropriate|content (polic(y|ies)|safety|inspection))\b/i,
  /违规|敏感|审核/,
];

/** Errors stand in `errors`, those of a task too. */
const faults = faultReader({
  codeAt: ["errors.code"],
  messageAt: ["errors.message", "error.message", "message"],
  sentences: { moderation_blocked: moderated },
});
const ofTasks = faultReader({
  codeAt: ["task_status"],
  messageAt: ["errors.message", "message"],
  sentences: { moderation_blocked: moderated },
});

const jobs: JobRules = {
  idAt: ["task_id"],
  byId: (id) => ({
    url: `/v1/tasks/${id}`,
    headers: { "x-modelscope-task-type": "image_generation" },
  }),
  statusAt: ["task_status"],
  done: ["SUCCEED", "SUCCEEDED"],
  failed: ["FAILED", "CANCELED"],
  failure: ofTasks.refused,
  pace: { firstMs: 2000, maxMs: 5000 },
};

/** Repositories differ in what they take; these are the bounds of the API. */
const common: Partial<CardFields> = {
  owned_by: "modelscope",
  prompt_max: 2000,
  edit_prompt_max: 2000,
  size_rule: { edge_min: 64, edge_max: 2048, pixels_max: 4_194_304 },
  formats: ["png", "jpeg", "webp"],
  parameters: ["seed", "negative_prompt"],
  // API-Inference is free within daily quotas.
  price: "free",
};
const cards = cardFamily(common, [
  { name: "Qwen/Qwen-Image" },
  { name: "Tongyi-MAI/Z-Image-Turbo" },
]);
const [defaultCard] = cardFamily(common, [
  {
    name: "modelscope",
    operations: ["generation", "edit"],
    images: { max: 3, references: true, bytes_max: 10_000_000 },
  },
]);

const moreSchema = z.object({ seed: z.int().optional(), negative_prompt: z.string().optional() });

/** One picture is a text, several a list. */
function pictureField({ request }: Input): WireJson {
  const encoded = request.images.map((image) => new EncodedPicture(image, "data_url"));
  return encoded.length > 1 ? encoded : encoded[0];
}

async function* generate(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const { request, model, options: chosen } = input;
  const { width, height } = sizeToSend(input) ?? { width: 1024, height: 1024 };
  const { seed, negative_prompt } = moreSchema.parse(request.more);
  const { result } = yield* runJob(input, jobs, {
    url: "/v1/images/generations",
    headers: { "x-modelscope-async-mode": "true" },
    json: {
      model,
      prompt: request.prompt,
      negative_prompt,
      size: `${width}x${height}`,
      seed,
      steps: chosen.steps,
      guidance: chosen.guidance,
      loras: chosen.loras,
      image_url: pictureField(input),
    },
  });
  yield* madePictures(input.http, result, { at: ["output_images.*"] });
}

export default defineProvider({
  ...hostedService,
  id: "modelscope",
  name: "ModelScope",
  docs: "https://modelscope.cn/docs/model-service/API-Inference/intro",
  facts: { documentation: "2026-11-26" },
  about:
    "API-Inference of ModelScope: open models by the names of their repositories, free within daily quotas. Each call is a task. Models that edit take pictures as data URLs; there is no mask.",
  settings,
  options,
  models: cards,
  openEnded: true,
  defaultCard,
  generate,
  readError: faults.readError,
});
