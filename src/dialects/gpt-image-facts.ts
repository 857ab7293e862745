import type { defineCard } from "../core/model-card.ts";

type CardInput = Parameters<typeof defineCard>[0];

/** "Under 50 MB" and "under 4 MB" (CONTRACT, edits; clouds.md §1, edit fields), in bytes. */
const under50Megabytes = 50 * 1024 * 1024 - 1;
const under4Megabytes = 4 * 1024 * 1024 - 1;

/** The facts that all GPT image models share (CONTRACT, generations and edits; clouds.md §1, generation fields). */
export const gptImageFacts = {
  operations: ["generation", "edit"],
  prompt_max: 32_000,
  edit_prompt_max: 32_000,
  n: 10,
  sizes: ["1024x1024", "1536x1024", "1024x1536", "auto"],
  edit_sizes: ["1024x1024", "1536x1024", "1024x1536", "auto"],
  size_default: "auto",
  qualities: ["low", "medium", "high", "auto"],
  quality_default: "auto",
  backgrounds: ["transparent", "opaque", "auto"],
  // gif and svg need preview access at the vendor: an operator who has it says so in the channel's card.
  formats: ["png", "jpeg", "webp"],
  format_parameter: true,
  compression_parameter: true,
  images: { max: 16, formats: ["png", "jpeg", "webp"], bytes_max: under50Megabytes },
  mask: { polarity: "transparent", bytes_max: under4Megabytes },
  parameters: ["user", "moderation", "safety_identifier"],
  streaming: true,
  strict: true,
  answer: "full",
} satisfies Omit<CardInput, "name">;

/** Free sizes of gpt-image-2 and later (CONTRACT, size; clouds.md §1, size). */
export const gptImageFreeSizes = {
  multiple: 16,
  edge_max: 3840,
  aspect_max: 3,
  pixels_min: 655_360,
  pixels_max: 8_294_400,
} satisfies CardInput["size_rule"];
