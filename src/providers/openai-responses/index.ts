import { z } from "zod";
import { defineProvider, secretSchema } from "../../core/provider.ts";
import { listOpenAiModels } from "../../dialects/openai-images/index.ts";
import { openaiResponses, takesToolField } from "../../dialects/openai-responses/index.ts";
import { baseUrl, keyAndHeaders } from "../../dialects/settings.ts";

/** Fields that a request itself decides: what is made, by which model, and that it is made at all. */
const governed = [
  "model",
  "input",
  "instructions",
  "tools",
  "tool_choice",
  "stream",
  "background",
] as const;

const headerName = z.string().regex(/^[A-Za-z0-9-]+$/, { message: "must be a header's name" });

const settings = z.strictObject({
  base_url: baseUrl(
    "https://api.openai.com/v1",
    "Origin and path of the API; on Azure https://<resource>.openai.azure.com/openai/v1.",
  ),
  api_key: secretSchema
    .optional()
    .describe("Sent as Authorization: Bearer; leave out where a header of `headers` signs in."),
  text_model: z
    .string()
    .min(1)
    .describe(
      "The model that reads the prompt and calls the image tool; on Azure its deployment. It is billed besides the image, under its own price, which is not in the gateway's books.",
    ),
  instructions: z
    .string()
    .min(1)
    .optional()
    .describe(
      "What the text model is told before the prompt, for example to pass it on unchanged.",
    ),
  image_model_header: headerName
    .optional()
    .describe(
      "The header that names the image model, in the place of the tool's `model`; on Azure x-ms-oai-image-generation-deployment.",
    ),
  headers: z
    .record(headerName, secretSchema)
    .default({})
    .describe("Further headers of every call, for example { api-key: … }; treated as secrets."),
  query: z
    .record(z.string(), z.string())
    .default({})
    .describe("Query of every call, for example { api-version: preview }."),
  responses_path: z.string().startsWith("/").default("/responses").describe("Path under base_url."),
  fixed: z
    .record(z.string(), z.json())
    .default({ store: false })
    .refine((fields) => governed.every((name) => !(name in fields)), {
      message: `must not set ${governed.join(", ")}: each request sets these itself`,
    })
    .describe("Fields sent with every request. store: false asks that nothing be kept upstream."),
});

/** Fields of the image tool that the contract does not name, or not for every model. */
const options = z.strictObject({
  complexity: z.enum(["low", "medium", "high"]).optional().describe("Planning effort; 2.6 models."),
  input_fidelity: z
    .enum(["high", "low"])
    .optional()
    .describe("How closely edits keep to the input images; gpt-image-1 and 1.5."),
});

type Settings = z.output<typeof settings>;

const dialect = openaiResponses<Settings, z.output<typeof options>>({
  call: ({ settings: given, model }) => ({
    path: given.responses_path,
    query: given.query,
    headers: given.image_model_header === undefined ? {} : { [given.image_model_header]: model },
    textModel: given.text_model,
    instructions: given.instructions,
    namesImageModel: given.image_model_header === undefined,
    fixed: given.fixed,
  }),
  tool: (given) => given,
});

export default defineProvider({
  id: "openai-responses",
  name: "OpenAI Responses API",
  docs: "https://developers.openai.com/api/docs/guides/tools-image-generation",
  facts: { documentation: "2026-11-26" },
  about:
    "GPT image models behind the image_generation tool of a text model, which rewrites the prompt; OpenAI, Azure, and servers that speak the Responses API.",
  example: {
    settings: '{ api_key: "${OPENAI_API_KEY}", text_model: "some-text-model" }',
    models: "[gpt-image-2.6-flare]",
  },
  settings,
  options,
  models: [],
  openEnded: true,
  authorize: keyAndHeaders,
  generate: dialect.generate,
  narrow: () => ({ imagesPerCall: 1, mask: "transparent", takes: takesToolField }),
  readError: dialect.readError,
  discover: ({ http }) => listOpenAiModels(http),
});
