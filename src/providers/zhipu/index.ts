import { z } from "zod";
import { defineProvider, type GenerateInput, type ProviderEvent } from "../../core/provider.ts";
import type { UpstreamFault } from "../../core/wire.ts";
import { type CardFields, cardFamily } from "../../dialects/card-family.ts";
import { faultReader } from "../../dialects/fault-words.ts";
import { madePictures } from "../../dialects/made-pictures.ts";
import {
  apiKey,
  atRegion,
  bearer,
  regionalUrl,
  watermark,
  watermarkOf,
} from "../../dialects/settings.ts";
import { sizeToSend } from "../../dialects/size-to-send.ts";

const settings = z
  .strictObject({
    base_url: regionalUrl(),
    region: z
      .enum(["international", "china"])
      .default("international")
      .describe("international is Z.ai, china is BigModel; each has keys of its own."),
    api_key: apiKey(),
    watermark: watermark(true),
  })
  .transform(
    atRegion({
      international: "https://api.z.ai/api/paas/v4",
      china: "https://open.bigmodel.cn/api/paas/v4",
    }),
  );

const options = z.strictObject({});

type Input = GenerateInput<z.output<typeof settings>, z.output<typeof options>>;

/** Codes are numbers as text; 1113 and 1110 to 1121 come with a 429 although they are about the account. */
const faults = faultReader({
  codeAt: ["error.code"],
  messageAt: ["error.message"],
  codes: {
    moderation_blocked: ["1301"],
    upstream_credentials: [
      "1000",
      "1001",
      "1002",
      "1003",
      "1004",
      "1110",
      "1111",
      "1112",
      "1113",
      "1120",
      "1121",
    ],
    upstream_model_missing: ["1211", "1220", "1221", "1222"],
    upstream_rate_limited: ["1302", "1303", "1304", "1308"],
    upstream_busy: ["1305", "1312"],
    upstream_failed: ["500", "1230", "1234"],
    invalid_value: ["1210", "1212", "1213", "1214", "1215"],
  },
});

const filterSchema = z.object({
  data: z.array(z.unknown()).nullish(),
  content_filter: z.array(z.object({ level: z.number() })).nullish(),
});

/** Levels 0 and 1 of the content filter are severe; where nothing was made they are the reason. */
function severe(json: unknown): UpstreamFault | undefined {
  const levels = filterSchema.safeParse(json).data?.content_filter ?? [];
  return levels.some(({ level }) => level <= 1) ? { code: "moderation_blocked" } : undefined;
}

/** A price in dollars at Z.ai and in yuan at BigModel; the vendor's page could be read for text models only. */
function prices(usd: number, cny: number): CardFields["price"] {
  const read = { as_of: "2026-11-26", certainty: "uncertain" } as const;
  return [
    {
      when: { settings: { region: "international" } },
      per_image_usd: usd,
      source: "https://docs.z.ai/guides/overview/pricing",
      ...read,
    },
    {
      when: { settings: { region: "china" } },
      currency: "CNY",
      lines: [{ per: "image", rate: cny }],
      source: "https://open.bigmodel.cn/pricing",
      ...read,
    },
  ];
}

const cogview: Partial<CardFields> = {
  size_rule: { multiple: 16, edge_min: 512, edge_max: 2048, pixels_max: 2_097_152 },
  size_default: "1024x1024",
  qualities: ["standard", "hd"],
  quality_default: "standard",
};

const cards = cardFamily(
  { owned_by: "zhipu", formats: ["png", "jpeg"], parameters: ["watermark", "user"] },
  [
    {
      name: "glm-image",
      size_rule: { multiple: 32, edge_min: 960, edge_max: 2048, pixels_max: 4_194_304 },
      size_default: "1280x1280",
      qualities: ["hd"],
      quality_default: "hd",
      price: prices(0.015, 0.1),
    },
    { name: "cogview-4", also: ["cogview-4-250304"], ...cogview, price: prices(0.01, 0.06) },
    { name: "cogview-3-flash", ...cogview, price: "free" },
  ],
);

/** The end user as the vendor's field takes it: 6 to 128 characters. */
function userId(user: string | undefined): string | undefined {
  return user === undefined ? undefined : user.padEnd(6, "_").slice(0, 128);
}

async function* generate(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const { request, model, card } = input;
  const size = sizeToSend(input);
  const answer = await input.http.call({
    url: "/images/generations",
    json: {
      model,
      prompt: request.prompt,
      size: size === undefined ? undefined : `${size.width}x${size.height}`,
      quality: request.quality ?? card?.quality_default,
      watermark_enabled: watermarkOf(request, input.settings),
      user_id: userId(request.user),
    },
    refused: faults.refused,
  });
  yield* madePictures(input.http, answer, { at: ["data.*.url"], none: severe });
}

export default defineProvider({
  id: "zhipu",
  name: "Zhipu BigModel and Z.ai",
  docs: "https://docs.z.ai/api-reference/image/generate-image",
  facts: { documentation: "2026-11-26" },
  about:
    "GLM-Image and CogView. One picture a call, no input pictures, no seed. The watermark is on unless a client or `settings.watermark` says otherwise, which the vendor honours for accounts that signed its disclaimer.",
  settings,
  options,
  models: cards,
  authorize: bearer,
  openEnded: false,
  generate,
  readError: faults.readError,
});
