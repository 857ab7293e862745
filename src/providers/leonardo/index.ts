import { z } from "zod";
import { PinholeError } from "../../core/errors.ts";
import { type Nano, statedNano } from "../../core/money.ts";
import type { Picture } from "../../core/picture.ts";
import { defineProvider, type GenerateInput, type ProviderEvent } from "../../core/provider.ts";
import { EncodedPicture, type WireJson, type WireRequest } from "../../core/wire.ts";
import { faultReader } from "../../dialects/fault-words.ts";
import { type JobRules, runJob } from "../../dialects/jobs.ts";
import { madePictures } from "../../dialects/made-pictures.ts";
import { readAnswer } from "../../dialects/read-answer.ts";
import { hostedService, hostedSettings, resultHosts } from "../../dialects/settings.ts";
import { sizeToSend } from "../../dialects/size-to-send.ts";
import { cards, ideogram3Qualities, ownModels } from "./cards.ts";

const settings = z.strictObject({
  ...hostedSettings("https://cloud.leonardo.ai/api/rest"),
  public: z
    .boolean()
    .default(false)
    .describe("Whether pictures are shown in Leonardo's gallery; sent with every call."),
  prompt_enhance: z
    .boolean()
    .default(false)
    .describe("Whether prompts are rewritten where the caller does not say; sent with every call."),
  result_hosts: resultHosts([".leonardo.ai"]),
});

const options = z.strictObject({
  prompt_enhance: z.boolean().optional().describe("Rewrites the prompt."),
  contrast: z.number().min(1).max(4.5).optional().describe("Contrast of Lucid and Phoenix."),
  alchemy: z.boolean().optional().describe("Alchemy of Lucid and Phoenix; off unless said."),
  ultra: z.boolean().optional().describe("Ultra of Lucid and Phoenix; off unless said."),
  style_id: z.uuid({ message: "must be a UUID" }).optional().describe("A style of Leonardo's."),
  reference_strength: z
    .enum(["low", "mid", "high"])
    .optional()
    .describe("How much reference pictures count, for models that take it."),
});

type Input = GenerateInput<z.output<typeof settings>, z.output<typeof options>>;

const moderated = [/\b(moderat(ed|ion)|nsfw|content polic(y|ies)|inappropriate|prohibited)\b/i];

/** Errors are a sentence and a word; a refused prompt may come with a 403, as a wrong key does. */
const faults = faultReader({
  codeAt: ["code"],
  messageAt: ["error", "message"],
  codes: { upstream_credentials: ["access-denied", "invalid-headers", "invalid-jwt"] },
  sentences: {
    moderation_blocked: moderated,
    upstream_credentials: [/^(not enough|insufficient) (api )?(tokens?|credits?|balance|funds)\b/i],
  },
});

const jobs: JobRules = {
  idAt: ["generate.generationId", "sdGenerationJob.generationId", "generationId"],
  byId: (id) => ({ url: `/v1/generations/${id}` }),
  statusAt: ["generations_by_pk.status"],
  done: ["COMPLETE"],
  failed: ["FAILED"],
  pace: { firstMs: 1500, maxMs: 5000 },
};

const moreSchema = z.object({ seed: z.int().optional(), negative_prompt: z.string().optional() });

function commonFields(input: Input) {
  const { width, height } = sizeToSend(input) ?? { width: 1024, height: 1024 };
  const { seed } = moreSchema.parse(input.request.more);
  return { prompt: input.request.prompt, width, height, seed };
}

/** Leonardo's own models are named by an id. */
function ownCall(input: Input, modelId: string): WireRequest {
  const { request, settings: given, options: chosen } = input;
  return {
    url: "/v1/generations",
    json: {
      ...commonFields(input),
      modelId,
      negative_prompt: moreSchema.parse(request.more).negative_prompt,
      num_images: request.n,
      public: given.public,
      alchemy: chosen.alchemy ?? false,
      ultra: chosen.ultra ?? false,
      enhancePrompt: chosen.prompt_enhance ?? given.prompt_enhance,
      contrast: chosen.contrast,
      styleUUID: chosen.style_id,
      transparency: request.background === "transparent" ? "foreground_only" : "disabled",
    },
  };
}

