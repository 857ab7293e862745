import { z } from "zod";
import { PinholeError } from "../../core/errors.ts";
import { Picture } from "../../core/picture.ts";
import {
  defineProvider,
  type GenerateInput,
  type ProviderEvent,
  type UpstreamHttp,
} from "../../core/provider.ts";
import {
  EncodedPicture,
  type UpstreamFault,
  type WireAnswer,
  type WireJson,
  type WireRequest,
} from "../../core/wire.ts";
import { faultReader } from "../../dialects/fault-words.ts";
import { madePictures } from "../../dialects/made-pictures.ts";
import { findPictures } from "../../dialects/picture-places.ts";
import {
  apiKey,
  atRegion,
  bearer,
  regionalUrl,
  resultHosts,
  watermark,
  watermarkOf,
} from "../../dialects/settings.ts";
import { sizeToSend } from "../../dialects/size-to-send.ts";
import { cards } from "./cards.ts";

const settings = z
  .strictObject({
    base_url: regionalUrl(),
    region: z
      .enum(["asia", "europe", "china", "china-plan"])
      .default("asia")
      .describe(
        "asia and europe are BytePlus ModelArk; china is Volcengine Ark, china-plan its subscription. Each has keys of its own.",
      ),
    api_key: apiKey(),
    watermark: watermark(true),
    sequential: z
      .boolean()
      .default(false)
      .describe(
        "Makes the n pictures of a request in one call, as pictures that belong together, where the model can; else n calls are made.",
      ),
    result_hosts: resultHosts([".volces.com", ".bytepluses.com", ".volccdn.com", ".byteimg.com"]),
  })
  .transform(
    atRegion({
      asia: "https://ark.ap-southeast.bytepluses.com/api/v3",
      europe: "https://ark.eu-west.bytepluses.com/api/v3",
      china: "https://ark.cn-beijing.volces.com/api/v3",
      "china-plan": "https://ark.cn-beijing.volces.com/api/plan/v3",
    }),
  );

const options = z.strictObject({
  optimize_prompt: z
    .enum(["standard", "fast"])
    .optional()
    .describe("How prompts are rewritten; fast only by 4.0 and 5.0 pro."),
  web_search: z.boolean().optional().describe("Lets 5.0 lite search the web."),
  guidance_scale: z.number().min(1).max(10).optional().describe("Guidance of SeedEdit 3.0."),
});

type Input = GenerateInput<z.output<typeof settings>, z.output<typeof options>>;

const faults = faultReader({
  codeAt: ["error.code"],
  messageAt: ["error.message"],
  paramAt: ["error.param"],
  codes: {
    moderation_blocked: [
      "InputTextSensitiveContentDetected*",
      "InputImageSensitiveContentDetected*",
      "OutputTextSensitiveContentDetected*",
      "OutputImageSensitiveContentDetected*",
      "SensitiveContentDetected*",
      "InputTextRiskDetection*",
      "InputImageRiskDetection*",
      "OutputTextRiskDetection*",
      "OutputImageRiskDetection*",
    ],
    upstream_credentials: [
      "AuthenticationError",
      "AccountOverdueError",
      "AccessDenied*",
      "InvalidAccountStatus",
      "OperationDenied*",
      "InvalidSubscription*",
    ],
    upstream_model_missing: [
      "UnsupportedModel*",
      "ModelNotOpen",
      "InvalidEndpointOrModel*",
      "InvalidEndpoint*",
    ],
    upstream_rate_limited: [
      "RateLimitExceeded*",
      "QuotaExceeded*",
      "AccountRateLimitExceeded*",
      "ModelAccountRpmRateLimitExceeded",
      "ModelAccountIpmRateLimitExceeded",
      "SetLimitExceeded",
    ],
    upstream_busy: ["ServerOverloaded"],
    upstream_failed: ["InternalServiceError"],
    invalid_value: ["InvalidParameter*", "MissingParameter*"],
  },
});

const itemSchema = z.object({ error: z.object({ code: z.string() }).nullish() });

/** The fault of an item that failed beside the others, or of all of them. */
function faultOfItem(error: unknown): UpstreamFault | undefined {
  return faults.refused({ status: 200, headers: {}, json: { error }, text: "" });
}

function noneMade(json: unknown): UpstreamFault | undefined {
  const items = z.object({ data: z.array(itemSchema) }).safeParse(json).data?.data ?? [];
  const failed = items.find(({ error }) => error !== null && error !== undefined);
  return failed === undefined ? undefined : faultOfItem(failed.error);
}

