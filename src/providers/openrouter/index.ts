import { z } from "zod";
import { defineCard } from "../../core/model-card.ts";
import { type Nano, statedNano } from "../../core/money.ts";
import {
  defineProvider,
  type GenerateInput,
  type ProviderEvent,
  secretSchema,
} from "../../core/provider.ts";
import { sizeText } from "../../core/request.ts";
import { EncodedPicture, type WireJson } from "../../core/wire.ts";
import { chatUsage } from "../../dialects/chat-images/index.ts";
import { readNumericError } from "../../dialects/numeric-errors.ts";
import { readImagesAnswer } from "../../dialects/openai-images/index.ts";
import { readAnswer } from "../../dialects/read-answer.ts";
import { baseUrl, plainAddress } from "../../dialects/settings.ts";

const settings = z.strictObject({
  base_url: baseUrl(
    "https://openrouter.ai/api/v1",
    "Origin and path of the API; a proxy or a test server may stand in.",
  ),
  api_key: secretSchema.describe("API key, sk-or-…"),
  images_path: z
    .string()
    .startsWith("/")
    .default("/images")
    .describe("Path of the Image API under base_url."),
  referer: plainAddress()
    .optional()
    .describe("Your site, for OpenRouter's rankings: HTTP-Referer."),
  title: z.string().min(1).max(100).optional().describe("Your site's name: X-OpenRouter-Title."),
  categories: z
    .array(z.string().regex(/^[a-z0-9-]{1,40}$/))
    .min(1)
    .max(10)
    .optional()
    .describe("What your site is, for OpenRouter's rankings: X-OpenRouter-Categories."),
});

/** The choice of the model's providers that may serve the call. What would change the picture's number or size is not here. */
const routing = z.strictObject({
  only: z.array(z.string()).max(50).optional().describe("Providers that may serve it."),
  ignore: z.array(z.string()).max(50).optional().describe("Providers that may not."),
  order: z.array(z.string()).max(50).optional().describe("Providers to try first, in order."),
  sort: z.string().max(50).optional().describe("price, throughput or latency."),
  allow_fallbacks: z.boolean().optional().describe("Others may serve it where these cannot."),
});

const options = z.strictObject({
  provider: routing.optional(),
  aspect_ratio: z.string().max(20).optional().describe("Shape of the picture, for example 16:9."),
  session_id: z.string().max(256).optional().describe("Groups calls in OpenRouter's own records."),
});

type Input = GenerateInput<z.output<typeof settings>, z.output<typeof options>>;

/**
 * The card of what the models have in common (the vendor's page on image fields): any shape of the list that is made of whole
 * numbers, references as edits, no mask. One image a call, since providers with a single one refuse
 * more. Resolutions, formats and backgrounds differ: a model's card in the configuration names them.
 */
const defaultCard = defineCard({
  name: "openrouter-model",
  operations: ["generation", "edit"],
  ratios: ["1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "9:21", "21:9"],
  qualities: ["auto", "low", "medium", "high", "xhigh", "max"],
  images: { max: 14, references: true },
  parameters: ["seed", "user"],
});

/** Fields of the contract that the body has a place for. */
const sentFields: ReadonlySet<string> = new Set([
  "seed",
  "user",
  "size",
  "aspect_ratio",
  "quality",
  "background",
  "output_format",
  "output_compression",
]);

const moreSchema = z.strictObject({ seed: z.int().optional() });

async function* generate(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const answer = await input.http.call({
    url: input.settings.images_path,
    json: bodyOf(input),
    lift: ["data.*.b64_json"],
  });
  const { usage, ...rest } = readAnswer(answerSchema, answer.json);
  const used = usage === undefined ? undefined : chatUsage(usage);
  if (used !== undefined) yield { usage: used };
  const charge = chargeOf(usage);
  if (charge !== undefined) yield { charge };
  const places = ["data.*.b64_json", "data.*.url"];
  yield* readImagesAnswer(() => ({ ...answer, json: rest }), {
    places,
    n: input.request.n,
    http: input.http,
  });
}

const answerSchema = z.looseObject({ usage: z.unknown().optional() });

const costSchema = z.object({
  cost: z.number().min(0).nullish().catch(undefined),
  is_byok: z.boolean().nullish().catch(undefined),
  cost_details: z
    .object({ upstream_inference_cost: z.number().min(0).nullish().catch(undefined) })
    .nullish()
    .catch(undefined),
});

/**
 * The cost that an answer states. With a key of the operator's own at the maker it is the router's fee alone, and the
 * maker's own bill is beside it; where that is missing the whole is not known.
 */
function chargeOf(usage: unknown): Nano | undefined {
  const { cost, is_byok: ownKey, cost_details: details } = costSchema.safeParse(usage).data ?? {};
  const fee = statedNano(cost);
  if (ownKey !== true || fee === undefined) return fee;
  const makers = statedNano(details?.upstream_inference_cost);
  return makers === undefined ? undefined : fee + makers;
}

function bodyOf({ request, model, options: given }: Input): WireJson {
  const { size, ratio, tier, images } = request;
  const shaped = ratio !== undefined || tier !== undefined;
  const pixels = size === undefined || size === "auto" || shaped ? undefined : sizeText(size);
  const references = images.map((picture) => ({
    type: "image_url",
    image_url: { url: new EncodedPicture(picture, "data_url") },
  }));
  return {
    ...given,
    model,
    prompt: request.prompt,
    n: request.n,
    // Pixels beside a ratio or a resolution that does not match them would be refused.
    size: pixels,
    aspect_ratio: ratio ?? (pixels === undefined ? given.aspect_ratio : undefined),
    resolution: tier,
    quality: request.quality,
    background: request.background,
    output_format: request.output_format,
    output_compression: request.output_compression,
    user: request.user,
    seed: moreSchema.parse(request.more).seed,
    input_references: references.length === 0 ? undefined : references,
  };
}

export default defineProvider({
  id: "openrouter",
  name: "OpenRouter",
  docs: "https://openrouter.ai/docs/guides/overview/multimodal/image-generation",
  facts: { documentation: "2026-11-26" },
  about:
    "Many makers' image models behind one key and one Image API; the cost that it states for each call is the price.",
  example: {
    settings: '{ api_key: "${OPENROUTER_API_KEY}" }',
    models: "[google/gemini-nano-banana-2.1]",
  },
  settings,
  options,
  models: [],
  openEnded: true,
  defaultCard,
  authorize: ({ settings: { api_key, referer, title, categories } }) => ({
    authorization: `Bearer ${api_key.reveal()}`,
    ...(referer === undefined ? {} : { "http-referer": referer }),
    ...(title === undefined ? {} : { "x-openrouter-title": title }),
    ...(categories === undefined ? {} : { "x-openrouter-categories": categories.join(",") }),
  }),
  generate,
  sends: (field) => sentFields.has(field),
  readError: readNumericError,
});
