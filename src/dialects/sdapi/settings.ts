import { z } from "zod";
import type { BaseSettings } from "../../core/provider.ts";
import { refusedPromptTags } from "../settings.ts";

/** Sides that every server of this dialect takes are multiples of 8 pixels. */
export const sideMultiple = 8;

/** The ways of an edit with an image of another shape than the asked size. */
export const resizeModes = ["stretch", "crop", "fill"] as const;

/** Settings of every server that speaks this dialect; a provider adds its own around them. */
export const sdapiSettings = {
  steps: z
    .int()
    .min(1)
    .max(150)
    .default(25)
    .describe("Sampling steps where the request names no quality; the server's own default is 50."),
  quality_steps: z
    .record(z.string(), z.int().min(1).max(150))
    .default({ low: 15, medium: 25, high: 40 })
    .describe("Sampling steps for each quality of the model's card."),
  sampler: z
    .string()
    .min(1)
    .optional()
    .describe("Sampler, as the server lists it; not set: the server's own."),
  scheduler: z
    .string()
    .min(1)
    .optional()
    .describe("Noise schedule, as the server lists it; not set: the server's own."),
  cfg_scale: z
    .number()
    .min(0)
    .max(50)
    .optional()
    .describe("How closely the prompt is followed; not set: the server's own."),
  denoising_strength: z
    .number()
    .min(0)
    .max(1)
    .default(0.75)
    .describe("How much an edit may change: 0 nothing, 1 everything."),
  mask_blur: z
    .int()
    .min(0)
    .max(64)
    .default(4)
    .describe("Pixels over which the edge of a mask is softened."),
  resize_mode: z
    .enum(resizeModes)
    .default("crop")
    .describe("What an edit does with an image of another shape than the asked size."),
  switch_checkpoint: z
    .boolean()
    .default(true)
    .describe(
      "Ask the server to load the checkpoint that the model names; false: whatever is loaded serves every model.",
    ),
  restore_settings: z
    .boolean()
    .default(true)
    .describe(
      "Let the server go back to its own checkpoint after each request. False is much faster where several checkpoints are served and the gateway owns the server.",
    ),
  override_settings: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .default({})
    .describe(
      "Server options for every request, for example { enable_pnginfo: false } to keep the prompt out of the files. A server may fail on options it does not know.",
    ),
  interrupt: z
    .boolean()
    .default(false)
    .describe(
      "Stop the server's work on a request that is given up, at the end of its time say. The API stops whatever the server is working on: only where nobody but this channel uses it, with a concurrency of 1.",
    ),
  prompt_networks: z
    .enum(["refuse", "allow"])
    .default("refuse")
    .describe(
      "Tags such as <lora:name:1> in a caller's prompt load extra networks on the server. refuse: a 400; allow: they are passed on.",
    ),
  refused_prompt_tags: refusedPromptTags,
};
export type SdapiSettings = BaseSettings & z.output<z.ZodObject<typeof sdapiSettings>>;

/** The options that a caller may choose for one request. */
export const sdapiOptions = z.strictObject({
  steps: z.int().min(1).max(150).optional().describe("Sampling steps."),
  sampler: z.string().min(1).max(100).optional().describe("Sampler."),
  scheduler: z.string().min(1).max(100).optional().describe("Noise schedule."),
  cfg_scale: z.number().min(0).max(50).optional().describe("How closely the prompt is followed."),
  denoising_strength: z.number().min(0).max(1).optional().describe("How much an edit may change."),
  mask_blur: z
    .int()
    .min(0)
    .max(64)
    .optional()
    .describe("Pixels over which a mask's edge is softened."),
});
export type SdapiOptions = z.output<typeof sdapiOptions>;
