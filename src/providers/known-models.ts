// Written by `npm run docs` from the cards in `src/providers`; a test compares. Change the cards instead.
import type { KnownModels } from "../core/cards.ts";

/** Whose card a model's name brings, so that only that provider is loaded. */
export const knownModels: KnownModels = new Map([
  ["gpt-image-2.6-flare", { provider: "openai" }],
  ["gpt-image-2.6-sunburst", { provider: "openai" }],
  ["gpt-image-2.5-flare", { provider: "openai" }],
  ["gpt-image-2.5-flare-2026-09-08", { provider: "openai" }],
  ["gpt-image-2.5-sunburst", { provider: "openai" }],
  ["gpt-image-2.5-sunburst-2026-09-08", { provider: "openai" }],
  ["gpt-image-2", { provider: "openai" }],
  ["gpt-image-2-2026-04-21", { provider: "openai" }],
  ["chatgpt-image-latest", { provider: "openai", retiresAt: "2026-12-01", successor: "gpt-image-2.6-flare" }],
  ["gpt-image-1.5", { provider: "openai", retiresAt: "2026-12-01", successor: "gpt-image-2.6-sunburst" }],
  ["gpt-image-1.5-2025-12-16", { provider: "openai", retiresAt: "2026-12-01", successor: "gpt-image-2.6-sunburst" }],
  ["gpt-image-1-mini", { provider: "openai", retiresAt: "2026-12-01", successor: "gpt-image-2.6-flare" }],
  ["gpt-image-1", { provider: "openai", retiresAt: "2026-10-23", successor: "gpt-image-2.6-sunburst" }],
  ["dall-e-3", { provider: "openai", retiresAt: "2026-05-12", successor: "gpt-image-2.6-sunburst" }],
  ["dall-e-2", { provider: "openai", retiresAt: "2026-05-12", successor: "gpt-image-2.6-flare" }],
  ["black-forest-labs/flux-schnell", { provider: "replicate" }],
  ["black-forest-labs/flux-dev", { provider: "replicate" }],
  ["black-forest-labs/flux-2-pro", { provider: "replicate" }],
  ["black-forest-labs/flux-2-klein-4b", { provider: "replicate" }],
  ["sandbox", { provider: "sandbox" }],
  ["sandbox-fast", { provider: "sandbox" }],
  ["sandbox-slow", { provider: "sandbox" }],
  ["sandbox-moderated", { provider: "sandbox" }],
  ["sandbox-rate-limited", { provider: "sandbox" }],
  ["sandbox-flaky", { provider: "sandbox" }],
  ["sandbox-timeout", { provider: "sandbox" }],
  ["sandbox-partial", { provider: "sandbox" }],
  ["sandbox-stream-error", { provider: "sandbox" }],
]);
