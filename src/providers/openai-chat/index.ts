import { z } from "zod";
import { defineCard } from "../../core/model-card.ts";
import { defineProvider } from "../../core/provider.ts";
import { chatImages, chatImagesQuirks, takesChatField } from "../../dialects/chat-images/index.ts";
import { listOpenAiModels } from "../../dialects/openai-images/index.ts";
import { anyServerSettings, keyAndHeaders } from "../../dialects/settings.ts";

const settings = z.strictObject({
  ...anyServerSettings,
  ...chatImagesQuirks.shape,
});

const dialect = chatImages<z.output<typeof settings>>({ quirks: (given) => given });

/**
 * The card of image models behind chat completions, of what they have in common: one picture a call, its shape a ratio,
 * any images as references. The ratios are those of the Gemini image models, which all such servers
 * offer (clouds.md §3, aspectRatio; §6.2, image_config); the settings take away what is not sent.
 */
const defaultCard = defineCard({
  name: "chat-image-model",
  operations: ["generation", "edit"],
  ratios: ["1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"],
  images: { max: 14, references: true },
  parameters: ["seed", "negative_prompt", "user", "moderation", "watermark"],
});

export default defineProvider({
  id: "openai-chat",
  name: "Chat completions with images",
  docs: "https://openrouter.ai/docs/guides/overview/multimodal/image-generation",
  facts: { documentation: "2026-11-26" },
  about:
    "Servers whose models answer /chat/completions with images: resellers, LiteLLM, gateways for Gemini's image models; what a server does differently is said in settings.",
  settings,
  options: z.record(z.string(), z.unknown()),
  models: [],
  openEnded: true,
  defaultCard,
  authorize: keyAndHeaders,
  generate: dialect.generate,
  narrow: (given) => ({ imagesPerCall: 1, takes: (field) => takesChatField(given, field) }),
  readError: dialect.readError,
  discover: ({ http }) => listOpenAiModels(http),
});
