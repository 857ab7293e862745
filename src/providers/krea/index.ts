import { z } from "zod";
import { PinholeError } from "../../core/errors.ts";
import { defineProvider, type GenerateInput, type ProviderEvent } from "../../core/provider.ts";
import type { WireJson } from "../../core/wire.ts";
import { type CardFields, cardFamily } from "../../dialects/card-family.ts";
import { faultReader } from "../../dialects/fault-words.ts";
import { type JobRules, runJob } from "../../dialects/jobs.ts";
import { madePictures } from "../../dialects/made-pictures.ts";
import { ratioToSend } from "../../dialects/ratio-to-send.ts";
import { readAnswer } from "../../dialects/read-answer.ts";
import { anyResultHosts, hostedSettings, hostedService } from "../../dialects/settings.ts";

const settings = z.strictObject({
  ...hostedSettings("https://api.krea.ai"),
  result_hosts: anyResultHosts(),
});

const options = z.strictObject({
  creativity: z
    .enum(["raw", "low", "medium", "high"])
    .optional()
    .describe("How freely Krea 2 reads the prompt; medium where it is not said."),
  style_strength: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe("How much the reference pictures of Krea 2 count; 0.5 where it is not said."),
  model: z
    .enum(["berry", "jam"])
    .optional()
    .describe("What Krea 3 draws with: berry for quality (unless said), jam for speed."),
});

type Input = GenerateInput<z.output<typeof settings>, z.output<typeof options>>;

const faults = faultReader({
  codeAt: ["error.code", "result.error.code"],
  messageAt: [
    "error.message",
    "error",
    "message",
    "detail",
    "result.error.message",
    "result.error",
  ],
  sentences: {
    moderation_blocked: [/\b(moderat(ed|ion)|nsfw|content polic(y|ies)|unsafe|prohibited)\b/i],
    upstream_credentials: [/^(insufficient|not enough) \w+( \w+)?\b/i],
  },
});
const ofJobs = faultReader({
  codeAt: ["status"],
  messageAt: ["error.message", "error", "result.error.message", "result.error", "message"],
  sentences: {
    moderation_blocked: [/\b(moderat(ed|ion)|nsfw|content polic(y|ies)|unsafe|prohibited)\b/i],
  },
});

const jobs: JobRules = {
  idAt: ["job_id"],
  byId: (id) => ({ url: `/jobs/${id}` }),
  statusAt: ["status"],
  done: ["completed"],
  failed: ["failed", "cancelled", "canceled"],
  failure: ofJobs.refused,
  pace: { firstMs: 1000, maxMs: 4000 },
};

/** Krea's page of each model, June to October 2026: reference pictures add to the price once, however many. */
function price(usd: number, withReferences: number): CardFields["price"] {
  return {
    per_image_usd: usd,
    lines: [{ per: "input_image", first_rate: withReferences, rate: 0 }],
    source: "https://docs.krea.ai/api-reference",
    as_of: "2026-10-31",
    certainty: "vendor",
  };
}

const cards = cardFamily(
  {
    owned_by: "krea",
    ratios: ["1:1", "4:3", "3:2", "16:9", "2.35:1", "4:5", "2:3", "9:16"],
    formats: ["png", "jpeg", "webp"],
    images: { max: 10, references: true, bytes_max: 20_000_000 },
    parameters: ["seed"],
    // Failed and cancelled jobs are not billed.
    failures_billed: false,
  },
  [
    {
      name: "krea-3",
      operations: ["generation", "edit"],
      ratios: ["1:1", "4:5", "3:4", "2:3", "9:16", "5:4", "4:3", "3:2", "16:9", "21:9"],
      tiers: [
        { word: "1k", megapixels: 1.05 },
        { word: "2k", megapixels: 4.2 },
      ],
      images: { max: 8, references: true, bytes_max: 20_000_000 },
    },
    { name: "krea-2/medium", price: price(0.03, 0.005) },
    { name: "krea-2/large", price: price(0.06, 0.005) },
    { name: "krea-2/medium-turbo", price: price(0.015, 0.0025) },
  ],
);

const assetSchema = z.object({ image_url: z.string().min(1) });
const moreSchema = z.object({ seed: z.int().optional() });

/** Addresses of the request's pictures after they were handed in, which costs nothing; others it does not read. */
async function handedIn({ request, http }: Input): Promise<string[]> {
  const urls: string[] = [];
  for (const image of request.images) {
    const answer = await http.call({ url: "/assets", form: [{ name: "file", value: image }] });
    urls.push(readAnswer(assetSchema, answer.json).image_url);
  }
  return urls;
}

/** The caller's own fields; one of another generation of models is refused, as the API would. */
function refuseOthers({ options: chosen, model }: Input, names: readonly (keyof typeof chosen)[]) {
  for (const name of names) {
    if (chosen[name] === undefined) continue;
    const param = `provider_options.krea.${name}`;
    const message = `\`${param}\` is not known to ${model}; leave it out.`;
    throw new PinholeError("unsupported_parameter", { message, param });
  }
}

function bodyOf(input: Input, urls: readonly string[]): WireJson {
  const { request, model, options: chosen } = input;
  const common = {
    prompt: request.prompt,
    aspect_ratio: ratioToSend(input),
    seed: moreSchema.parse(request.more).seed,
  };
  if (model === "krea-3") {
    return {
      ...common,
      resolution: request.tier ?? "1k",
      model: chosen.model ?? "berry",
      image_urls: urls.length === 0 ? undefined : urls,
    };
  }
  const strength = chosen.style_strength ?? 0.5;
  return {
    ...common,
    resolution: "1K",
    creativity: chosen.creativity ?? "medium",
    image_style_references: urls.length === 0 ? undefined : urls.map((url) => ({ url, strength })),
  };
}

async function* generate(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const { model } = input;
  refuseOthers(input, model === "krea-3" ? ["creativity", "style_strength"] : ["model"]);
  const urls = await handedIn(input);
  const { result } = yield* runJob(input, jobs, {
    url: `/generate/image/krea/${model}`,
    json: bodyOf(input, urls),
  });
  yield* madePictures(input.http, result, { at: ["result.urls.*"] });
}

export default defineProvider({
  ...hostedService,
  id: "krea",
  name: "Krea",
  docs: "https://docs.krea.ai/api-reference",
  facts: { documentation: "2026-11-26" },
  about:
    "Krea 3 and Krea 2 from their maker. Each call is a job; pictures are handed in first. A size becomes the nearest ratio; Krea 2 takes pictures for their style, Krea 3 edits up to eight. There is no mask.",
  settings,
  options,
  models: cards,
  generate,
  readError: faults.readError,
});
