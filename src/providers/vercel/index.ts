import { z } from "zod";
import { defineCard } from "../../core/model-card.ts";
import { statedNano } from "../../core/money.ts";
import type { Picture } from "../../core/picture.ts";
import { contentTypes } from "../../core/picture.ts";
import { defineProvider, type GenerateInput, type ProviderEvent } from "../../core/provider.ts";
import { sizeText, type Usage } from "../../core/request.ts";
import { EncodedPicture, type WireJson } from "../../core/wire.ts";
import { faultReader } from "../../dialects/fault-words.ts";
import { madePictures } from "../../dialects/made-pictures.ts";
import { readAnswer } from "../../dialects/read-answer.ts";
import { bearer, hostedSettings } from "../../dialects/settings.ts";
import { sizeOrSquare, sizeToSend } from "../../dialects/size-to-send.ts";
import { cards } from "./cards.ts";

const settings = z.strictObject({
  ...hostedSettings("https://ai-gateway.vercel.sh/v4/ai"),
  auth_method: z
    .enum(["api-key", "oidc"])
    .default("api-key")
    .describe("What `api_key` is: a key of the AI Gateway, or an OIDC token of a deployment."),
});

const names = z.array(z.string().min(1).max(50)).max(20).optional();

const options = z.strictObject({
  order: names.describe("Providers to try first, in order."),
  only: names.describe("Providers that may serve it."),
  tags: z
    .array(z.string().min(1).max(64))
    .max(10)
    .optional()
    .describe("Words for the gateway's own records."),
});

type Input = GenerateInput<z.output<typeof settings>, z.output<typeof options>>;

/**
 * A failed provider behind the gateway is a 424 of type failed_dependency, whose sentence may say that the prompt was
 * held back; so it is read before the status.
 */
const faults = faultReader({
  codeAt: ["error.type", "error.code"],
  messageAt: ["error.message", "message"],
  codes: {
    moderation_blocked: ["content_filter*", "content_policy_violation", "moderation_blocked"],
    upstream_credentials: [
      "authentication_error",
      "forbidden",
      "insufficient_*",
      "payment_required",
    ],
    upstream_model_missing: ["model_not_found", "not_found"],
    upstream_rate_limited: ["rate_limit_exceeded"],
    upstream_timeout: ["timeout_error"],
  },
  sentences: {
    moderation_blocked: [
      /\b(moderat(ed|ion)|content polic(y|ies)|safety (system|filter)|nsfw|sensitive content)\b/i,
    ],
  },
  statuses: { 424: "upstream_failed" },
});

const answerSchema = z.object({
  providerMetadata: z
    .object({ gateway: z.object({ cost: z.unknown().optional() }).nullish() })
    .nullish()
    .catch(undefined),
  usage: z
    .object({ inputTokens: z.int().min(0).nullish(), outputTokens: z.int().min(0).nullish() })
    .nullish()
    .catch(undefined),
});

function fileOf(picture: Picture): WireJson {
  return {
    type: "file",
    mediaType: contentTypes[picture.format],
    data: new EncodedPicture(picture, "base64"),
  };
}

/** The size in pixels, or the shape where the model takes ratios. */
function shapeOf(input: Input): Record<string, WireJson> {
  const { request, card } = input;
  const isEdit = request.images.length > 0;
  if (card?.ratios !== undefined)
    return { aspectRatio: request.ratio ?? (isEdit ? undefined : "1:1") };
  // A model whose own word is auto is told so by saying nothing.
  const size = isEdit || card?.size_default === "auto" ? sizeToSend(input) : sizeOrSquare(input);
  return { size: size === undefined ? undefined : sizeText(size) };
}

/** Options of the gateway itself, and those fields of the maker's own that have no place beside them. */
function providerOptions({ request, model, options: chosen }: Input): WireJson {
  const gateway = { ...chosen, user: request.user };
  const maker = { quality: request.quality, background: request.background };
  const groups = {
    ...(hasValue(gateway) ? { gateway } : {}),
    ...(hasValue(maker) ? { [model.split("/")[0] ?? model]: maker } : {}),
  };
  return Object.keys(groups).length === 0 ? undefined : groups;
}

