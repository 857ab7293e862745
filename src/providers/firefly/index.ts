import { z } from "zod";
import { defineProvider, type GenerateInput, type ProviderEvent } from "../../core/provider.ts";
import type { WireJson, WireRequest } from "../../core/wire.ts";
import { faultReader } from "../../dialects/fault-words.ts";
import { type JobRules, runJob } from "../../dialects/jobs.ts";
import { madePictures } from "../../dialects/made-pictures.ts";
import { ratioToSend } from "../../dialects/ratio-to-send.ts";
import { readAnswer } from "../../dialects/read-answer.ts";
import { hostedService } from "../../dialects/settings.ts";
import { sizeToSend } from "../../dialects/size-to-send.ts";
import { cards, versions } from "./cards.ts";
import { authorize, settings } from "./settings.ts";

const options = z.strictObject({
  content_class: z
    .enum(["photo", "art"])
    .optional()
    .describe("Whether versions 3 and 4 draw a photograph or art; they decide unless it is said."),
  visual_intensity: z.int().min(2).max(10).optional().describe("Intensity of versions 3 and 4."),
  style_strength: z
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe("How much the style of the reference picture counts, for versions 3 and 4."),
  prompt_reasoner: z
    .enum(["speed", "quality"])
    .optional()
    .describe("How version 5 reads the prompt."),
});

type Input = GenerateInput<z.output<typeof settings>, z.output<typeof options>>;

const hosts = [".adobe.io", "ims-na1.adobelogin.com"];

const faults = faultReader({
  codeAt: ["error_code", "error.error_code", "result.error_code", "result.error.error_code"],
  messageAt: ["message", "error.message", "result.message", "result.error.message"],
  statuses: { 451: "moderation_blocked" },
  codes: {
    moderation_blocked: ["prompt_unsafe", "input_media_unsafe", "output_media_unsafe"],
    upstream_credentials: ["access_error", "401013", "403000", "403003"],
    upstream_rate_limited: ["429001", "too_many_requests"],
    upstream_timeout: ["timeout_error"],
    upstream_failed: ["runtime_error", "model_not_loaded"],
    upstream_refused: ["not_implemented", "invalid_content_type"],
    invalid_value: ["validation_error", "bad_request", "language_not_supported"],
  },
});

const jobs: JobRules = {
  idAt: ["jobId"],
  byId: (id) => ({ url: `/v3/status/${id}` }),
  urlAt: ["statusUrl", "links.result.href"],
  hosts,
  cancelAt: ["cancelUrl", "links.cancel.href"],
  statusAt: ["status"],
  done: ["succeeded"],
  failed: ["failed", "cancelled"],
  failure: faults.refused,
  // Four requests a minute are allowed, questions among them.
  pace: { firstMs: 15_000, maxMs: 20_000 },
};

const moreSchema = z.object({ seed: z.int().optional(), negative_prompt: z.string().optional() });

/** One seed for each picture, from the client's on. */
function seedsOf({ request }: Input): number[] | undefined {
  const { seed } = moreSchema.parse(request.more);
  return seed === undefined
    ? undefined
    : Array.from({ length: request.n }, (_, index) => seed + index);
}

const storedSchema = z.object({ images: z.array(z.object({ id: z.string().min(1) })).min(1) });

/** The style of the reference picture, which is stored first; it is kept for seven days. */
async function styleOf({ request, http, options: chosen }: Input): Promise<WireJson> {
  const [image] = request.images;
  if (image === undefined) return undefined;
  const answer = await http.call({ url: "/v2/storage/image", body: image });
  const [stored] = readAnswer(storedSchema, answer.json).images;
  return {
    imageReference: { source: { uploadId: stored?.id } },
    strength: chosen.style_strength,
  };
}

async function version3Call(input: Input): Promise<WireRequest> {
  const { request, options: chosen } = input;
  const { width, height } = sizeToSend(input) ?? { width: 2048, height: 2048 };
  return {
    url: "/v3/images/generate-async",
    json: {
      prompt: request.prompt,
      negativePrompt: moreSchema.parse(request.more).negative_prompt,
      numVariations: request.n,
      seeds: seedsOf(input),
      size: { width, height },
      contentClass: chosen.content_class,
      visualIntensity: chosen.visual_intensity,
      style: await styleOf(input),
    },
  };
}

function version5Call(input: Input): WireRequest {
  const { request, options: chosen } = input;
  return {
    url: "/v4/images/generate-async",
    json: {
      modelId: "firefly_image",
      prompt: request.prompt,
      aspectRatio: ratioToSend(input),
      resolutionLevel: request.tier ?? "2.4MP",
      numVariations: request.n,
      seeds: seedsOf(input),
      modelSpecificPayload:
        chosen.prompt_reasoner === undefined
          ? undefined
          : { prompt_reasoner: chosen.prompt_reasoner },
    },
  };
}

const itemSchema = z.object({ seed: z.int() });

async function* generate(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const version = versions[input.model] ?? input.model;
  const call = version === "image5" ? version5Call(input) : await version3Call(input);
  const { result } = yield* runJob(input, jobs, {
    ...call,
    headers: { "x-model-version": version },
  });
  yield* madePictures(input.http, result, {
    at: ["result.outputs.*.image.url", "outputs.*.image.url"],
    facts: (item) => ({ seed: itemSchema.safeParse(item).data?.seed }),
  });
}

export default defineProvider({
  ...hostedService,
  id: "firefly",
  name: "Adobe Firefly Services",
  docs: "https://developer.adobe.com/firefly-services/docs/firefly-api",
  facts: { documentation: "2026-11-26" },
  about:
    "Firefly Image 3, 4 and 5 by Adobe's asynchronous API, for a project's client id and secret. Four requests a minute are allowed unless Adobe agreed to more, so jobs are asked for slowly. A reference picture gives its style to versions 3 and 4; edits and masks are not among what is built in.",
  settings,
  options,
  models: cards,
  example: {
    settings:
      '{ client_id: "${FIREFLY_SERVICES_CLIENT_ID}", client_secret: "${FIREFLY_SERVICES_CLIENT_SECRET}" }',
    models: "[firefly-image-4]",
  },
  credentialHosts: hosts,
  credentialOrigins: ({ ims_url: url }) => [url],
  authorize,
  generate,
  readError: faults.readError,
  /** A cancelled job's bill is not spoken of anywhere. */
  async cancel({ http, job }) {
    await http.call({ url: job, method: "PUT" });
    return "doubtful";
  },
});
