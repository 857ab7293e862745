import { z } from "zod";
import { defineProvider } from "../../core/provider.ts";
import { authorize, entraHosts, entraOrigins, readAzureError } from "../../dialects/azure/index.ts";
import {
  type OpenAiImagesQuirks,
  openaiImages,
  openaiImagesQuirks,
} from "../../dialects/openai-images/index.ts";
import { cards } from "./cards.ts";
import { settings, type Settings } from "./settings.ts";

/** Fields of GPT image models that the contract does not name, or not for every model. */
const options = z.strictObject({
  input_fidelity: z
    .enum(["high", "low"])
    .optional()
    .describe("How closely edits keep to the input images; gpt-image-1 and 1.5."),
});

const asOpenAi = openaiImagesQuirks.parse({});

/** Addresses of both styles, and where the deployment's name goes (clouds.md §2.1, URLs). */
function quirksOf({ url_style, api_version }: Settings, deployment: string): OpenAiImagesQuirks {
  const version = api_version ?? (url_style === "v1" ? "v1" : "2025-04-01-preview");
  const root =
    url_style === "v1" ? "/openai/v1" : `/openai/deployments/${encodeURIComponent(deployment)}`;
  return {
    ...asOpenAi,
    generations_path: `${root}/images/generations`,
    edits_path: `${root}/images/edits`,
    query: version === "none" ? {} : { "api-version": version },
    model_parameter: url_style === "v1" ? "model" : false,
  };
}

const dialect = openaiImages<Settings>({
  quirks: ({ settings: given, model }) => quirksOf(given, model),
  readError: readAzureError,
});

export default defineProvider({
  id: "azure-openai",
  name: "Azure OpenAI",
  docs: "https://learn.microsoft.com/azure/foundry/openai/how-to/dall-e",
  facts: { documentation: "2026-11-26" },
  about:
    "GPT image models in a resource of Azure OpenAI or Foundry; a model's `upstream` is the deployment's name. What a region or a data zone adds to the list prices is the channel's to say.",
  example: {
    settings: '{ base_url: "https://acme.openai.azure.com", api_key: "${AZURE_OPENAI_API_KEY}" }',
    models: "[{ name: gpt-image-2, upstream: img2-prod }]",
  },
  settings,
  options,
  models: cards,
  openEnded: false,
  credentialHosts: entraHosts,
  credentialOrigins: entraOrigins,
  authorize,
  generate: dialect.generate,
  narrow: ({ moderation }) => ({
    imagesPerCall: undefined,
    takes: (field) => field !== "moderation" || moderation,
  }),
  readError: readAzureError,
});
