import { randomUUID } from "node:crypto";
import { z } from "zod";
import { defineCard } from "../../core/model-card.ts";
import { type Nano, statedNano } from "../../core/money.ts";
import { defineProvider, type GenerateInput, type ProviderEvent } from "../../core/provider.ts";
import {
  EncodedPicture,
  type UpstreamFault,
  type WireError,
  type WireJson,
} from "../../core/wire.ts";
import { type CardFields, cardFamily } from "../../dialects/card-family.ts";
import { faultReader } from "../../dialects/fault-words.ts";
import { madePictures } from "../../dialects/made-pictures.ts";
import { bearer, hostedSettings, resultHosts } from "../../dialects/settings.ts";
import { sizeToSend } from "../../dialects/size-to-send.ts";

const settings = z.strictObject({
  ...hostedSettings("https://api.runware.ai"),
  check_nsfw: z
    .boolean()
    .default(false)
    .describe("Has made pictures checked; one that is found unfit is refused."),
  pictures: z
    .enum(["auto", "seed", "references", "inputs"])
    .default("auto")
    .describe(
      "How models read the pictures of an edit: seed as seedImage with a strength and a mask, references as referenceImages, inputs as inputs.referenceImages; auto is by the model, and seed where it is not known.",
    ),
  result_hosts: resultHosts([".runware.ai"]),
});

const share = z.number().min(0).max(1);

const options = z.strictObject({
  strength: share
    .optional()
    .describe(
      "How much of an edited picture may change, where it goes as seedImage; unless set 0.8.",
    ),
  steps: z.int().min(1).max(100).optional().describe("Steps."),
  CFGScale: z.number().min(0).max(50).optional().describe("Guidance."),
  maskMargin: z
    .int()
    .min(32)
    .max(128)
    .optional()
    .describe("Pixels around a mask that are drawn larger."),
});

type Input = GenerateInput<z.output<typeof settings>, z.output<typeof options>>;

const faults = faultReader({
  codeAt: ["errors.*.code", "error.code"],
  messageAt: ["errors.*.message", "error.message", "message"],
  paramAt: ["errors.*.parameter"],
  codes: {
    moderation_blocked: ["invalidProviderContent", "contentModeration*", "nsfw*", "moderat*"],
    upstream_credentials: [
      "invalidApiKey",
      "missingApiKey",
      "unauthorized",
      "insufficientCredits",
      "insufficientFunds",
      "insufficientBalance",
    ],
    upstream_model_missing: ["invalidModel", "modelNotFound", "unknownModel", "unsupportedModel"],
    upstream_timeout: ["timeoutProvider", "timeout"],
    upstream_rate_limited: ["rateLimit*", "tooManyRequests"],
    invalid_value: ["invalid*", "missing*", "unsupported*"],
  },
  sentences: {
    moderation_blocked: [
      /\b(moderat(ed|ion)|content polic(y|ies)|safety (system|filter|checker)|nsfw|sensitive)\b/i,
    ],
  },
});

/** Errors stand in a list beside the pictures; they count where there is no picture. */
function refusedIn(answer: WireError): UpstreamFault | undefined {
  const made = z.object({ data: z.array(z.unknown()).min(1) }).safeParse(answer.json).success;
  return made ? undefined : faults.refused(answer);
}

const source = "https://runware.ai/docs/models";
const listed = { source, as_of: "2026-11-26" } as const;

/** Models that Runware runs itself. */
const native: Partial<CardFields> = {
  n: 10,
  size_rule: { multiple: 64, edge_min: 128, edge_max: 2048, pixels_max: 4_194_304 },
  parameters: ["seed", "negative_prompt"],
};

const flux2: Partial<CardFields> = {
  operations: ["generation", "edit"],
  size_rule: { multiple: 16, edge_min: 256, edge_max: 2048, pixels_max: 4_194_304 },
  images: { max: 8, references: true },
  parameters: ["seed"],
};

/** runware.ai/docs, read 2026-11-26. Models have AIR ids; others may be named too, and state what they cost. */
const cards = cardFamily(
  {
    owned_by: "black-forest-labs",
    formats: ["png", "jpeg", "webp"],
    format_parameter: true,
    compression_parameter: true,
  },
  [
    {
      name: "runware:100@1",
      ...native,
      size_default: "1024x1024",
      price: {
        table: [{ size: "1024x1024", usd: 0.0006 }],
        max_usd: 0.05,
        ...listed,
        certainty: "third_party",
      },
    },
    {
      name: "runware:101@1",
      ...native,
      size_default: "1024x1024",
      price: {
        table: [
          { size: "1024x1024", usd: 0.0038 },
          { size: "512x512", usd: 0.0019 },
        ],
        max_usd: 0.1,
        ...listed,
        certainty: "vendor",
      },
    },
    { name: "runware:400@1", ...flux2 },
    { name: "bfl:5@1", ...flux2 },
  ],
);

const formats = { png: "PNG", jpeg: "JPG", webp: "WEBP" } as const;

