import { z } from "zod";
import { defineProvider, type GenerateInput, type ProviderEvent } from "../../core/provider.ts";
import { EncodedPicture, type WireJson } from "../../core/wire.ts";
import { type CardFields, cardFamily } from "../../dialects/card-family.ts";
import { faultReader } from "../../dialects/fault-words.ts";
import { madePictures } from "../../dialects/made-pictures.ts";
import { anyResultHosts, hostedService, hostedSettings } from "../../dialects/settings.ts";
import { sizeToSend } from "../../dialects/size-to-send.ts";

const settings = z.strictObject({
  ...hostedSettings("https://qianfan.baidubce.com"),
  prompt_extend: z
    .boolean()
    .default(true)
    .describe(
      "Whether musesteamer-air-image rewrites prompts where the caller does not say; sent with every call of its.",
    ),
  result_hosts: anyResultHosts(),
});

const options = z.strictObject({
  prompt_extend: z.boolean().optional().describe("Rewrites the prompt; musesteamer-air-image."),
  steps: z.int().min(1).max(100).optional().describe("Steps, for models that take them."),
  guidance: z
    .number()
    .min(0)
    .max(30)
    .optional()
    .describe("How closely the prompt is followed, for models that take it."),
});

type Input = GenerateInput<z.output<typeof settings>, z.output<typeof options>>;

/** The words for a refused prompt are not documented, so sentences are read as well. */
const faults = faultReader({
  codeAt: ["error.code", "error.type"],
  messageAt: ["error.message", "message"],
  codes: {
    moderation_blocked: ["content_filter*", "unsafe*", "system_unsafe", "user_unsafe"],
    upstream_credentials: [
      "invalid_iam_token",
      "invalid_api_key",
      "authentication_error",
      "access_denied",
      "account_overdue",
      "insufficient_quota",
    ],
    upstream_rate_limited: [
      "rpm_rate_limit_exceeded",
      "tpm_rate_limit_exceeded",
      "rate_limit_exceeded",
    ],
    upstream_model_missing: ["invalid_model", "model_not_found", "no_model_access"],
  },
  sentences: {
    moderation_blocked: [
      /\b(sensitive|unsafe|moderat(ed|ion)|content (safety|security|polic(y|ies)|filter))\b/i,
      /违规|敏感|审核|不安全/,
    ],
  },
});

/** cloud.baidu.com, Qianfan, prices of 2026 in yuan. */
function price(cny: number): CardFields["price"] {
  return {
    currency: "CNY",
    lines: [{ per: "image", rate: cny }],
    source: "https://cloud.baidu.com/doc/qianfan-api/s/Ymio9i9i4",
    as_of: "2026-11-22",
    certainty: "uncertain",
  };
}

/** Others become 1024x1024 without a word. */
const museSizes =
  "1024x1024 1280x720 720x1280 1152x864 864x1152 1328x1328 1664x928 928x1664 1472x1104 1104x1472".split(
    " ",
  );
const ernieSizes = "1024x1024 848x1264 768x1376 896x1200 1264x848 1376x768 1200x896".split(" ");
const freely: Partial<CardFields> = {
  size_rule: { multiple: 16, edge_min: 512, edge_max: 2048, pixels_max: 4_194_304 },
};
const common: Partial<CardFields> = {
  owned_by: "baidu",
  formats: ["png", "jpeg"],
  parameters: ["seed"],
};

const cards = cardFamily(common, [
  { name: "musesteamer-air-image", prompt_max: 1000, sizes: museSizes, price: price(0.05) },
  { name: "ernie-image-turbo", sizes: ernieSizes, n: 4, price: price(0.11) },
  {
    name: "qwen-image",
    sizes: museSizes,
    parameters: ["seed", "negative_prompt"],
    price: price(0.25),
  },
  { name: "flux.1-schnell", ...freely, price: price(0.005) },
]);

/** Models that edit are named by the operator: the list of those that are hosted changes. */
const [defaultCard] = cardFamily(common, [
  {
    name: "qianfan",
    ...freely,
    operations: ["generation", "edit"],
    images: { max: 3, bytes_max: 10_000_000 },
    parameters: ["seed", "negative_prompt"],
  },
]);

const moreSchema = z.object({ seed: z.int().optional(), negative_prompt: z.string().optional() });

const muse = "musesteamer-air-image";

/** The path of a model's calls: one has its own, and edits have one. */
function pathOf({ model, request }: Input): string {
  if (model === muse) return "/v2/musesteamer/images/generations";
  return request.images.length === 0 ? "/v2/images/generations" : "/v2/images/edits";
}

/** One picture is a text, several a list. */
function pictureField({ request }: Input): WireJson {
  const encoded = request.images.map((image) => new EncodedPicture(image, "data_url"));
  return encoded.length > 1 ? encoded : encoded[0];
}

async function* generate(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const { request, model, options: chosen, settings: given } = input;
  const { width, height } = sizeToSend(input) ?? { width: 1024, height: 1024 };
  const { seed, negative_prompt } = moreSchema.parse(request.more);
  const answer = await input.http.call({
    url: pathOf(input),
    json: {
      model,
      prompt: request.prompt,
      negative_prompt,
      image: pictureField(input),
      size: `${width}x${height}`,
      n: model === muse ? undefined : request.n,
      seed,
      response_format: "b64_json",
      prompt_extend: model === muse ? (chosen.prompt_extend ?? given.prompt_extend) : undefined,
      steps: chosen.steps,
      guidance: chosen.guidance,
    },
    lift: ["data.*.b64_json"],
    refused: faults.refused,
  });
  yield* madePictures(input.http, answer, { at: ["data.*.b64_json", "data.*.url"] });
}

export default defineProvider({
  ...hostedService,
  id: "qianfan",
  name: "Baidu Qianfan",
  docs: "https://cloud.baidu.com/doc/qianfan-api/s/Ymio9i9i4",
  facts: { documentation: "2026-11-26" },
  models: cards,
  openEnded: true,
  defaultCard,
  about:
    "MuseSteamer, ERNIE-Image and hosted Qwen-Image and FLUX of Baidu. Models that edit are named by the operator and take pictures as data URLs; there is no mask. Prices are in yuan and need `money.rates`.",
  settings,
  options,
  generate,
  readError: faults.readError,
});
