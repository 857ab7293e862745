import { z } from "zod";
import { defineProvider } from "../../core/provider.ts";
import {
  type OpenAiImagesQuirks,
  imagesPerCall,
  listOpenAiModels,
  openaiImages,
  openaiImagesQuirks,
  takesField,
} from "../../dialects/openai-images/index.ts";
import { anyServerSettings, keyAndHeaders } from "../../dialects/settings.ts";

const settings = z.strictObject({
  ...anyServerSettings,
  ...openaiImagesQuirks.shape,
});

type Settings = z.output<typeof settings>;

const dialect = openaiImages<Settings>({ quirks: (input) => quirksOf(input.settings) });

/** The settings hold every quirk under its own name. */
function quirksOf(from: Settings): OpenAiImagesQuirks {
  return from;
}

export default defineProvider({
  id: "openai-compatible",
  name: "OpenAI-compatible server",
  docs: "https://developers.openai.com/api/reference/resources/images",
  facts: { documentation: "2026-11-26" },
  about:
    "Any server or reseller that speaks OpenAI's images API: LocalAI, vLLM, SGLang, Xinference, another Pinhole; what it does differently is said in settings.",
  settings,
  options: z.record(z.string(), z.unknown()),
  models: [],
  openEnded: true,
  forwardsUnknown: true,
  authorize: keyAndHeaders,
  generate: dialect.generate,
  narrow: (from) => ({
    imagesPerCall: imagesPerCall(quirksOf(from)),
    mask: from.mask,
    takes: (field) => takesField(quirksOf(from), field),
  }),
  readError: dialect.readError,
  discover: ({ http }) => listOpenAiModels(http),
});