function formatOf({ output_format: format }: Input["request"]): string {
  return format === "jpeg" || format === "webp" ? formats[format] : formats.png;
}

/** The fields of an edit's pictures. FLUX.2 and what is newer reads them in a group of their own. */
function pictureFields({
  request,
  model,
  settings: given,
  options: chosen,
}: Input): Record<string, WireJson> {
  const [first, ...rest] = request.images.map((image) => new EncodedPicture(image, "data_url"));
  if (first === undefined) return {};
  const isSecond = cards.some((card) => card.name === model && card.images !== undefined);
  const pictures = given.pictures === "auto" ? (isSecond ? "inputs" : "seed") : given.pictures;
  const references = [first, ...rest];
  if (pictures === "references") return { referenceImages: references };
  if (pictures === "inputs") return { inputs: { referenceImages: references } };
  const { mask } = request;
  return {
    seedImage: first,
    strength: chosen.strength ?? 0.8,
    maskImage: mask === undefined ? undefined : new EncodedPicture(mask, "data_url"),
    maskMargin: mask === undefined ? undefined : chosen.maskMargin,
  };
}

/** Fields of the contract that a request has a place for; a card of another provider's may promise more. */
const sentFields: ReadonlySet<string> = new Set([
  "size",
  "seed",
  "negative_prompt",
  "mask",
  "output_format",
  "output_compression",
]);

const moreSchema = z.object({ seed: z.int().optional(), negative_prompt: z.string().optional() });

const itemSchema = z.object({
  cost: z.unknown().optional(),
  seed: z.int().nullish().catch(undefined),
  NSFWContent: z.boolean().nullish().catch(undefined),
});
const answerSchema = z.object({ data: z.array(itemSchema).min(1) });

/** The sum of what each picture cost; undefined where one does not say. */
function chargeOf(json: unknown): Nano | undefined {
  const costs = answerSchema.safeParse(json).data?.data.map(({ cost }) => statedNano(cost)) ?? [];
  return costs.reduce<Nano | undefined>(
    (sum, cost) => (sum === undefined || cost === undefined ? undefined : sum + cost),
    costs.length === 0 ? undefined : statedNano(0),
  );
}

function unfit(item: unknown): UpstreamFault | undefined {
  const isUnfit = itemSchema.safeParse(item).data?.NSFWContent === true;
  return isUnfit ? { code: "moderation_blocked" } : undefined;
}

async function* generate(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const { request, model, options: chosen } = input;
  const isEdit = request.images.length > 0;
  const size = sizeToSend(input) ?? (isEdit ? undefined : { width: 1024, height: 1024 });
  const { seed, negative_prompt: negativePrompt } = moreSchema.parse(request.more);
  const quality = request.output_compression;
  const task = {
    taskType: "imageInference",
    taskUUID: randomUUID(),
    model,
    positivePrompt: request.prompt,
    negativePrompt,
    numberResults: request.n,
    width: size?.width,
    height: size?.height,
    outputType: "base64Data",
    outputFormat: formatOf(request),
    outputQuality: quality === undefined ? undefined : Math.min(Math.max(quality, 20), 99),
    includeCost: true,
    checkNSFW: input.settings.check_nsfw,
    seed,
    steps: chosen.steps,
    CFGScale: chosen.CFGScale,
    ...pictureFields(input),
  };
  const answer = await input.http.call({
    url: "/v1",
    json: [task],
    lift: ["data.*.imageBase64Data", "data.*.imageDataURI"],
    refused: refusedIn,
  });
  const charge = chargeOf(answer.json);
  if (charge !== undefined) yield { charge };
  yield* madePictures(input.http, answer, {
    at: ["data.*.imageBase64Data", "data.*.imageDataURI", "data.*.imageURL"],
    refuse: unfit,
    facts: (item) => ({ seed: itemSchema.safeParse(item).data?.seed ?? undefined }),
  });
}

export default defineProvider({
  id: "runware",
  name: "Runware",
  docs: "https://runware.ai/docs",
  facts: { documentation: "2026-11-26" },
  about:
    "Open models that Runware runs itself, and makers' models, by their AIR ids; each picture states what it cost. Any other model may be named: unless the channel says another way, its edits send a seed image with a mask.",
  settings,
  options,
  models: cards,
  openEnded: true,
  defaultCard: defineCard({
    name: "air-model",
    owned_by: "runware",
    operations: ["generation", "edit"],
    size_rule: { multiple: 64, edge_min: 128, edge_max: 2048, pixels_max: 4_194_304 },
    formats: ["png", "jpeg", "webp"],
    format_parameter: true,
    compression_parameter: true,
    images: { max: 1 },
    mask: { polarity: "white" },
    parameters: ["seed", "negative_prompt"],
  }),
  sends: (field) => sentFields.has(field),
  configuredResultHosts: ({ result_hosts: known }) => known,
  readError: faults.readError,
  authorize: bearer,
  generate,
});
