import { z } from "zod";
import { PinholeError } from "../../core/errors.ts";
import { statedNano } from "../../core/money.ts";
import { defineProvider, type GenerateInput, type ProviderEvent } from "../../core/provider.ts";
import { parseSize } from "../../core/request.ts";
import { EncodedPicture, type WireJson } from "../../core/wire.ts";
import { faultReader } from "../../dialects/fault-words.ts";
import { type JobRules, runJob } from "../../dialects/jobs.ts";
import { madePictures } from "../../dialects/made-pictures.ts";
import { readAnswer } from "../../dialects/read-answer.ts";
import { anyResultHosts, bearer, hostedSettings, hostedService } from "../../dialects/settings.ts";
import { sizeToSend } from "../../dialects/size-to-send.ts";
import { cards, counted } from "./cards.ts";

const settings = z.strictObject({
  ...hostedSettings("https://api.dev.runwayml.com"),
  public_figures: z
    .enum(["auto", "low"])
    .default("auto")
    .describe(
      "How strictly gen4 models hold pictures of public figures back where the client's `moderation` does not say; sent with every call of theirs.",
    ),
  result_hosts: anyResultHosts(),
});

const options = z.strictObject({
  grounding: z
    .boolean()
    .optional()
    .describe("Lets Seedream search the web for brands, trends and events."),
});

type Input = GenerateInput<z.output<typeof settings>, z.output<typeof options>>;

/** A failed task says a word; what it says besides is not meant for users (docs.dev.runwayml.com, errors). */
const faults = faultReader({
  codeAt: ["failureCode"],
  messageAt: ["error", "message"],
  codes: {
    moderation_blocked: ["SAFETY.*", "INPUT_PREPROCESSING.SAFETY*"],
    invalid_image: ["ASSET.*"],
    upstream_failed: ["INTERNAL*", "INPUT_PREPROCESSING.INTERNAL", "THIRD_PARTY.*"],
  },
  sentences: {
    moderation_blocked: [/\b(moderation|content polic(y|ies))\b/i],
    upstream_credentials: [/^You do not have enough credits\b/i],
  },
});

const jobs: JobRules = {
  idAt: ["id"],
  cancels: true,
  byId: (id) => ({ url: `/v1/tasks/${id}` }),
  statusAt: ["status"],
  done: ["SUCCEEDED"],
  failed: ["FAILED", "CANCELLED"],
  failure: faults.refused,
  progress: { at: ["progress"], whole: 1 },
  // Asked more often than every five seconds, it slows its answers.
  pace: { firstMs: 5000, maxMs: 5000 },
};

const taskSchema = z.object({ status: z.string() });
const isOver: ReadonlySet<string> = new Set([...jobs.done, ...jobs.failed]);

const moreSchema = z.object({ seed: z.int().optional() });
const costSchema = z.object({ cost: z.object({ credits: z.unknown() }) });
const accountSchema = z.object({ creditBalance: z.number() });

/** Fields of gen4 models alone. */
function gen4Fields({ request, settings: given }: Input): Record<string, WireJson> {
  return {
    seed: moreSchema.parse(request.more).seed,
    contentModeration: { publicFigureThreshold: request.moderation ?? given.public_figures },
  };
}

function ratioOf(input: Input): string {
  const size = sizeToSend(input) ?? parseSize(input.card?.sizes?.[0] ?? "1024x1024");
  return size === undefined ? "1024:1024" : `${size.width}:${size.height}`;
}

/** Pictures that the prompt may speak of; xAI's model changes a single one only where it is told to. */
function pictureFields({ request: { images, operation }, model }: Input): Record<string, WireJson> {
  if (images.length === 0) return {};
  return {
    referenceImages: images.map((image) => ({ uri: new EncodedPicture(image, "data_url") })),
    edit: model === "grok_imagine_image_2" ? operation === "edit" : undefined,
  };
}

async function* generate(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const { request, model, card, options: chosen } = input;
  if (chosen.grounding !== undefined && !model.startsWith("seedream")) {
    const param = "provider_options.runway.grounding";
    const message = `\`${param}\` is not known to ${model}; leave it out.`;
    throw new PinholeError("unsupported_parameter", { message, param });
  }
  const { result } = yield* runJob(input, jobs, {
    url: "/v1/text_to_image",
    json: {
      model,
      promptText: request.prompt,
      ratio: ratioOf(input),
      ...pictureFields(input),
      ...(model.startsWith("gen4") ? gen4Fields(input) : {}),
      outputCount: counted.has(model) ? request.n : undefined,
      quality: request.quality,
      background: request.background,
      outputFormat:
        card?.format_parameter === true ? (request.output_format ?? card.formats[0]) : undefined,
      grounding: chosen.grounding,
    },
  });
  const charge = statedNano(costSchema.safeParse(result.json).data?.cost.credits, "0.01");
  if (charge !== undefined) yield { charge };
  yield* madePictures(input.http, result, { at: ["output.*"] });
}

export default defineProvider({
  ...hostedService,
  id: "runway",
  name: "Runway",
  docs: "https://docs.dev.runwayml.com",
  facts: { documentation: "2026-11-26" },
  about:
    "Runway's gen4 models and those of its partners behind one key; each call is a task that says what it cost. There is no mask; an edit is a reference picture and an instruction. What its moderation holds back is billed.",
  settings,
  options,
  models: cards,
  authorize: (channel) => ({ ...bearer(channel), "x-runway-version": "2024-11-06" }),
  generate,
  readError: faults.readError,
  /** A task that is over would be deleted with its pictures. The bill for a cancelled one is not spoken of anywhere. */
  async cancel({ http, job }) {
    const url = `/v1/tasks/${job}`;
    const task = readAnswer(taskSchema, (await http.call({ url })).json);
    if (isOver.has(task.status)) return "kept";
    await http.call({ url, method: "DELETE" });
    return "doubtful";
  },
  async check({ http }) {
    const answer = await http.call({ url: "/v1/organization" });
    return `it has ${readAnswer(accountSchema, answer.json).creditBalance} credits`;
  },
});