/** True for a call that makes several pictures which belong together. */
function isGroup({ request, settings: given }: Input): boolean {
  return given.sequential && request.n > 1;
}

/** True where each picture of a group is told as soon as it is made. */
function isStream(input: Input): boolean {
  return input.request.stream && isGroup(input);
}

function bodyOf(input: Input): WireJson {
  const { request, model, card, options: chosen } = input;
  const pictures = request.images.map((image) => new EncodedPicture(image, "data_url"));
  const size = sizeToSend(input);
  const group = isGroup(input);
  // Models that make no groups refuse the field.
  const knowsGroups = (card?.n ?? 1) > 1;
  return {
    model,
    prompt: request.prompt,
    image: pictures.length === 1 ? pictures[0] : pictures.length === 0 ? undefined : pictures,
    size: size === undefined ? "adaptive" : `${size.width}x${size.height}`,
    response_format: "b64_json",
    watermark: watermarkOf(request, input.settings),
    output_format: card?.format_parameter === true ? (request.output_format ?? "png") : undefined,
    background: request.background,
    sequential_image_generation: knowsGroups ? (group ? "auto" : "disabled") : undefined,
    sequential_image_generation_options: group ? { max_images: request.n } : undefined,
    stream: isStream(input) ? true : undefined,
    seed: z.object({ seed: z.int().optional() }).parse(request.more).seed,
    guidance_scale: chosen.guidance_scale,
    optimize_prompt_options:
      chosen.optimize_prompt === undefined ? undefined : { mode: chosen.optimize_prompt },
    tools: chosen.web_search === true ? [{ type: "web_search" }] : undefined,
  };
}

async function* generate(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const request = {
    url: "/images/generations",
    json: bodyOf(input),
    lift: ["data.*.b64_json", "b64_json"],
  };
  if (isStream(input)) yield* readGroup(input.http, request);
  else
    yield* readAnswer(input.http, await input.http.call({ ...request, refused: faults.refused }));
}

function readAnswer(http: UpstreamHttp, answer: WireAnswer): ReturnType<typeof madePictures> {
  return madePictures(http, answer, { at: ["data.*.b64_json", "data.*.url"], none: noneMade });
}

const failedPicture = "image_generation.partial_failed";

const eventSchema = z.object({ type: z.string().nullish() });

/**
 * The pictures of a group as each is made: an event holds a whole one. One that failed is left out, as it is
 * of an ordinary answer; where all did, the first one's fault is thrown.
 */
async function* readGroup(
  http: UpstreamHttp,
  request: WireRequest,
): AsyncGenerator<ProviderEvent, void, void> {
  let made = 0;
  let failed: PinholeError | undefined;
  for await (const event of http.events({ ...request, partialFailures: [failedPicture] })) {
    if ("answer" in event) {
      yield* readAnswer(http, event.answer);
      return;
    }
    failed ??= event.fault;
    const fields = eventSchema.safeParse(event.json).data;
    if ((fields?.type ?? event.event) === failedPicture)
      failed ??= http.refusal({ status: 200, headers: {}, json: event.json, picture: undefined });
    for (const { source } of findPictures(event.json, ["b64_json", "url"])) {
      const picture = source instanceof Picture ? source : await http.download(source);
      yield { picture, index: made };
      made += 1;
    }
  }
  if (made > 0) return;
  throw (
    failed ??
    new PinholeError("upstream_bad_answer", {
      message: "The upstream answered without an image.",
      detail: "the stream of a group ended without a picture",
    })
  );
}

export default defineProvider({
  id: "ark",
  name: "BytePlus ModelArk and Volcengine Ark",
  docs: "https://docs.byteplus.com/en/docs/ModelArk/1541523",
  facts: { documentation: "2026-11-26" },
  about:
    "Seedream and SeedEdit. In China the models' names begin with doubao-. There is no mask; references stand in the order of the request; the visible watermark is on unless a client or `settings.watermark` says otherwise.",
  settings,
  options,
  models: cards,
  openEnded: false,
  authorize: bearer,
  configuredResultHosts: ({ result_hosts: known }) => known,
  generate,
  narrow: ({ sequential }) => ({
    imagesPerCall: sequential ? undefined : 1,
    takes: (field) => field !== "stream" || sequential,
  }),
  readError: faults.readError,
});
