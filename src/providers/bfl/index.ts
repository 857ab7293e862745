import { z } from "zod";
import { type Nano, statedNano } from "../../core/money.ts";
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
import { ownOptions } from "../../dialects/own-options.ts";
import { hostedSettings, resultHosts } from "../../dialects/settings.ts";
import { sizeToSend } from "../../dialects/size-to-send.ts";
import { cards, type ModelShape, shapes } from "./models.ts";

const settings = z.strictObject({
  ...hostedSettings("https://api.bfl.ai"),
  safety_tolerance: z
    .int()
    .min(0)
    .max(6)
    .default(2)
    .describe(
      "How much is let through, from 0 (little) on; sent with every call, at most what the model takes.",
    ),
  result_hosts: resultHosts([".bfl.ai"]),
});

const options = z.strictObject({
  steps: z.int().min(1).max(50).optional().describe("Steps of flex, dev and fill."),
  guidance: z.number().min(1.5).max(100).optional().describe("Guidance of flex, dev and fill."),
  prompt_upsampling: z.boolean().optional().describe("Rewrites the prompt (1.1, kontext, flex)."),
  disable_pup: z.boolean().optional().describe("Keeps FLUX.2 from rewriting the prompt."),
  grounding: z.boolean().optional().describe("Lets FLUX 3 search the web."),
  raw: z.boolean().optional().describe("Less processed pictures of 1.1 ultra."),
  image_prompt_strength: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe("How much the reference picture of 1.1 ultra counts."),
});

type Input = GenerateInput<z.output<typeof settings>, z.output<typeof options>>;

const hosts = [".bfl.ai"];

const faults = faultReader({
  codeAt: [],
  messageAt: ["detail.*.msg", "detail", "message", "error"],
  statuses: { 402: "upstream_credentials" },
  retryAfterAt: ["retry_after"],
  sentences: { moderation_blocked: [/\b(moderat(ed|ion)|content polic(y|ies)|safety)\b/i] },
});

const stateSchema = z.object({
  status: z.string(),
  details: z.unknown().optional(),
});

const jobs: JobRules = {
  idAt: ["id"],
  byId: (id) => ({ url: "/v1/get_result", query: { id } }),
  urlAt: ["polling_url"],
  hosts,
  statusAt: ["status"],
  done: ["Ready"],
  failed: ["Error", "Failed", "Request Moderated", "Content Moderated", "Task not found"],
  failure: failureOf,
  progress: { at: ["progress"], whole: 1 },
  pace: { firstMs: 500, maxMs: 2000 },
};

/** A job without a picture: a prompt or a picture that was held back, else a failure that may have been billed. */
function failureOf(state: WireError): UpstreamFault {
  const read = stateSchema.safeParse(state.json).data;
  if (read === undefined || !/moderated$/i.test(read.status)) return { code: "upstream_failed" };
  const held = read.status.startsWith("Request") ? "the prompt or an input" : "the result";
  const reasons = z.object({ "Moderation Reasons": z.array(z.string()) }).safeParse(read.details);
  const why = reasons.success ? ` (${reasons.data["Moderation Reasons"].join(", ")})` : "";
  return { code: "moderation_blocked", message: `The provider held ${held} back${why}.` };
}

/** A job that was held back may be told with an error status too. */
function heldBack(error: WireError): UpstreamFault | undefined {
  const isState = stateSchema.safeParse(error.json).success;
  const fault = isState ? failureOf(error) : undefined;
  return fault?.code === "moderation_blocked" ? fault : undefined;
}

function sizeFields(input: Input, { size }: ModelShape): Record<string, WireJson> {
  const { request } = input;
  const isEdit = request.images.length > 0;
  switch (size) {
    case "pixels": {
      // An edit without a size takes the shape of its first input.
      const pixels = sizeToSend(input) ?? (isEdit ? undefined : { width: 1024, height: 1024 });
      return { width: pixels?.width, height: pixels?.height };
    }
    case "ratio":
      return { aspect_ratio: request.ratio ?? (isEdit ? undefined : "1:1") };
    case "ratio_and_resolution":
      return {
        aspect_ratio: request.ratio ?? (isEdit ? "auto" : "1:1"),
        resolution: request.tier ?? "1k",
      };
    case "input":
      return {};
    default:
      return size satisfies never;
  }
}

function imageFields({ request }: Input, { images }: ModelShape): Record<string, WireJson> {
  const encoded = request.images.map((image) => new EncodedPicture(image, "base64"));
  if (encoded.length === 0) return {};
  if (images.as === "list") return { [images.field]: encoded };
  return Object.fromEntries(
    encoded.map((image, at) => [at === 0 ? images.field : `${images.field}_${at + 1}`, image]),
  );
}

const moreSchema = z.object({ seed: z.int().optional() });

async function* generate(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const { request, model, http } = input;
  const shape = shapes[model.replace(/-(preview|kv)$/, "")] ?? shapes["flux-2-pro"];
  if (shape === undefined) throw new Error("the shape of flux-2-pro is in the table");
  const tolerance = Math.min(input.settings.safety_tolerance, shape.toleranceMax);
  const { accepted, result } = yield* runJob(input, jobs, {
    url: `/v1/${encodeURIComponent(model)}`,
    json: {
      prompt: request.prompt,
      ...sizeFields(input, shape),
      ...imageFields(input, shape),
      mask: request.mask === undefined ? undefined : new EncodedPicture(request.mask, "base64"),
      seed: shape.seed ? moreSchema.parse(request.more).seed : undefined,
      safety_tolerance: tolerance,
      output_format: shape.format ? (request.output_format ?? "png") : undefined,
      // FLUX 3 refuses fields that it does not know, and others ignore them.
      ...ownOptions(input.options, { provider: "bfl", model, takes: shape.options }),
    },
  });
  const charge = chargeIn(result.json) ?? chargeIn(accepted.json);
  if (charge !== undefined) yield { charge };
  yield* madePictures(http, result, {
    at: ["result.sample", "result.samples.*"],
    facts: () => ({ seed: seedSchema.safeParse(result.json).data?.result.seed ?? undefined }),
  });
}

const seedSchema = z.object({ result: z.object({ seed: z.int().nullish() }) });

/** The cost that an answer states in credits of a cent; FLUX 3 states it when the picture is ready. */
function chargeIn(json: unknown): Nano | undefined {
  return statedNano(z.object({ cost: z.unknown().optional() }).safeParse(json).data?.cost, "0.01");
}

export default defineProvider({
  id: "bfl",
  name: "Black Forest Labs",
  docs: "https://docs.bfl.ai",
  facts: { documentation: "2026-11-26" },
  about:
    "FLUX, from its maker. Each picture is a job that is polled; it says what each cost. Masks are taken by flux-pro-1.0-fill alone.",
  settings,
  options,
  models: cards,
  openEnded: false,
  credentialHosts: hosts,
  configuredResultHosts: ({ result_hosts: known }) => known,
  authorize: (channel) => ({ "x-key": channel.settings.api_key.reveal() }),
  generate,
  readError: (error) => heldBack(error) ?? faults.readError(error),
});
