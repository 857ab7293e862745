import { z } from "zod";
import { anyServerSettings, baseUrl, refusedPromptTags } from "../../dialects/settings.ts";

const steps = z.int().min(1).max(100);
const guidance = z.number().min(0).max(50).optional();
const strength = z.number().min(0).max(1);

/** Settings of a channel. */
export const settings = z.strictObject({
  ...anyServerSettings,
  base_url: baseUrl("http://127.0.0.1:1234", "Address of the server, without /v1."),
  api_key: anyServerSettings.api_key.describe(
    "Sent as Authorization: Bearer, for a proxy in front; the server itself asks for none.",
  ),
  steps: steps
    .optional()
    .describe("Sampling steps where the request names no quality; not set: the server's --steps."),
  quality_steps: z
    .record(z.string(), steps)
    .default({})
    .describe("Sampling steps for each quality of the model's card."),
  sampler: z
    .string()
    .min(1)
    .optional()
    .describe("Sampler, as the server lists it; not set: the server's --sampling-method."),
  scheduler: z
    .string()
    .min(1)
    .optional()
    .describe("Noise schedule, as the server lists it; not set: the server's --scheduler."),
  cfg_scale: guidance.describe(
    "How closely the prompt is followed; not set: the server's --cfg-scale.",
  ),
  distilled_guidance: guidance.describe(
    "Guidance of models such as FLUX; not set: the server's --guidance.",
  ),
  strength: strength
    .default(0.75)
    .describe(
      "How much an edit may change the picture that it starts from: 0 nothing, 1 everything.",
    ),
  edit_images: z
    .enum(["start", "reference"])
    .default("start")
    .describe(
      "What the images of an edit are. start: the picture that is changed, exactly one, for every model; reference: what an edit model such as FLUX Kontext or Qwen-Image-Edit looks at, as many as the model's card allows, of which a mask is laid on the first.",
    ),
  loras: z
    .array(
      z.strictObject({
        path: z.string().min(1).describe("Path below the server's --lora-model-dir."),
        multiplier: z.number().min(-10).max(10).default(1).describe("Its weight."),
      }),
    )
    .default([])
    .describe("LoRAs that every picture is made with."),
  refused_prompt_tags: refusedPromptTags,
});

/** Options of one request, which its caller may choose. */
export const options = z.strictObject({
  steps: steps.optional().describe("Sampling steps."),
  sampler: z.string().min(1).max(100).optional().describe("Sampler, as the server lists it."),
  scheduler: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe("Noise schedule, as the server lists it."),
  cfg_scale: guidance.describe("How closely the prompt is followed."),
  distilled_guidance: guidance.describe("Guidance of models such as FLUX."),
  strength: strength
    .optional()
    .describe("How much an edit may change the picture that it starts from."),
});