function hasValue(fields: Readonly<Record<string, unknown>>): boolean {
  return Object.values(fields).some((value) => value !== undefined);
}

/** Fields of the contract that a request has a place for; a card of another provider's may promise more. */
const sentFields: ReadonlySet<string> = new Set([
  "size",
  "aspect_ratio",
  "seed",
  "user",
  "mask",
  "quality",
  "background",
]);

const moreSchema = z.object({ seed: z.int().optional() });

async function* generate(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const { request, model, settings: given } = input;
  const answer = await input.http.call({
    url: "/image-model",
    headers: {
      "ai-image-model-specification-version": "4",
      "ai-model-id": model,
      "ai-gateway-protocol-version": "0.0.1",
      "ai-gateway-auth-method": given.auth_method,
    },
    json: {
      n: request.n,
      prompt: request.prompt,
      ...shapeOf(input),
      seed: moreSchema.parse(request.more).seed,
      files: request.images.length === 0 ? undefined : request.images.map(fileOf),
      mask: request.mask === undefined ? undefined : fileOf(request.mask),
      providerOptions: providerOptions(input),
    },
    lift: ["images.*"],
  });
  const said = answerSchema.safeParse(answer.json).data;
  const usage = usageOf(said?.usage ?? undefined, request.images.length > 0);
  if (usage !== undefined) yield { usage };
  const charge = statedNano(said?.providerMetadata?.gateway?.cost);
  if (charge !== undefined) yield { charge };
  yield* madePictures(input.http, answer, { at: ["images.*"] });
}

/** Totals alone are told, so what an edit's input was made of is not known. Zeros are said of models without tokens. */
function usageOf(
  said: z.output<typeof answerSchema>["usage"],
  hasPictures: boolean,
): Usage | undefined {
  const input = said?.inputTokens ?? 0;
  const output = said?.outputTokens ?? 0;
  if (hasPictures || output === 0) return undefined;
  return {
    input_tokens: input,
    output_tokens: output,
    total_tokens: input + output,
    input_tokens_details: { text_tokens: input, image_tokens: 0 },
    output_tokens_details: { text_tokens: 0, image_tokens: output },
  };
}

const listSchema = z.object({
  models: z.array(z.object({ id: z.string(), modelType: z.string().nullish() })),
});
const creditsSchema = z.object({ balance: z.coerce.string() });

export default defineProvider({
  id: "vercel",
  name: "Vercel AI Gateway",
  docs: "https://vercel.com/docs/ai-gateway/modalities/image-generation",
  facts: { documentation: "2026-11-26" },
  about:
    "Many makers' image models behind one key, by the protocol of the AI SDK, which takes pictures and masks. Google's image models answer as chats there and are reached by the provider for chats. Models of its list that have no card here may be named too.",
  settings,
  options,
  authorize: bearer,
  models: cards,
  openEnded: true,
  defaultCard: defineCard({
    name: "gateway-model",
    owned_by: "vercel",
    operations: ["generation", "edit"],
    size_rule: { edge_min: 64, edge_max: 8192, pixels_max: 67_108_864 },
    formats: ["png", "jpeg", "webp"],
    images: { max: 10, references: true },
    parameters: ["seed", "user"],
  }),
  generate,
  sends: (field) => sentFields.has(field),
  readError: faults.readError,
  async discover({ http }) {
    const answer = await http.call({ url: "/config" });
    return readAnswer(listSchema, answer.json)
      .models.filter(({ modelType }) => modelType === "image")
      .map(({ id }) => id);
  },
  async check({ settings: given, http }) {
    const answer = await http.call({ url: `${new URL(given.base_url).origin}/v1/credits` });
    return `The key is good; ${readAnswer(creditsSchema, answer.json).balance} dollars of credit are left.`;
  },
});