function guidances({ request, options: chosen }: Input): WireJson {
  if (request.images.length === 0) return undefined;
  const strength = chosen.reference_strength?.toUpperCase();
  const reference = (picture: Picture): WireJson => ({
    image: {
      type: "BASE64",
      data: new EncodedPicture(picture, "base64"),
      width: picture.width,
      height: picture.height,
    },
    strength,
  });
  return { image_reference: request.images.map(reference) };
}

function qualityWord({ request: { quality }, model }: Input): string | undefined {
  if (quality === undefined) return undefined;
  const known = model === "ideogram-v3.0" ? ideogram3Qualities[quality] : undefined;
  return known ?? quality.toUpperCase();
}

function partnerCall(input: Input): WireRequest {
  const { request, model, settings: given, options: chosen } = input;
  for (const name of ["contrast", "alchemy", "ultra"] as const) {
    if (chosen[name] === undefined) continue;
    const param = `provider_options.leonardo.${name}`;
    const message = `\`${param}\` is not known to ${model}; leave it out.`;
    throw new PinholeError("unsupported_parameter", { message, param });
  }
  return {
    url: "/v2/generations",
    json: {
      model,
      public: given.public,
      parameters: {
        ...commonFields(input),
        quantity: request.n,
        quality: qualityWord(input),
        prompt_enhance: (chosen.prompt_enhance ?? given.prompt_enhance) ? "ON" : "OFF",
        style_ids: chosen.style_id === undefined ? undefined : [chosen.style_id],
        guidances: guidances(input),
      },
    },
  };
}

const costSchema = z.object({ cost: z.object({ amount: z.unknown(), unit: z.string() }) });
const costsSchema = z.object({
  generate: costSchema.optional().catch(undefined),
  sdGenerationJob: costSchema.optional().catch(undefined),
  cost: costSchema.shape.cost.optional().catch(undefined),
});

/** The cost in dollars that the answer states; older plans state credits, which have no fixed worth. */
function chargeIn(json: unknown): Nano | undefined {
  const read = costsSchema.safeParse(json).data;
  const cost = read?.generate?.cost ?? read?.sdGenerationJob?.cost ?? read?.cost;
  return cost !== undefined && /^(dollars?|usd)$/i.test(cost.unit)
    ? statedNano(cost.amount)
    : undefined;
}

const itemSchema = z.object({ nsfw: z.literal(true) });
const accountSchema = z.object({
  user_details: z.array(z.object({ user: z.object({ username: z.string().nullish() }) })).min(1),
});

async function* generate(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const id = ownModels[input.model];
  const call = id === undefined ? partnerCall(input) : ownCall(input, id);
  const { accepted, result } = yield* runJob(input, jobs, call);
  const charge = chargeIn(accepted.json);
  if (charge !== undefined) yield { charge };
  yield* madePictures(input.http, result, {
    at: ["generations_by_pk.generated_images.*.url"],
    refuse: (item) =>
      itemSchema.safeParse(item).success ? { code: "moderation_blocked" } : undefined,
  });
}

export default defineProvider({
  ...hostedService,
  id: "leonardo",
  name: "Leonardo.Ai",
  docs: "https://docs.leonardo.ai",
  facts: { documentation: "2026-11-26" },
  about:
    "Lucid and Phoenix, and models of partners, behind one production key. Each call is a job that says what it cost; pictures go to Ideogram 4.5 and 4.6 as references; there is no mask. A picture that is marked as unsafe is not delivered.",
  settings,
  options,
  models: cards,
  generate,
  readError: faults.readError,
  async check({ http }) {
    const answer = await http.call({ url: "/v1/me" });
    const [details] = readAnswer(accountSchema, answer.json).user_details;
    return `it is the account ${details?.user.username ?? "without a name"}`;
  },
});
