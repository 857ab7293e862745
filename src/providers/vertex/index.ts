import { z } from "zod";
import { contentTypes } from "../../core/picture.ts";
import { defineProvider, type GenerateInput } from "../../core/provider.ts";
import type { WireJson } from "../../core/wire.ts";
import {
  contentFaults,
  contentOptions,
  generateContent,
} from "../../dialects/generate-content/index.ts";
import { contentCards } from "../../dialects/google-image-facts.ts";
import { authorize } from "./authorize.ts";
import { settings, type Settings } from "./settings.ts";

const options = z.strictObject(contentOptions);

type Input = GenerateInput<Settings, z.output<typeof options>>;

function pathOf(
  { api_version: version, api_key, project, location }: Settings,
  model: string,
): string {
  const place = api_key === undefined ? `/projects/${project ?? ""}/locations/${location}` : "";
  return `/${version}${place}/publishers/google/models/${encodeURIComponent(model)}`;
}

/** Fields that only this service takes: the format of the picture, and which people may be drawn. */
function imageConfig({ request, settings: given }: Input): Readonly<Record<string, WireJson>> {
  const { output_format: format, output_compression: quality } = request;
  const isRaster = format === "png" || format === "jpeg";
  return {
    personGeneration: given.person_generation,
    imageOutputOptions: isRaster
      ? {
          mimeType: contentTypes[format],
          compressionQuality: format === "jpeg" ? quality : undefined,
        }
      : undefined,
  };
}

export default defineProvider({
  id: "vertex",
  name: "Google Vertex AI",
  docs: "https://docs.cloud.google.com/vertex-ai/generative-ai/docs/multimodal/image-generation",
  facts: { documentation: "2026-11-26" },
  about:
    "Google's image models in a project of Google Cloud, by a service account, an access token or a key of express mode. As with the Gemini API one picture a call and no mask; the picture's format can be asked for.",
  example: {
    settings: '{ access_token: "${GOOGLE_ACCESS_TOKEN}", project: acme-1, location: global }',
    models: "[gemini-nano-banana-2.1]",
  },
  settings,
  options,
  models: contentCards({ format_parameter: true, compression_parameter: true }, "tenth"),
  openEnded: false,
  credentialHosts: ["oauth2.googleapis.com"],
  credentialOrigins: ({ service_account: account }) =>
    account === undefined ? [] : [new URL(account.tokenUrl).origin],
  authorize,
  generate: (input) => generateContent(input, { path: pathOf, imageConfig }),
  readError: contentFaults.readError,
});
