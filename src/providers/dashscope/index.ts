import { z } from "zod";
import { defineProvider, type GenerateInput, type ProviderEvent } from "../../core/provider.ts";
import { EncodedPicture, type WireJson } from "../../core/wire.ts";
import { faultReader } from "../../dialects/fault-words.ts";
import { madePictures } from "../../dialects/made-pictures.ts";
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
import { cards, withoutPromptExtend } from "./cards.ts";

const settings = z
  .strictObject({
    base_url: regionalUrl(),
    region: z
      .enum(["singapore", "virginia", "beijing"])
      .default("singapore")
      .describe(
        "Key, model and address belong to one region; a workspace's own address goes into base_url.",
      ),
    api_key: apiKey(),
    workspace: z
      .string()
      .regex(/^[\w-]{1,100}$/, { message: "must be a workspace's id" })
      .optional()
      .describe("Workspace that pays, sent as X-DashScope-WorkSpace."),
    watermark: watermark(false),
    prompt_extend: z
      .boolean()
      .default(true)
      .describe(
        "Whether prompts are rewritten where the caller does not say; sent with every call, since it doubles the price of z-image-turbo.",
      ),
    result_hosts: resultHosts([".aliyuncs.com"]),
  })
  .transform(
    atRegion({
      singapore: "https://dashscope-intl.aliyuncs.com",
      virginia: "https://dashscope-us.aliyuncs.com",
      beijing: "https://dashscope.aliyuncs.com",
    }),
  );

const options = z.strictObject({
  prompt_extend: z.boolean().optional().describe("Rewrites the prompt; not by Wan."),
  thinking_mode: z.boolean().optional().describe("Lets Wan 2.7 think before it draws."),
  enable_thinking: z.boolean().optional().describe("Lets Qwen-Image 3.0 think before it draws."),
});

type Input = GenerateInput<z.output<typeof settings>, z.output<typeof options>>;

/** Errors stand at the top of an answer, mostly with an error status and now and then with a 200. */
const faults = faultReader({
  codeAt: ["code", "error.code", "output.code"],
  messageAt: ["message", "error.message", "output.message"],
  codes: {
    moderation_blocked: [
      "DataInspectionFailed*",
      "data_inspection_failed",
      "IPInfringementSuspect*",
    ],
    upstream_credentials: [
      "InvalidApiKey",
      "invalid_api_key",
      "Arrearage",
      "AccessDenied*",
      "Model.AccessDenied",
      "WorkSpace.AccessDenied",
    ],
    upstream_rate_limited: ["Throttling*", "LimitRequests", "rate_limit_exceeded"],
    upstream_model_missing: ["ModelNotFound", "model_not_found", "Model.NotFound"],
    upstream_failed: ["InternalError*", "SystemError"],
    invalid_value: ["InvalidParameter*", "invalid_parameter_error", "InvalidURL*"],
  },
});

const moreSchema = z.object({ seed: z.int().optional(), negative_prompt: z.string().optional() });

/** Pixels with an asterisk between them. An edit of which nobody said a size follows its picture. */
function sizeWord(input: Input): string | undefined {
  const size = sizeToSend(input);
  return size === undefined ? undefined : `${size.width}*${size.height}`;
}

function bodyOf(input: Input): WireJson {
  const { request, model, card, options: chosen, settings: given } = input;
  const { seed, negative_prompt } = moreSchema.parse(request.more);
  const pictures = request.images.map((image) => ({
    image: new EncodedPicture(image, "data_url"),
  }));
  const hasMark = card?.parameters.includes("watermark") !== false;
  return {
    model,
    input: { messages: [{ role: "user", content: [...pictures, { text: request.prompt }] }] },
    parameters: {
      n: request.n,
      size: sizeWord(input),
      watermark: hasMark ? watermarkOf(request, given) : undefined,
      prompt_extend: withoutPromptExtend.has(model)
        ? undefined
        : (chosen.prompt_extend ?? given.prompt_extend),
      negative_prompt,
      seed,
      thinking_mode: chosen.thinking_mode,
      enable_thinking: chosen.enable_thinking,
    },
  };
}

async function* generate(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const { workspace } = input.settings;
  const answer = await input.http.call({
    url: "/api/v1/services/aigc/multimodal-generation/generation",
    ...(workspace === undefined ? {} : { headers: { "x-dashscope-workspace": workspace } }),
    json: bodyOf(input),
    refused: faults.refused,
  });
  yield* madePictures(input.http, answer, {
    at: ["output.choices.*.message.content.*.image", "output.results.*.url"],
  });
}

export default defineProvider({
  id: "dashscope",
  name: "Alibaba DashScope",
  docs: "https://www.alibabacloud.com/help/en/model-studio/qwen-image-api",
  facts: { documentation: "2026-11-26" },
  about:
    "Qwen-Image, Wan and Z-Image of Alibaba's Model Studio. There is no mask. Only what succeeded is billed; prices in Beijing are in yuan and need `money.rates`.",
  settings,
  options,
  models: cards,
  openEnded: false,
  configuredResultHosts: (given) => given.result_hosts,
  authorize: bearer,
  generate,
  readError: faults.readError,
});
