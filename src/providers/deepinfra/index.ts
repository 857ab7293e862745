import { z } from "zod";
import { defineCard } from "../../core/model-card.ts";
import { statedNano } from "../../core/money.ts";
import { defineProvider, type GenerateInput, type ProviderEvent } from "../../core/provider.ts";
import { sizeText } from "../../core/request.ts";
import type { FormField, UpstreamFault, WireError } from "../../core/wire.ts";
import { faultReader } from "../../dialects/fault-words.ts";
import { madePictures } from "../../dialects/made-pictures.ts";
import { ownOptions } from "../../dialects/own-options.ts";
import { bearer, hostedSettings, resultHosts } from "../../dialects/settings.ts";
import { sizeToSend } from "../../dialects/size-to-send.ts";
import { cards, usualSizes } from "./cards.ts";

const settings = z.strictObject({
  ...hostedSettings("https://api.deepinfra.com/v1"),
  result_hosts: resultHosts([".deepinfra.com"]),
});

const options = z.strictObject({
  num_inference_steps: z.int().min(1).max(100).optional().describe("Steps of a generation."),
  guidance_scale: z.number().min(0).max(20).optional().describe("Guidance of a generation."),
});

type Input = GenerateInput<z.output<typeof settings>, z.output<typeof options>>;

const faults = faultReader({
  codeAt: ["error.code", "detail.code"],
  messageAt: ["detail.error", "error.message", "detail.*.msg", "detail", "message"],
  paramAt: ["error.param"],
  codes: { moderation_blocked: ["content_policy_violation", "content_filter*", "nsfw*"] },
  sentences: {
    moderation_blocked: [
      /\b(nsfw|moderat(ed|ion)|content polic(y|ies)|safety (checker|filter))\b/i,
    ],
    upstream_model_missing: [/^model (is )?not (found|available)/i],
    upstream_credentials: [/^(inactive|suspended|balance|you need to add)\b/i],
  },
});

/** Steps that the price goes by, sent where the caller names none. */
const usualSteps: Readonly<Record<string, number>> = {
  "black-forest-labs/FLUX-2-dev": 28,
  "black-forest-labs/FLUX-1-schnell": 4,
};

/** Fields of the contract that a request has a place for; a card of another provider's may promise more. */
const sentFields: ReadonlySet<string> = new Set(["size", "seed", "negative_prompt", "mask"]);

const moreSchema = z.object({ seed: z.int().optional(), negative_prompt: z.string().optional() });

const answerSchema = z.object({
  nsfw_content_detected: z.array(z.boolean().nullish()).nullish().catch(undefined),
  seed: z.int().nullish().catch(undefined),
  inference_status: z
    .object({ status: z.string().nullish(), cost: z.unknown().optional() })
    .nullish()
    .catch(undefined),
});

/** A run that failed, or whose picture was found unfit, comes with a good status. */
function refusedIn({ json }: WireError): UpstreamFault | undefined {
  const read = answerSchema.safeParse(json).data;
  const unfit = read?.nsfw_content_detected ?? [];
  if (unfit.includes(true)) return { code: "moderation_blocked" };
  return read?.inference_status?.status === "failed" ? { code: "upstream_failed" } : undefined;
}

/** The vendor's own form, which takes a seed and states what the call cost. */
async function* generated(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const { request, model } = input;
  const size = sizeToSend(input);
  const steps = input.options.num_inference_steps ?? usualSteps[model];
  const answer = await input.http.call({
    url: `/inference/${model}`,
    json: {
      prompt: request.prompt,
      num_images: request.n,
      width: size?.width,
      height: size?.height,
      ...moreSchema.parse(request.more),
      guidance_scale: input.options.guidance_scale,
      num_inference_steps: steps,
    },
    lift: ["images.*"],
    refused: refusedIn,
  });
  const read = answerSchema.safeParse(answer.json).data;
  const charge = statedNano(read?.inference_status?.cost);
  if (charge !== undefined) yield { charge };
  if (steps !== undefined) yield { facts: { steps } };
  yield* madePictures(input.http, answer, {
    at: ["images.*"],
    facts: () => ({ seed: read?.seed ?? undefined }),
  });
}

/** Edits have a form like OpenAI's, whose pictures all have the same name. */
async function* edited(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const { request, model } = input;
  ownOptions(input.options, { provider: "deepinfra", model, takes: [] });
  const size = sizeToSend(input);
  const form: FormField[] = [
    { name: "model", value: model },
    { name: "prompt", value: request.prompt },
    ...request.images.map((value) => ({ name: "image", value })),
    ...(request.mask === undefined ? [] : [{ name: "mask", value: request.mask }]),
    { name: "n", value: String(request.n) },
    ...(size === undefined ? [] : [{ name: "size", value: sizeText(size) }]),
  ];
  const answer = await input.http.call({
    url: "/openai/images/edits",
    form,
    lift: ["data.*.b64_json"],
    refused: faults.refused,
  });
  yield* madePictures(input.http, answer, { at: ["data.*.b64_json", "data.*.url"] });
}

export default defineProvider({
  id: "deepinfra",
  name: "DeepInfra",
  docs: "https://deepinfra.com/models/text-to-image",
  facts: { documentation: "2026-11-26" },
  about:
    "FLUX, Stable Diffusion and models for edits. Each generation states what it cost; edits do not. A mask is taken by Bria's model alone. Models of its list that have no card here may be named too.",
  settings,
  options,
  authorize: bearer,
  models: cards,
  defaultCard: defineCard({
    name: "deepinfra-model",
    owned_by: "deepinfra",
    formats: ["png", "jpeg"],
    parameters: ["seed"],
    ...usualSizes,
  }),
  openEnded: true,
  sends: (field) => sentFields.has(field),
  narrow: () => ({ imagesPerCall: 1, takes: () => true }),
  configuredResultHosts: ({ result_hosts: known }) => known,
  readError: faults.readError,
  generate: (input) => (input.request.images.length > 0 ? edited(input) : generated(input)),
});
