import { z } from "zod";
import { statedNano } from "../../core/money.ts";
import { defineProvider, type GenerateInput, type ProviderEvent } from "../../core/provider.ts";
import type { FormField, WireJson, WireRequest } from "../../core/wire.ts";
import { faultReader } from "../../dialects/fault-words.ts";
import { madePictures } from "../../dialects/made-pictures.ts";
import { bearer, hostedSettings, resultHosts } from "../../dialects/settings.ts";
import { sizeToSend } from "../../dialects/size-to-send.ts";
import { cards } from "./cards.ts";

const settings = z.strictObject({
  ...hostedSettings("https://external.api.recraft.ai/v1"),
  result_hosts: resultHosts([".recraft.ai"]),
});

const colour = z.strictObject({
  rgb: z.array(z.int().min(0).max(255)).length(3),
  weight: z.number().min(0).max(1).optional(),
});

const options = z.strictObject({
  style: z.string().max(100).optional().describe("A style of versions 2 and 3."),
  style_id: z.string().max(100).optional().describe("A style of your own."),
  strength: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe("How far an edit without a mask may go from its picture; 0.5 where it is not said."),
  colors: z.array(colour).max(20).optional().describe("Colours to prefer, as { rgb, weight }."),
  background_color: colour.optional().describe("Colour of the background."),
});

type Input = GenerateInput<z.output<typeof settings>, z.output<typeof options>>;

/** Some of its errors are JSON in one of two shapes, others plain text (recraft.ai, error handling). */
const faults = faultReader({
  codeAt: ["error.code", "code"],
  messageAt: ["error.message", "message", "error"],
  paramAt: ["error.param"],
  statuses: { 402: "upstream_credentials" },
  codes: {
    upstream_credentials: ["not_enough_credits", "insufficient_credits", "invalid_token"],
    upstream_rate_limited: ["rate_limit_exceeded", "too_many_requests"],
    moderation_blocked: ["content_policy_violation", "moderation_failed", "nsfw_content"],
  },
  sentences: {
    upstream_credentials: [/^not enough credits\b/i],
    moderation_blocked: [/\b(moderation|content polic(y|ies)|prohibited content|nsfw)\b/i],
  },
});

const moreSchema = z.object({ seed: z.int().optional(), negative_prompt: z.string().optional() });

function controlsOf({ options: chosen }: Input): Record<string, WireJson> | undefined {
  const { colors, background_color } = chosen;
  return colors === undefined && background_color === undefined
    ? undefined
    : { colors, background_color };
}

/** Pixels, or the ratio of a vector model. An edit keeps the size of its picture. */
function sizeOf(input: Input): string | undefined {
  const size = sizeToSend(input);
  if (input.card?.ratios !== undefined) return input.request.ratio ?? "1:1";
  return size === undefined ? undefined : `${size.width}x${size.height}`;
}

/** Fields that all calls share. */
function commonFields(input: Input) {
  const { request, model, card, options: chosen } = input;
  const { seed, negative_prompt } = moreSchema.parse(request.more);
  const isRaster = card?.formats.includes("svg") !== true;
  return {
    prompt: request.prompt,
    model,
    n: request.n,
    response_format: "b64_json",
    // Its own default was seen to be WebP.
    image_format: isRaster ? (request.output_format ?? "png") : undefined,
    random_seed: seed,
    negative_prompt,
    style: chosen.style,
    style_id: chosen.style_id,
  };
}

function generation(input: Input): WireRequest {
  const json = { ...commonFields(input), size: sizeOf(input), controls: controlsOf(input) };
  return { url: "/images/generations", json };
}

/** An edit through a mask is inpainted; without one the picture is drawn anew, as far as `strength` lets it. */
function edit(input: Input): WireRequest {
  const { request, options: chosen } = input;
  const { mask } = request;
  const controls = controlsOf(input);
  const fields = {
    ...commonFields(input),
    strength: mask === undefined ? (chosen.strength ?? 0.5) : undefined,
    controls: controls === undefined ? undefined : JSON.stringify(controls),
  };
  const text = Object.entries(fields).flatMap(([name, value]): FormField[] =>
    value === undefined ? [] : [{ name, value: String(value) }],
  );
  const files = request.images.map((value): FormField => ({ name: "image", value }));
  const masks = mask === undefined ? [] : [{ name: "mask", value: mask }];
  return {
    url: mask === undefined ? "/images/imageToImage" : "/images/inpaint",
    form: [...text, ...files, ...masks],
  };
}

const answerSchema = z.object({ credits: z.unknown().optional() });
const itemSchema = z.object({ revised_prompt: z.string().min(1).nullish() });

async function* generate(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const call = input.request.images.length === 0 ? generation(input) : edit(input);
  const answer = await input.http.call({ ...call, lift: ["data.*.b64_json", "image.b64_json"] });
  const credits = answerSchema.safeParse(answer.json).data?.credits;
  const charge = statedNano(credits, "0.001");
  if (charge !== undefined) yield { charge };
  yield* madePictures(input.http, answer, {
    at: ["data.*.b64_json", "data.*.url", "image.b64_json", "image.url"],
    facts: (item) => ({
      revisedPrompt: itemSchema.safeParse(item).data?.revised_prompt ?? undefined,
    }),
  });
}

export default defineProvider({
  id: "recraft",
  name: "Recraft",
  docs: "https://www.recraft.ai/docs/api-reference",
  facts: { documentation: "2026-11-26" },
  about:
    "Recraft's raster and vector models; vector pictures are SVG and take a ratio instead of pixels. Edits by v4.1, v4 and v3, masks by v3. It says what each call cost.",
  settings,
  options,
  models: cards,
  openEnded: false,
  configuredResultHosts: ({ result_hosts: known }) => known,
  authorize: bearer,
  generate,
  readError: faults.readError,
});
