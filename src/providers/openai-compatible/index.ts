import { z } from "zod";
import { defineProvider, secretSchema } from "../../core/provider.ts";
import { listOpenAiModels, openaiImages } from "../../dialects/openai-images/index.ts";
import {
  imagesPerCall,
  openaiImagesQuirks,
  type OpenAiImagesQuirks,
  takesField,
} from "../../dialects/openai-images/quirks.ts";
import { ownBaseUrl } from "../../dialects/settings.ts";

const settings = z.strictObject({
  base_url: ownBaseUrl("Origin and path of the API, most often ending in /v1."),
  api_key: secretSchema
    .optional()
    .describe("Sent as Authorization: Bearer; leave out where the server needs none."),
  headers: z
    .record(z.string().regex(/^[A-Za-z0-9-]+$/), secretSchema)
    .default({})
    .describe("Further headers of every call, for example { X-Api-Key: … }; treated as secrets."),
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
  about:
    "Any server or reseller that speaks OpenAI's images API: LocalAI, vLLM, SGLang, Xinference, another Pinhole; what it does differently is said in settings.",
  settings,
  options: z.record(z.string(), z.unknown()),
  models: [],
  openEnded: true,
  forwardsUnknown: true,
  authorize: ({ settings: { api_key, headers } }) => ({
    ...(api_key === undefined ? {} : { authorization: `Bearer ${api_key.reveal()}` }),
    ...Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value.reveal()]),
    ),
  }),
  generate: dialect.generate,
  narrow: (from) => ({
    imagesPerCall: imagesPerCall(quirksOf(from)),
    takes: (field) => takesField(quirksOf(from), field),
  }),
  readError: dialect.readError,
  discover: ({ http }) => listOpenAiModels(http),
});
