import { z } from "zod";
import { statedNano } from "../../core/money.ts";
import { defineProvider, type GenerateInput, type ProviderEvent } from "../../core/provider.ts";
import { EncodedPicture, type UpstreamFault, type WireJson } from "../../core/wire.ts";
import { faultReader } from "../../dialects/fault-words.ts";
import { madePictures } from "../../dialects/made-pictures.ts";
import { bearer, hostedSettings, resultHosts } from "../../dialects/settings.ts";
import { cards } from "./cards.ts";

const settings = z.strictObject({
  ...hostedSettings("https://api.x.ai/v1"),
  result_hosts: resultHosts([".x.ai"]),
});

const options = z.strictObject({
  service_tier: z
    .enum(["default", "priority"])
    .optional()
    .describe("priority is served first, at a higher price."),
});

type Input = GenerateInput<z.output<typeof settings>, z.output<typeof options>>;

/** Reader of errors, which come in three shapes, and a wrong key comes with status 400 (reports of 2026). */
const faults = faultReader({
  codeAt: ["error.code", "code"],
  messageAt: ["error.message", "error", "message"],
  paramAt: ["error.param"],
  codes: {
    upstream_credentials: ["invalid_api_key", "unauthenticated", "permission-denied"],
    upstream_rate_limited: ["rate_limit_exceeded", "resource-exhausted"],
    upstream_model_missing: ["model_not_found", "not-found"],
    moderation_blocked: ["content_policy_violation", "content-moderated", "moderation_blocked"],
  },
  sentences: {
    upstream_credentials: [
      /^(incorrect|invalid) api key\b/i,
      /^.{0,80}\b(run out of|no remaining) credits\b/i,
    ],
    upstream_model_missing: [
      /^the model .{1,200} (does not exist|is not available|was not found)/i,
    ],
    moderation_blocked: [
      /\b(content moderation|moderated|usage guidelines|content polic(y|ies)|safety (system|check|filter))\b/i,
    ],
  },
});

/** The vendor's unit of cost: 10,000,000,000 to the dollar (taken from a client's source, no vendor page). */
const usdPerTick = "0.0000000001";

const usageSchema = z.object({
  usage: z.object({ cost_in_usd_ticks: z.unknown().optional() }).nullish(),
});

/** An answer of which nothing may be delivered: an empty list, or one of blocked pictures that are not even there. */
const blockedSchema = z.object({
  data: z.array(z.object({ respect_moderation: z.literal(false) })),
});

/** Whether a picture is what was asked, and no placeholder for a blocked one. */
const itemSchema = z.object({
  respect_moderation: z.boolean().nullish(),
  revised_prompt: z.string().nullish(),
});

/** The picture as a data URL, since links are fetched by the vendor within a few seconds only. */
function inputOf(picture: ConstructorParameters<typeof EncodedPicture>[0]): WireJson {
  return { url: new EncodedPicture(picture, "data_url"), type: "image_url" };
}

function bodyOf({ request, model, card, options: chosen }: Input): WireJson {
  const [first, ...others] = request.images;
  // One picture keeps its shape; the ratio counts where there are several.
  const hasShape = first === undefined || others.length > 0;
  return {
    model,
    prompt: request.prompt,
    n: request.n,
    aspect_ratio: hasShape ? (request.ratio ?? "1:1") : undefined,
    resolution: request.tier ?? "1k",
    quality: request.quality ?? card?.quality_default,
    response_format: "b64_json",
    user: request.user,
    service_tier: chosen.service_tier,
    ...(first === undefined
      ? {}
      : others.length === 0
        ? { image: inputOf(first) }
        : { images: request.images.map(inputOf) }),
  };
}

async function* generate(input: Input): AsyncGenerator<ProviderEvent, void, void> {
  const answer = await input.http.call({
    url: input.request.images.length === 0 ? "/images/generations" : "/images/edits",
    json: bodyOf(input),
    lift: ["data.*.b64_json"],
  });
  const ticks = usageSchema.safeParse(answer.json).data?.usage?.cost_in_usd_ticks;
  const charge = statedNano(ticks, usdPerTick);
  if (charge !== undefined) yield { charge };
  yield* madePictures(input.http, answer, {
    at: ["data.*.b64_json", "data.*.url"],
    refuse: withheld,
    facts: (item) => ({
      revisedPrompt: itemSchema.safeParse(item).data?.revised_prompt || undefined,
    }),
    none: (json) =>
      blockedSchema.safeParse(json).success ? { code: "moderation_blocked" } : undefined,
  });
}

function withheld(item: unknown): UpstreamFault | undefined {
  const isKept = itemSchema.safeParse(item).data?.respect_moderation === false;
  return isKept ? { code: "moderation_blocked" } : undefined;
}

export default defineProvider({
  id: "xai",
  name: "xAI",
  docs: "https://docs.x.ai/developers/model-capabilities/images/generation",
  facts: { documentation: "2026-11-26" },
  about:
    "Grok Imagine. Sizes become the nearest ratio at 1k or 2k; edits are sent as JSON; there is no mask. It says what each call cost.",
  settings,
  options,
  models: cards,
  openEnded: false,
  configuredResultHosts: ({ result_hosts: hosts }) => hosts,
  authorize: bearer,
  generate,
  readError: faults.readError,
});
