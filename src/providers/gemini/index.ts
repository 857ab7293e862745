import { z } from "zod";
import { defineProvider } from "../../core/provider.ts";
import {
  contentFaults,
  contentOptions,
  generateContent,
  safetyThreshold,
} from "../../dialects/generate-content/index.ts";
import { contentCards } from "../../dialects/google-image-facts.ts";
import { hostedSettings } from "../../dialects/settings.ts";

const settings = z.strictObject({
  ...hostedSettings("https://generativelanguage.googleapis.com"),
  api_version: z
    .enum(["v1beta", "v1", "v1alpha"])
    .default("v1beta")
    .describe("Version of the API, the first part of each path."),
  safety_threshold: safetyThreshold,
});

const options = z.strictObject(contentOptions);

export default defineProvider({
  id: "gemini",
  name: "Google Gemini API",
  docs: "https://ai.google.dev/gemini-api/docs/image-generation",
  facts: { documentation: "2026-11-26" },
  about:
    "Google's image models by a key of AI Studio. Sizes become the nearest ratio and 1K, 2K or 4K; one picture a call, so n is made by parallel calls; there is no mask, and every picture bears SynthID.",
  settings,
  options,
  models: contentCards({}, "whole"),
  openEnded: false,
  authorize: (channel) => ({ "x-goog-api-key": channel.settings.api_key.reveal() }),
  generate: (input) =>
    generateContent(input, {
      path: ({ api_version: version }, model) => `/${version}/models/${encodeURIComponent(model)}`,
    }),
  readError: contentFaults.readError,
});
