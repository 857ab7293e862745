import { z } from "zod";
import { defineProvider, type GenerateInput, type ProviderEvent } from "../../core/provider.ts";
import { cardFamily, type CardFields } from "../../dialects/card-family.ts";
import { faultReader } from "../../dialects/fault-words.ts";
import { madePictures } from "../../dialects/made-pictures.ts";
import { ownOptions } from "../../dialects/own-options.ts";
import { bearer, hostedSettings } from "../../dialects/settings.ts";
import { sizeToSend } from "../../dialects/size-to-send.ts";

const settings = z.strictObject(hostedSettings("https://inference.prodia.com/v2"));

const options = z.strictObject({
  steps: z.int().min(1).max(50).optional().describe("Steps; schnell takes at most 4."),
  style_preset: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, {
      message: "must be small letters, digits and hyphens, at most 40",
    })
    .optional()
    .describe("A look such as anime or cinematic."),
  loras: z
    .array(z.string().min(1).max(200))
    .min(1)
    .max(3)
    .optional()
    .describe("LoRAs that are mixed in."),
  progressive: z.boolean().optional().describe("Makes JPEG that shows while it loads."),
});

type Input = GenerateInput<z.output<typeof settings>, z.output<typeof options>>;

const faults = faultReader({
  codeAt: ["error.code", "code"],
  messageAt: ["detail.*.msg", "detail", "error.message", "error", "message"],
  sentences: {
    moderation_blocked: [/\b(moderat(ed|ion)|content polic(y|ies)|safety filter|nsfw)\b/i],
    upstream_model_missing: [/^(unknown|invalid|unsupported) (job )?type\b/i],
  },
});

/** Every schnell is listed at this price; only a reply in several parts would state that of the call. */
const schnell: CardFields["price"] = {
  per_image_usd: 0.001,
  source: "https://prodia.com/pricing",
  as_of: "2026-11-26",
  certainty: "uncertain",
};

/** docs.prodia.com, v2 jobs, and @ai-sdk/prodia 1.0.50, read 2026-11-26. */
const cards = cardFamily(
  {
    owned_by: "black-forest-labs",
    size_rule: { multiple: 16, edge_min: 256, edge_max: 1920, pixels_max: 3_686_400 },
    size_default: "1024x1024",
    formats: ["png", "jpeg", "webp"],
    format_parameter: true,
    parameters: ["seed"],
  },
  [
    { name: "inference.flux-fast.schnell.txt2img.v2", price: schnell },
    { name: "inference.flux.schnell.txt2img.v2", price: schnell },
    { name: "inference.flux.dev.txt2img.v1" },
  ],
);

const moreSchema = z.object({ seed: z.int().optional() });

async function* generate(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const { request, model } = input;
  const size = sizeToSend(input);
  const takes = ["steps", "style_preset", "loras"];
  const isJpeg = request.output_format === "jpeg";
  const answer = await input.http.call({
    url: "/job",
    // The picture's bytes alone, in this format.
    headers: { accept: `image/${request.output_format ?? "png"}` },
    json: {
      type: model,
      config: {
        prompt: request.prompt,
        width: size?.width,
        height: size?.height,
        seed: moreSchema.parse(request.more).seed,
        ...ownOptions(input.options, {
          provider: "prodia",
          model: isJpeg ? model : `${model} in another format than JPEG`,
          takes: isJpeg ? [...takes, "progressive"] : takes,
        }),
      },
    },
  });
  yield* madePictures(input.http, answer, { at: [] });
}

export default defineProvider({
  id: "prodia",
  name: "Prodia",
  docs: "https://docs.prodia.com",
  facts: { documentation: "2026-11-26" },
  about:
    "FLUX.1 schnell and dev, one picture a call, whose answer is the picture itself. There are no edits.",
  settings,
  options,
  readError: faults.readError,
  models: cards,
  openEnded: false,
  authorize: bearer,
  generate,
});
