import { z } from "zod";
import { promisedFields } from "../../core/card-fields.ts";
import { PinholeError } from "../../core/errors.ts";
import { defineProvider, type GenerateInput, type ProviderEvent } from "../../core/provider.ts";
import {
  EncodedPicture,
  type UpstreamFault,
  type WireError,
  type WireJson,
} from "../../core/wire.ts";
import { faultReader } from "../../dialects/fault-words.ts";
import { type JobRules, runJob } from "../../dialects/jobs.ts";
import { madePictures } from "../../dialects/made-pictures.ts";
import { apiKey, baseUrl, resultHosts } from "../../dialects/settings.ts";
import { sizeToSend } from "../../dialects/size-to-send.ts";
import { cards, type Endpoint, endpoints, endpointSchema } from "./models.ts";

const settings = z.strictObject({
  base_url: baseUrl("https://queue.fal.run", "Address of the queue."),
  api_key: apiKey(),
  safety_checker: z
    .boolean()
    .default(true)
    .describe(
      "Whether endpoints that have a checker hold unsafe pictures back; sent with every call.",
    ),
  safety_tolerance: z
    .int()
    .min(1)
    .max(6)
    .default(2)
    .describe("From 1 (strict) to 6, for endpoints that take it; sent with every call."),
  retry_by_vendor: z
    .boolean()
    .default(false)
    .describe(
      "Lets the vendor retry a failed job and fall back to another endpoint, which may cost more and draw otherwise.",
    ),
  endpoints: z
    .record(z.string().regex(/^[\w./-]{1,120}$/), endpointSchema)
    .default({})
    .describe(
      "How the input of further endpoints is built, by their id; give such a model a card too.",
    ),
  result_hosts: resultHosts([".fal.media", "fal.media", ".fal.ai", "storage.googleapis.com"]),
});

const options = z.strictObject({
  input: z
    .record(z.string().min(1).max(60), z.union([z.string().max(10_000), z.number(), z.boolean()]))
    .refine((fields) => Object.keys(fields).length <= 30, {
      message: "must have at most 30 fields",
    })
    .optional()
    .describe(
      "Further fields of the endpoint, such as num_inference_steps; prompt, number, size and safety are not among them.",
    ),
});

type Input = GenerateInput<z.output<typeof settings>, z.output<typeof options>>;

/** Errors of models are a list with a type each; those of the platform a sentence (fal.ai/docs, errors). */
const faults = faultReader({
  codeAt: ["detail.*.type", "error_type", "error.code"],
  messageAt: ["detail.*.msg", "detail", "error.message", "message"],
  codes: {
    moderation_blocked: ["content_policy_violation"],
    image_too_large: ["image_too_large"],
    invalid_image: ["image_too_small", "image_load_error", "file_download_error"],
    upstream_bad_answer: ["no_media_generated"],
    upstream_timeout: ["generation_timeout", "request_timeout"],
    upstream_failed: [
      "downstream_service_error",
      "downstream_service_unavailable",
      "internal_server_error",
    ],
  },
  sentences: {
    // An empty or locked account is a 403 on any endpoint.
    upstream_credentials: [/^User is locked/i, /^(Exhausted balance|Admin lock|TOP_UP)/i],
    upstream_model_missing: [/^Application .{1,120} not found/i],
  },
});

const jobs: JobRules = {
  idAt: ["request_id"],
  urlAt: ["status_url"],
  statusAt: ["status"],
  done: ["COMPLETED"],
  failed: ["FAILED", "CANCELLED"],
  resultAt: ["response_url"],
  cancelAt: ["cancel_url"],
  lift: ["images.*.url", "image.url"],
  pace: { firstMs: 500, maxMs: 3000 },
};

/** Fields that decide over the bill, the picture or the law, under any of their names. */
const governed =
  /^(prompt|num_images|image_size|aspect_ratio|resolution|width|height|model|sync_mode|output_format|enable_safety_checker|safety_tolerance|image_urls?|mask_urls?|seed|quality|batch_size|num_outputs)$/i;

function callerFields({ options: chosen }: Input): Record<string, WireJson> {
  const fields = chosen.input ?? {};
  for (const name of Object.keys(fields)) {
    if (!governed.test(name.replaceAll("-", "_"))) continue;
    const param = `provider_options.fal.input.${name}`;
    throw new PinholeError("invalid_value", {
      message: `\`${param}\` cannot be set there; use the request's own field or leave it out.`,
      param,
    });
  }
  return fields;
}

function sizeFields(input: Input, { size }: Endpoint): Record<string, WireJson> {
  const { request, card } = input;
  switch (size) {
    case "image_size": {
      const pixels = sizeToSend(input) ?? { width: 1024, height: 1024 };
      return { image_size: { width: pixels.width, height: pixels.height } };
    }
    case "aspect_ratio":
      return {
        aspect_ratio: request.ratio ?? (request.images.length > 0 ? undefined : "1:1"),
        resolution: request.tier ?? card?.tiers?.[0]?.word,
      };
    case "none":
      return {};
    default:
      return size satisfies never;
  }
}

