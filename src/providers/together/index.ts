import { z } from "zod";
import { defineCard } from "../../core/model-card.ts";
import { defineProvider, type GenerateInput, type ProviderEvent } from "../../core/provider.ts";
import { EncodedPicture, type WireJson } from "../../core/wire.ts";
import { faultReader } from "../../dialects/fault-words.ts";
import { madePictures } from "../../dialects/made-pictures.ts";
import { ownOptions } from "../../dialects/own-options.ts";
import { readAnswer } from "../../dialects/read-answer.ts";
import { bearer, hostedSettings, plainAddress, resultHosts } from "../../dialects/settings.ts";
import { sizeOrSquare } from "../../dialects/size-to-send.ts";
import { cards } from "./cards.ts";

const settings = z.strictObject({
  ...hostedSettings("https://api.together.xyz/v1"),
  disable_safety_checker: z
    .boolean()
    .default(false)
    .describe("Turns the check of prompts off, where the model's maker allows it."),
  result_hosts: resultHosts([".together.ai", ".together.xyz"]),
});

const options = z.strictObject({
  steps: z.int().min(1).max(50).optional().describe("Steps; not of Google's and makers' models."),
  guidance: z.number().min(0).max(20).optional().describe("Guidance of FLUX.2 dev and flex."),
  guidance_scale: z.number().min(0).max(20).optional().describe("Guidance of other open models."),
  prompt_upsampling: z.boolean().optional().describe("Rewrites the prompt of FLUX.2."),
  image_loras: z
    .array(z.strictObject({ path: plainAddress().max(2000), scale: z.number().min(-4).max(4) }))
    .min(1)
    .max(2)
    .optional()
    .describe("LoRAs of FLUX.2 dev, each with its address and strength."),
});

type Input = GenerateInput<z.output<typeof settings>, z.output<typeof options>>;

const faults = faultReader({
  codeAt: ["error.code", "error.type"],
  messageAt: ["error.message", "message", "error"],
  paramAt: ["error.param"],
  codes: {
    moderation_blocked: ["nsfw*", "content_policy*", "content_filter*", "moderation*"],
    upstream_credentials: [
      "invalid_api_key",
      "missing_api_key",
      "authentication_error",
      "insufficient_*",
      "credit_limit*",
      "payment_required",
    ],
    upstream_model_missing: ["model_not_available", "model_not_found"],
    upstream_rate_limited: ["rate_limit*", "model_rate_limit*"],
    upstream_busy: ["service_unavailable", "engine_overloaded*"],
  },
  // The checker's refusal is a 422, and so is a field out of its range.
  sentences: {
    moderation_blocked: [/\b(nsfw|safety checker|content polic(y|ies)|moderat(ed|ion))\b/i],
    upstream_model_missing: [/^unable to access (non-serverless )?model/i],
    invalid_value: [
      /^["'`]?(width|height|steps|n|seed|guidance(_scale)?|image_url|reference_images|prompt|model)\b/i,
      /^(input validation|validation error|invalid value|input should|field required)/i,
    ],
  },
  statuses: { 422: "moderation_blocked" },
});

/** The parts in which models' requests differ: where its input pictures go, its usual steps, and further fields. */
interface ModelShape {
  readonly images: "image_url" | "reference_images";
  /** Sent where the caller says nothing, since the price goes by them. */
  readonly steps?: number;
  readonly options: readonly string[];
}

const open: ModelShape = { images: "image_url", options: ["steps", "guidance_scale"] };
const maker: ModelShape = { images: "reference_images", options: [] };
const everyOption = Object.keys(options.shape);

const shapes: readonly (readonly [RegExp, ModelShape])[] = [
  [/FLUX\.2-dev$/, { ...maker, options: everyOption.filter((name) => name !== "guidance_scale") }],
  [/FLUX\.2-flex$/, { ...maker, options: ["steps", "guidance", "prompt_upsampling"] }],
  [/FLUX\.2-(pro|max)$/, { ...maker, options: ["prompt_upsampling"] }],
  [/FLUX\.1-schnell$/, { ...open, steps: 4 }],
  [/FLUX\.1-kontext-/, open],
  [/FLUX\.1\.1-pro$|^ByteDance-Seed\/|^ideogram\/|^google\//, maker],
];

/** A model that the list does not know may take any of the options. */
function shapeOf(model: string, isKnown: boolean): ModelShape {
  const found = shapes.find(([pattern]) => pattern.test(model));
  return found?.[1] ?? (isKnown ? open : { images: "reference_images", options: everyOption });
}

function imageFields({ request }: Input, { images }: ModelShape): Record<string, WireJson> {
  const [first, ...rest] = request.images.map((image) => new EncodedPicture(image, "data_url"));
  if (first === undefined) return {};
  return images === "image_url" ? { image_url: first } : { reference_images: [first, ...rest] };
}

/** Fields of the contract that a request has a place for; a card of another provider's may promise more. */
const sentFields: ReadonlySet<string> = new Set([
  "size",
  "seed",
  "negative_prompt",
  "output_format",
]);

const moreSchema = z.object({ seed: z.int().optional(), negative_prompt: z.string().optional() });

async function* generate(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const { request, model, card } = input;
  const shape = shapeOf(
    model,
    cards.some(({ name }) => name === model),
  );
  const chosen = ownOptions(input.options, { provider: "together", model, takes: shape.options });
  const steps = chosen.steps ?? shape.steps;
  const { width, height } = sizeOrSquare(input);
  const answer = await input.http.call({
    url: "/images/generations",
    json: {
      model,
      n: request.n,
      prompt: request.prompt,
      width,
      height,
      response_format: "base64",
      output_format:
        card?.format_parameter === true ? (request.output_format ?? card.formats[0]) : undefined,
      disable_safety_checker: input.settings.disable_safety_checker,
      ...moreSchema.parse(request.more),
      ...imageFields(input, shape),
      ...chosen,
      steps,
    },
    lift: ["data.*.b64_json"],
  });
  // Fewer steps than usual cost as many as usual.
  if (shape.steps !== undefined) yield { facts: { steps: Math.max(steps ?? 0, shape.steps) } };
  yield* madePictures(input.http, answer, { at: ["data.*.b64_json", "data.*.url"] });
}

const listSchema = z.array(z.object({ id: z.string(), type: z.string().nullish() }));

export default defineProvider({
  id: "together",
  name: "Together AI",
  docs: "https://docs.together.ai/reference/post-images-generations",
  facts: { documentation: "2026-11-26" },
  about:
    "FLUX, Google's image models, Seedream, Ideogram and open models. Edits go to the same route, as one picture or a list of them by the model; there is no mask. Models of its list that have no card here may be named too.",
  settings,
  options,
  models: cards,
  openEnded: true,
  defaultCard: defineCard({
    name: "together-model",
    owned_by: "together",
    n: 4,
    size_rule: { multiple: 16, edge_min: 256, edge_max: 1920, pixels_max: 3_686_400 },
    size_default: "1024x1024",
    formats: ["jpeg", "png"],
    parameters: ["seed", "negative_prompt"],
  }),
  sends: (field) => sentFields.has(field),
  narrow: () => ({ imagesPerCall: 4, takes: () => true }),
  configuredResultHosts: ({ result_hosts: known }) => known,
  authorize: bearer,
  generate,
  readError: faults.readError,
  async discover({ http }) {
    const answer = await http.call({ url: "/models" });
    return readAnswer(listSchema, answer.json)
      .filter(({ type }) => type === "image")
      .map(({ id }) => id);
  },
});
