import { z } from "zod";
import { statedNano } from "../../core/money.ts";
import { defineProvider, type GenerateInput, type ProviderEvent } from "../../core/provider.ts";
import type { UpstreamFault, WireAnswer } from "../../core/wire.ts";
import { faultReader } from "../../dialects/fault-words.ts";
import { madePictures } from "../../dialects/made-pictures.ts";
import { cards } from "./cards.ts";
import { callOf } from "./request.ts";
import { options } from "./options.ts";
import { settings, type Settings } from "./settings.ts";

const faults = faultReader({
  codeAt: ["reject_reason", "code"],
  messageAt: ["error", "message", "detail"],
  statuses: { 402: "upstream_credentials" },
  codes: {
    upstream_credentials: [
      "insufficient_funds",
      "subscription_required",
      "daily_limit",
      "priority_credit_required",
      "feature_limit",
    ],
    upstream_rate_limited: ["inflight_limit"],
  },
  sentences: {
    moderation_blocked: [/\bsafety check(s)?\b/i, /\bcontent polic(y|ies)\b/i],
  },
});

const itemSchema = z.object({
  url: z.string().nullish(),
  prompt: z.string().nullish(),
  seed: z.int().nullish(),
  is_image_safe: z.boolean().nullish(),
});
const answerSchema = z.object({
  usage_cost_usd_micros: z.unknown().optional(),
  data: z.array(itemSchema).nullish(),
});

/** A picture that was held back is billed, and has no link or one that must not be delivered. */
function unsafe(item: unknown): UpstreamFault | undefined {
  const isSafe = itemSchema.safeParse(item).data?.is_image_safe;
  return isSafe === false ? { code: "moderation_blocked" } : undefined;
}

function allUnsafe(json: unknown): UpstreamFault | undefined {
  const items = answerSchema.safeParse(json).data?.data ?? [];
  return items.some((item) => unsafe(item) !== undefined)
    ? { code: "moderation_blocked" }
    : undefined;
}

async function* readPictures(
  { http, request }: GenerateInput<Settings, unknown>,
  answer: WireAnswer,
): AsyncGenerator<ProviderEvent, void, void> {
  const cost = answerSchema.safeParse(answer.json).data?.usage_cost_usd_micros;
  const charge = statedNano(cost, "0.000001");
  if (charge !== undefined) yield { charge };
  yield* madePictures(http, answer, {
    at: ["data.*.url"],
    refuse: unsafe,
    none: allUnsafe,
    facts: (item) => {
      const { prompt, seed } = itemSchema.safeParse(item).data ?? {};
      const isRewritten = typeof prompt === "string" && prompt !== "" && prompt !== request.prompt;
      return { seed: seed ?? undefined, revisedPrompt: isRewritten ? prompt : undefined };
    },
  });
}

export default defineProvider({
  id: "ideogram",
  name: "Ideogram",
  docs: "https://developer.ideogram.ai",
  facts: { documentation: "2026-11-26" },
  about:
    "Ideogram from its maker: 4.5 and 4.6 with precise edits, 4.0 and 3.0. A mask is taken by 4.5, 4.6 (precise edit) and 3.0 (inpaint); edits by 4.5 keep the size of their picture.",
  settings,
  options,
  models: cards,
  openEnded: false,
  configuredResultHosts: ({ result_hosts: known }) => known,
  authorize: (channel) => ({ "api-key": channel.settings.api_key.reveal() }),
  async *generate(input) {
    yield* readPictures(input, await input.http.call(callOf(input)));
  },
  readError: faults.readError,
});