function imageFields({ request }: Input, endpoint: Endpoint): Record<string, WireJson> {
  const pictures = request.images.map((image) => new EncodedPicture(image, "data_url"));
  const [first] = pictures;
  const mask =
    request.mask === undefined ? undefined : new EncodedPicture(request.mask, "data_url");
  return {
    image_urls: endpoint.images === "image_urls" && first !== undefined ? pictures : undefined,
    image_url: endpoint.images === "image_url" ? first : undefined,
    ...(endpoint.mask === undefined ? {} : { [endpoint.mask]: mask }),
  };
}

function bodyOf(input: Input, endpoint: Endpoint): WireJson {
  const { request, settings: given } = input;
  return {
    prompt: request.prompt,
    num_images: endpoint.count ? request.n : undefined,
    ...sizeFields(input, endpoint),
    ...imageFields(input, endpoint),
    seed: z.object({ seed: z.int().optional() }).parse(request.more).seed,
    quality: endpoint.quality ? request.quality : undefined,
    output_format: endpoint.format ? (request.output_format ?? "png") : undefined,
    enable_safety_checker: endpoint.safety === "checker" ? given.safety_checker : undefined,
    safety_tolerance: endpoint.safety === "tolerance" ? String(given.safety_tolerance) : undefined,
    ...callerFields(input),
  };
}

const flagsSchema = z.object({
  has_nsfw_concepts: z.array(z.boolean().nullish()).nullish(),
  nsfw_content_detected: z.array(z.boolean().nullish()).nullish(),
});

/** A black picture stands in place of one that the checker held back, and a flag says so: none of it is a picture. */
function blackened(answer: WireError): UpstreamFault | undefined {
  const read = flagsSchema.safeParse(answer.json).data;
  const flags = read?.has_nsfw_concepts ?? read?.nsfw_content_detected ?? [];
  const isAll = flags.length > 0 && flags.every((flag) => flag === true);
  return isAll ? { code: "moderation_blocked" } : undefined;
}

/** Places in the list at which the checker put a black picture. */
function heldPlaces(json: unknown): ReadonlySet<number> {
  const read = flagsSchema.safeParse(json).data;
  const flags = read?.has_nsfw_concepts ?? read?.nsfw_content_detected ?? [];
  return new Set(flags.flatMap((flag, place) => (flag === true ? [place] : [])));
}

const listSchema = z.object({ images: z.array(z.unknown()), seed: z.int().nullish() });

/** The endpoint of a model: the operator's, else the one that is built in, else one that is like most. */
function endpointOf({ settings: given, model }: Pick<Input, "settings" | "model">): Endpoint {
  return given.endpoints[model] ?? endpoints[model] ?? endpointSchema.parse({});
}

const cancelledSchema = z.object({ status: z.string() });

const promised = promisedFields(cards);

async function* generate(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const { settings: given, model, http } = input;
  const endpoint = endpointOf(input);
  const { result } = yield* runJob(input, jobs, {
    url: `/${model.split("/").map(encodeURIComponent).join("/")}`,
    headers: given.retry_by_vendor
      ? {}
      : { "x-fal-no-retry": "1", "x-app-fal-disable-fallback": "1" },
    json: bodyOf(input, endpoint),
  });
  const refusal = blackened({ status: result.status, headers: {}, json: result.json, text: "" });
  const list = listSchema.safeParse(result.json).data;
  const held = heldPlaces(result.json);
  yield* madePictures(http, result, {
    at: ["images.*.url", "image.url"],
    refuse: (item) =>
      refusal ??
      (held.has(list?.images.indexOf(item) ?? -1) ? { code: "moderation_blocked" } : undefined),
    facts: () => ({ seed: list?.seed ?? undefined }),
  });
}

export default defineProvider({
  id: "fal",
  name: "fal",
  docs: "https://fal.ai/docs",
  facts: { documentation: "2026-11-26" },
  about:
    "Endpoints of fal by their ids, as jobs of its queue. Models that are not built in take a card and, in `settings.endpoints`, how their input is built; the polarity of a mask is the card's to say.",
  settings,
  options,
  models: cards,
  openEnded: true,
  sends(field, about) {
    const { mask, quality, format } = endpointOf(about);
    if (field === "mask") return mask !== undefined;
    if (field === "quality") return quality;
    if (field === "output_format") return format;
    return promised.has(field);
  },
  configuredResultHosts: (own) => own.result_hosts,
  authorize: (channel) => ({ authorization: `Key ${channel.settings.api_key.reveal()}` }),
  generate,
  readError: faults.readError,
  /** One that waits is removed from the queue; one that runs is told to stop, and may be billed (fal.ai/docs, queue). */
  async cancel({ http, job }) {
    const answer = await http.call({ url: job, method: "PUT" });
    return cancelledSchema.safeParse(answer.json).data?.status === "OK" ? "free" : "doubtful";
  },
});
