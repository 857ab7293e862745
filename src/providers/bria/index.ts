import { z } from "zod";
import type { Picture } from "../../core/picture.ts";
import { defineProvider, type GenerateInput, type ProviderEvent } from "../../core/provider.ts";
import { EncodedPicture, type WireJson } from "../../core/wire.ts";
import { type JobRules, runJob } from "../../dialects/jobs.ts";
import { madePictures } from "../../dialects/made-pictures.ts";
import { ratioToSend } from "../../dialects/ratio-to-send.ts";
import { anyResultHosts, hostedSettings, hostedService } from "../../dialects/settings.ts";
import { cards, type Endpoint, endpoints } from "./cards.ts";
import { failureOf, readError } from "./faults.ts";

const settings = z.strictObject({
  ...hostedSettings("https://engine.prod.bria-api.com"),
  content_moderation: z
    .boolean()
    .default(true)
    .describe("Whether prompts, inputs and results are moderated; sent with every call."),
  result_hosts: anyResultHosts(),
});

const options = z.strictObject({
  steps_num: z
    .int()
    .min(20)
    .max(50)
    .optional()
    .describe("Steps of fibo (35 to 50) and fibo-edit (20 to 50)."),
  guidance_scale: z
    .number()
    .min(3)
    .max(5)
    .optional()
    .describe("How closely fibo-edit follows its instruction."),
});

type Input = GenerateInput<z.output<typeof settings>, z.output<typeof options>>;

const hosts = [".bria-api.com"];

/** Jobs are told of with a 200 also where they failed. */
const jobs: JobRules = {
  idAt: ["request_id"],
  byId: (id) => ({ url: `/v2/status/${id}` }),
  urlAt: ["status_url"],
  hosts,
  statusAt: ["status"],
  done: ["COMPLETED"],
  failed: ["ERROR", "UNKNOWN"],
  failure: failureOf,
  pace: { firstMs: 1000, maxMs: 4000 },
};

const moreSchema = z.object({ seed: z.int().optional(), negative_prompt: z.string().optional() });

const encoded = (picture: Picture): EncodedPicture => new EncodedPicture(picture, "base64");

/** Words, shape and format of a picture that is made from nothing, or after another. */
function generationFields(input: Input): Record<string, WireJson> {
  const { request } = input;
  return {
    prompt: request.prompt,
    images: request.images.length === 0 ? undefined : request.images.map(encoded),
    aspect_ratio: ratioToSend(input),
    resolution: request.tier ?? "1MP",
    output_type: request.output_format ?? "png",
  };
}

/** The picture to work on, and where; what is made has its size. */
function workFields({ request }: Input, { work }: Endpoint): Record<string, WireJson> {
  const [first] = request.images;
  const image = first === undefined ? undefined : encoded(first);
  const mask = request.mask === undefined ? undefined : encoded(request.mask);
  if (work === "instruction") return { instruction: request.prompt, images: [image], mask };
  return { prompt: work === "fill" ? request.prompt : undefined, image, mask };
}

function bodyOf(input: Input, endpoint: Endpoint): WireJson {
  const { request, settings: given, options: chosen } = input;
  const { seed, negative_prompt } = moreSchema.parse(request.more);
  return {
    ...(endpoint.work === undefined ? generationFields(input) : workFields(input, endpoint)),
    negative_prompt,
    seed,
    steps_num: endpoint.takesSteps === true ? chosen.steps_num : undefined,
    guidance_scale: endpoint.work === "instruction" ? chosen.guidance_scale : undefined,
    prompt_content_moderation: endpoint.work === "picture" ? undefined : given.content_moderation,
    visual_input_content_moderation: given.content_moderation,
    visual_output_content_moderation: given.content_moderation,
    sync: false,
  };
}

const resultSchema = z.object({
  result: z.object({ seed: z.int().nullish(), refined_prompt: z.string().min(1).nullish() }),
});

async function* generate(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const endpoint = endpoints[input.model] ?? { path: "image/generate", takesSteps: true };
  const { result } = yield* runJob(input, jobs, {
    url: `/v2/${endpoint.path}`,
    json: bodyOf(input, endpoint),
  });
  yield* madePictures(input.http, result, {
    at: ["result.image_url"],
    facts: () => {
      const said = resultSchema.safeParse(result.json).data?.result;
      return {
        seed: said?.seed ?? undefined,
        revisedPrompt: said?.refined_prompt ?? undefined,
      };
    },
  });
}

export default defineProvider({
  ...hostedService,
  id: "bria",
  name: "Bria",
  docs: "https://docs.bria.ai",
  facts: { documentation: "2026-11-26" },
  about:
    "FIBO and Bria's tools for edits, trained on licensed data. Each call is a job; a mask goes to fibo-edit, gen-fill and erase. erase and remove-background work without a prompt and leave it out.",
  settings,
  options,
  models: cards,
  credentialHosts: hosts,
  authorize: (channel) => ({ api_token: channel.settings.api_key.reveal() }),
  generate,
  readError,
});
