import { z } from "zod";
import { defineProvider, type GenerateInput, type ProviderEvent } from "../../core/provider.ts";
import { EncodedPicture } from "../../core/wire.ts";
import { cardFamily } from "../../dialects/card-family.ts";
import { faultReader } from "../../dialects/fault-words.ts";
import { madePictures } from "../../dialects/made-pictures.ts";
import { apiKey, atRegion, bearer, regionalUrl } from "../../dialects/settings.ts";
import { sizeToSend } from "../../dialects/size-to-send.ts";

const settings = z
  .strictObject({
    base_url: regionalUrl(),
    region: z
      .enum(["china", "international"])
      .default("china")
      .describe("siliconflow.cn or siliconflow.com; each has keys of its own."),
    api_key: apiKey(),
  })
  .transform(
    atRegion({
      china: "https://api.siliconflow.cn/v1",
      international: "https://api.siliconflow.com/v1",
    }),
  );

const options = z.strictObject({
  num_inference_steps: z.int().min(1).max(100).optional().describe("Steps."),
  guidance_scale: z.number().min(0).max(20).optional().describe("Guidance of Kolors."),
  cfg: z.number().min(0.1).max(20).optional().describe("Guidance of Qwen-Image."),
});

type Input = GenerateInput<z.output<typeof settings>, z.output<typeof options>>;

const faults = faultReader({
  codeAt: ["code"],
  messageAt: ["message"],
  codes: {
    upstream_credentials: ["30001", "30011", "20011"],
    upstream_model_missing: ["20012"],
    upstream_rate_limited: ["50603"],
    upstream_busy: ["50505"],
  },
  statuses: { 451: "moderation_blocked" },
  sentences: {
    upstream_model_missing: [/^model does not exist/i],
    moderation_blocked: [
      /\b(prohibited|sensitive|moderation|content polic(y|ies)|inappropriate)\b/i,
    ],
  },
});

const moreSchema = z.object({ seed: z.int().optional(), negative_prompt: z.string().optional() });

const kolors = "1024x1024 960x1280 768x1024 720x1440 720x1280".split(" ");
const qwen = "1328x1328 1664x928 928x1664 1472x1140 1140x1472 1584x1056 1056x1584".split(" ");

const cards = cardFamily(
  { owned_by: "siliconflow", formats: ["png", "jpeg"], parameters: ["seed", "negative_prompt"] },
  [
    {
      name: "Kwai-Kolors/Kolors",
      n: 4,
      sizes: kolors,
      size_default: "1024x1024",
      price: "free",
    },
    // Its price was found in no source that agrees with another.
    { name: "Qwen/Qwen-Image", sizes: qwen, size_default: "1328x1328" },
    {
      name: "Qwen/Qwen-Image-Edit",
      operations: ["edit"],
      edit_sizes: ["auto"],
      images: { max: 1 },
    },
    {
      name: "Qwen/Qwen-Image-Edit-2509",
      operations: ["edit"],
      edit_sizes: ["auto"],
      images: { max: 3 },
    },
  ],
);

async function* generate(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const { request, model, card, options: chosen } = input;
  const size = request.images.length > 0 ? undefined : sizeToSend(input);
  const { seed, negative_prompt } = moreSchema.parse(request.more);
  const pictures = request.images.map((image, at) => [
    at === 0 ? "image" : `image${at + 1}`,
    new EncodedPicture(image, "data_url"),
  ]);
  const answer = await input.http.call({
    url: "/images/generations",
    json: {
      model,
      prompt: request.prompt,
      image_size: size === undefined ? undefined : `${size.width}x${size.height}`,
      batch_size: (card?.n ?? 1) > 1 ? request.n : undefined,
      seed,
      negative_prompt,
      // An object of fields that were just made from a list of pairs.
      ...(Object.fromEntries(pictures) as Record<string, EncodedPicture>),
      ...chosen,
    },
  });
  const told = z
    .object({ seed: z.int().nullish(), images: z.array(z.unknown()).optional() })
    .safeParse(answer.json).data;
  yield* madePictures(input.http, answer, {
    // Some answers mirror the list as `data`.
    at: [told?.images === undefined ? "data.*.url" : "images.*.url"],
    facts: () => ({ seed: told?.seed ?? undefined }),
  });
}

export default defineProvider({
  id: "siliconflow",
  name: "SiliconFlow",
  docs: "https://docs.siliconflow.cn/en/api-reference/images/images-generations",
  facts: { documentation: "2026-11-26" },
  about:
    "Kolors and Qwen-Image with its editing models, which keep the size of their picture. There is no mask.",
  settings,
  options,
  models: cards,
  readError: faults.readError,
  openEnded: false,
  authorize: bearer,
  generate,
});
