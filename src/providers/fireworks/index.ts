import { z } from "zod";
import { defineProvider, type GenerateInput, type ProviderEvent } from "../../core/provider.ts";
import { EncodedPicture, type UpstreamFault, type WireError } from "../../core/wire.ts";
import { cardFamily, type CardFields } from "../../dialects/card-family.ts";
import { faultReader } from "../../dialects/fault-words.ts";
import { type JobRules, runJob, wordAt } from "../../dialects/jobs.ts";
import { madePictures } from "../../dialects/made-pictures.ts";
import { ownOptions } from "../../dialects/own-options.ts";
import { bearer, hostedSettings } from "../../dialects/settings.ts";

const settings = z.strictObject({
  ...hostedSettings("https://api.fireworks.ai/inference/v1"),
  safety_tolerance: z
    .int()
    .min(0)
    .max(6)
    .default(2)
    .describe("How much Kontext lets through, from 0 (little) on; edits take at most 2."),
});

const options = z.strictObject({
  num_inference_steps: z.int().min(1).max(50).optional().describe("Steps of schnell and dev."),
  guidance_scale: z.number().min(0).max(20).optional().describe("Guidance of schnell and dev."),
  prompt_upsampling: z.boolean().optional().describe("Rewrites the prompt of Kontext."),
});

type Input = GenerateInput<z.output<typeof settings>, z.output<typeof options>>;

const faults = faultReader({
  codeAt: ["error.code", "error.type"],
  messageAt: ["error.message", "error", "message", "detail"],
  paramAt: ["error.param"],
  codes: {
    moderation_blocked: ["content_filter*", "content_policy*", "moderation*"],
    upstream_credentials: ["unauthorized", "invalid_api_key", "insufficient_*"],
    upstream_model_missing: ["not_found", "model_not_found"],
  },
  sentences: {
    moderation_blocked: [/\b(moderat(ed|ion)|content polic(y|ies)|nsfw|content filter)\b/i],
    upstream_credentials: [/^account .*\bsuspended\b/i],
  },
  // An account that has not paid or has spent its limit.
  statuses: { 412: "upstream_credentials" },
});

const ratios = ["1:1", "2:3", "3:2", "4:5", "5:4", "16:9", "9:16", "9:21", "21:9"];
const listed = { as_of: "2026-11-26", certainty: "third_party" } as const;
const source = "https://docs.fireworks.ai/serverless/pricing";

const perStep = (usd: number, usual: number): CardFields["price"] => ({
  lines: [{ per: ["image", "step"], rate: usd }],
  steps: { option: "num_inference_steps", default: usual },
  source,
  ...listed,
});

const kontext: Partial<CardFields> = {
  operations: ["generation", "edit"],
  ratios: [...ratios, "4:3", "3:4"],
  images: { max: 1 },
};

const models = "accounts/fireworks/models";

/** docs.fireworks.ai and its client in the AI SDK 3.0.62, read 2026-11-26. */
const cards = cardFamily(
  {
    owned_by: "black-forest-labs",
    ratios,
    formats: ["png", "jpeg"],
    format_parameter: true,
    parameters: ["seed"],
  },
  [
    { name: `${models}/flux-1-schnell-fp8`, price: perStep(0.00035, 4) },
    { name: `${models}/flux-1-dev-fp8`, price: perStep(0.0005, 30) },
    {
      name: `${models}/flux-kontext-pro`,
      ...kontext,
      price: { per_image_usd: 0.04, source, ...listed },
    },
    {
      name: `${models}/flux-kontext-max`,
      ...kontext,
      price: { per_image_usd: 0.08, source, ...listed },
    },
  ],
);

const moreSchema = z.object({ seed: z.int().optional() });

async function* generate(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  if (/\/flux-kontext-[^/]*$/.test(input.model)) yield* byJob(input);
  else yield* atOnce(input);
}

/** A picture whose answer is its bytes; `Accept` chooses the format, a header says that it was held back. */
async function* atOnce(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const { request, model } = input;
  const takes = ["num_inference_steps", "guidance_scale"];
  const chosen = ownOptions(input.options, { provider: "fireworks", model, takes });
  const steps = chosen.num_inference_steps ?? (model.includes("schnell") ? 4 : 30);
  const answer = await input.http.call({
    url: `/workflows/${model}/text_to_image`,
    headers: { accept: `image/${request.output_format ?? "png"}` },
    json: {
      ...chosen,
      num_inference_steps: steps,
      aspect_ratio: request.ratio ?? "1:1",
      prompt: request.prompt,
      seed: moreSchema.parse(request.more).seed,
    },
    lift: ["base64.*"],
    refused: filteredIn,
  });
  yield { facts: { steps } };
  yield* madePictures(input.http, answer, { at: ["base64.*"] });
}

function filteredIn({ headers }: WireError): UpstreamFault | undefined {
  const isFiltered = headers["finish-reason"]?.toUpperCase() === "CONTENT_FILTERED";
  return isFiltered ? { code: "moderation_blocked" } : undefined;
}

/** A job of Kontext, which is asked for by POST. A job that is "not found" may only be too new. */
function jobsOf(model: string): JobRules {
  return {
    idAt: ["request_id", "id"],
    byId: (id) => ({ url: `/workflows/${model}/get_result`, json: { id } }),
    statusAt: ["status"],
    done: ["Ready"],
    failed: ["Error", "Failed", "Request Moderated", "Content Moderated"],
    failure: ({ json }) => {
      const status = wordAt(json, ["status"]) ?? "";
      if (!/moderated$/i.test(status)) return { code: "upstream_failed" };
      const held = status.startsWith("Request") ? "the prompt or an input" : "the result";
      return { code: "moderation_blocked", message: `The provider held back ${held}.` };
    },
    progress: { at: ["progress"], whole: 1 },
    lift: ["result.sample"],
    pace: { firstMs: 500, maxMs: 2000 },
  };
}

async function* byJob(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const { request, model } = input;
  const [image] = request.images;
  const tolerance = input.settings.safety_tolerance;
  const takes = ["prompt_upsampling"];
  const { result } = yield* runJob(input, jobsOf(model), {
    url: `/workflows/${model}`,
    json: {
      ...ownOptions(input.options, { provider: "fireworks", model, takes }),
      prompt: request.prompt,
      // An edit without a shape takes that of its picture.
      aspect_ratio: request.ratio ?? (image === undefined ? "1:1" : undefined),
      input_image: image === undefined ? undefined : new EncodedPicture(image, "data_url"),
      output_format: request.output_format ?? "png",
      safety_tolerance: image === undefined ? tolerance : Math.min(tolerance, 2),
      seed: moreSchema.parse(request.more).seed,
    },
  });
  yield* madePictures(input.http, result, { at: ["result.sample"] });
}

export default defineProvider({
  id: "fireworks",
  name: "Fireworks AI",
  docs: "https://docs.fireworks.ai/api-reference/generate-a-new-image-from-a-text-prompt",
  facts: { documentation: "2026-11-26" },
  about:
    "FLUX.1 schnell and dev, whose pictures come at once, and FLUX.1 Kontext, whose pictures are jobs and which edits one picture. There is no mask. Shapes are ratios.",
  models: cards,
  openEnded: false,
  settings,
  options,
  authorize: bearer,
  readError: faults.readError,
  generate,
});
