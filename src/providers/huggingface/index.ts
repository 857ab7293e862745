import { z } from "zod";
import { errorTable, PinholeError } from "../../core/errors.ts";
import { defineCard } from "../../core/model-card.ts";
import { defineProvider, type ProviderEvent } from "../../core/provider.ts";
import type { WireAnswer } from "../../core/wire.ts";
import { faultReader } from "../../dialects/fault-words.ts";
import { runJob } from "../../dialects/jobs.ts";
import { madePictures } from "../../dialects/made-pictures.ts";
import { readAnswer } from "../../dialects/read-answer.ts";
import { type Input, type Partner, partners } from "./partners.ts";
import { options, partnerName, settings } from "./settings.ts";

/** The router's own errors, and those of the partners, which it hands on. */
const faults = faultReader({
  codeAt: ["error.code", "error.type", "detail.*.type"],
  messageAt: ["error.message", "error", "error.*", "detail.*.msg", "detail", "message"],
  retryAfterAt: ["estimated_time"],
  codes: {
    moderation_blocked: ["content_policy_violation", "content_filter*", "nsfw*"],
    upstream_rate_limited: ["rate_limit*"],
  },
  sentences: {
    moderation_blocked: [
      /\b(nsfw|moderat(ed|ion)|content polic(y|ies)|safety (system|checker|filter))\b/i,
    ],
    upstream_model_missing: [
      /^model (not|is not|.{1,200} is not) (supported|available)\b/i,
      /^repository not found/i,
    ],
    upstream_credentials: [/^(you have (exceeded|reached|depleted)|user is locked)\b/i],
    upstream_busy: [/^model .{1,200} is currently loading/i],
  },
});

const offerSchema = z.object({
  providerId: z.string().regex(/^[\w.:/-]{1,200}$/),
  status: z.string().nullish(),
  task: z.string().nullish(),
});

/** A list of offers that name their partner, or a record of offers by partner. */
const mappingSchema = z.object({
  inferenceProviderMapping: z.union([
    z.array(offerSchema.extend({ provider: z.string() })),
    z
      .record(z.string(), offerSchema)
      .transform((offers) =>
        Object.entries(offers).map(([provider, offer]) => ({ ...offer, provider })),
      ),
  ]),
});

interface Route {
  readonly partner: Partner;
  /** The model's name at the partner. */
  readonly model: string;
}

/** The partner that makes the picture. The hub is asked, for nothing, since each partner has names of its own for the models. */
async function routeOf({ model, request, settings: given, http }: Input): Promise<Route> {
  if (given.provider === "hf-inference") return { partner: partners["hf-inference"], model };
  const answer = await http.call({
    url: `${given.hub_url}/api/models/${model}`,
    query: { "expand[]": "inferenceProviderMapping" },
  });
  const task = request.images.length > 0 ? "image-to-image" : "text-to-image";
  const offers = readAnswer(mappingSchema, answer.json).inferenceProviderMapping.filter(
    (offer) => offer.task === task && offer.status !== "error",
  );
  for (const { provider, providerId } of offers) {
    const name = partnerName.options.find((one) => one === provider);
    if (name === undefined || (given.provider !== "auto" && given.provider !== name)) continue;
    return { partner: partners[name], model: name === "hf-inference" ? model : providerId };
  }
  throw new PinholeError("upstream_model_missing", {
    message: `No partner that the channel may use serves \`${model}\` for ${task}.`,
    detail: `the hub names ${offers.map(({ provider }) => provider).join(", ") || "nobody"}`,
  });
}

/** Fields of the contract that a request has a place for; a card of another provider's may promise more. */
const sentFields: ReadonlySet<string> = new Set(["size", "seed", "negative_prompt", "watermark"]);

const unfitSchema = z.object({ has_nsfw_concepts: z.array(z.boolean()) });

/** A black picture stands in place of one that was held back. */
function refuseUnfit({ json }: WireAnswer): void {
  if (unfitSchema.safeParse(json).data?.has_nsfw_concepts.includes(true) !== true) return;
  throw new PinholeError("moderation_blocked", {
    message: errorTable.moderation_blocked.meaning,
    detail: "the answer has a good status and says that its picture is unfit",
  });
}

async function* generate(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const { partner, model } = await routeOf(input);
  const { at, jobs } = partner;
  const request = { ...partner.request(input, model), lift: at };
  const answer =
    jobs === undefined
      ? await input.http.call({ ...request, refused: faults.refused })
      : (yield* runJob(input, jobs(model), request)).result;
  refuseUnfit(answer);
  yield* madePictures(input.http, answer, { at });
}

export default defineProvider({
  id: "huggingface",
  name: "Hugging Face Inference Providers",
  docs: "https://huggingface.co/docs/inference-providers",
  facts: { documentation: "2026-11-26" },
  about:
    "Any model of the hub that one of the router's partners serves: a model's name is the hub's, and the hub says how the partner calls it. One picture a call, one picture in an edit, no mask. What it costs is the partner's price, which no answer states.",
  example: {
    settings: '{ api_key: "${HF_TOKEN}" }',
    models: "[black-forest-labs/FLUX.1-dev]",
  },
  settings,
  options,
  models: [],
  openEnded: true,
  defaultCard: defineCard({
    name: "hub-model",
    owned_by: "hub",
    operations: ["generation", "edit"],
    size_rule: { multiple: 8, edge_min: 64, edge_max: 4096, pixels_max: 16_777_216 },
    formats: ["png", "jpeg", "webp"],
    images: { max: 1 },
    parameters: ["seed", "negative_prompt", "watermark"],
  }),
  credentialHosts: ["huggingface.co"],
  credentialOrigins: (given) => [new URL(given.hub_url).origin],
  authorize: ({ settings: { api_key: key, bill_to: payer } }) => ({
    authorization: `Bearer ${key.reveal()}`,
    ...(payer === undefined ? {} : { "x-hf-bill-to": payer }),
  }),
  generate,
  sends: (field) => sentFields.has(field),
  narrow: () => ({ imagesPerCall: 1, takes: () => true }),
  readError: faults.readError,
});
