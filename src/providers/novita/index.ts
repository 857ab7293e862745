import { z } from "zod";
import { defineProvider, type GenerateInput, type ProviderEvent } from "../../core/provider.ts";
import { sizeText } from "../../core/request.ts";
import { EncodedPicture, type WireRequest } from "../../core/wire.ts";
import { cardFamily } from "../../dialects/card-family.ts";
import { faultReader } from "../../dialects/fault-words.ts";
import { madePictures } from "../../dialects/made-pictures.ts";
import { ownOptions } from "../../dialects/own-options.ts";
import { bearer, hostedSettings, watermark, watermarkOf } from "../../dialects/settings.ts";
import { sizeOrSquare, sizeToSend } from "../../dialects/size-to-send.ts";

const settings = z.strictObject({
  ...hostedSettings("https://api.novita.ai"),
  watermark: watermark(true),
});

const options = z.strictObject({
  steps: z.int().min(1).max(100).optional().describe("Steps of FLUX.1 schnell."),
});

type Input = GenerateInput<z.output<typeof settings>, z.output<typeof options>>;

/** Names come first: an empty balance is a 400, a wrong key a 403. */
const faults = faultReader({
  codeAt: ["reason", "code"],
  messageAt: ["message"],
  codes: {
    moderation_blocked: ["ILLEGAL_PROMPT", "ILLEGAL_IMAGE_CONTENT"],
    upstream_credentials: [
      "INVALID_API_KEY",
      "MISSING_API_KEY",
      "BILLING_BALANCE_NOT_ENOUGH",
      "NEED_REAL_NAME_VERIFY",
      "model_access_denied",
    ],
    upstream_failed: ["BILLING_FAILED"],
    upstream_rate_limited: ["RATE_LIMIT_EXCEEDED"],
    upstream_model_missing: ["MODEL_NOT_FOUND"],
  },
  sentences: { moderation_blocked: [/\b(nsfw|sensitive|content polic(y|ies))\b/i] },
});

/** novita.ai/docs, what its list of retired models leaves, read 2026-11-26. */
const cards = cardFamily({}, [
  {
    name: "seedream-4.0",
    owned_by: "bytedance",
    operations: ["generation", "edit"],
    size_rule: {
      edge_min: 240,
      edge_max: 16_384,
      pixels_min: 921_600,
      pixels_max: 16_777_216,
      aspect_max: 16,
    },
    formats: ["jpeg"],
    images: { max: 10, references: true },
    parameters: ["watermark"],
  },
  {
    name: "flux-1-schnell",
    owned_by: "black-forest-labs",
    size_rule: { edge_min: 64, edge_max: 2048, pixels_max: 4_194_304 },
    size_default: "1024x1024",
    formats: ["png", "webp", "jpeg"],
    format_parameter: true,
    parameters: ["seed"],
    price: {
      per_image_usd: 0.001,
      source: "https://novita.ai/pricing",
      as_of: "2026-05-25",
      certainty: "third_party",
    },
  },
]);

/** Groups of pictures that belong together are not asked for: each call makes one. */
function seedream(input: Input): WireRequest {
  const { request, model, settings: given } = input;
  ownOptions(input.options, { provider: "novita", model, takes: [] });
  const images = request.images.map((image) => new EncodedPicture(image, "data_url"));
  const size = images.length > 0 ? sizeToSend(input) : sizeOrSquare(input);
  return {
    url: "/v3/seedream-4.0",
    json: {
      prompt: request.prompt,
      images: images.length === 0 ? undefined : images,
      size: size === undefined ? undefined : sizeText(size),
      sequential_image_generation: "disabled",
      max_images: request.n,
      watermark: watermarkOf(request, given),
    },
  };
}

function schnell(input: Input): WireRequest {
  const { request } = input;
  const { width, height } = sizeOrSquare(input);
  return {
    url: "/v3beta/flux-1-schnell",
    json: {
      width,
      height,
      prompt: request.prompt,
      image_num: request.n,
      steps: input.options.steps ?? 4,
      seed: z.object({ seed: z.int().optional() }).parse(request.more).seed,
      response_image_format: request.output_format ?? "png",
    },
  };
}

async function* generate(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const request = input.model === "flux-1-schnell" ? schnell(input) : seedream(input);
  const answer = await input.http.call({ ...request, lift: ["images.*"], refused: faults.refused });
  yield* madePictures(input.http, answer, { at: ["images.*.image_url", "images.*"] });
}

export default defineProvider({
  id: "novita",
  name: "Novita AI",
  docs: "https://novita.ai/docs",
  facts: { documentation: "2026-11-26" },
  about:
    "Seedream 4.0 and FLUX.1 schnell: what is left there of models that answer at once. There is no mask.",
  models: cards,
  settings,
  openEnded: false,
  options,
  authorize: bearer,
  generate,
  readError: faults.readError,
});
