import { type CardFields, cardFamily } from "../../dialects/card-family.ts";

/** Ids of Leonardo's own models (docs.leonardo.ai and @leonardo-ai/sdk 4.21.3, read 2026-11-26). */
export const ownModels: Readonly<Record<string, string>> = {
  "lucid-origin": "7b592283-e8a7-4c5a-9ba6-d18c31f258b9",
  "lucid-realism": "05ce0082-2d80-4a2d-8653-4d1c85e2418e",
  "phoenix-1.0": "de7d3faf-762f-48e0-b3b7-9d0ac3a3fcf3",
  "phoenix-0.9": "6b645e3a-d64f-4341-a6d8-7a3690fbf042",
};

const own: Partial<CardFields> = {
  prompt_max: 1500,
  // The pages name several ranges; this one is in all of them.
  size_rule: { multiple: 8, edge_min: 512, edge_max: 1536, pixels_max: 1536 * 1536 },
  backgrounds: ["transparent", "opaque"],
  parameters: ["seed", "negative_prompt"],
};

/** Partners' models; which sizes each takes is in its own guide, and refused by the API itself. */
const partner: Partial<CardFields> = {
  size_rule: { multiple: 8, edge_min: 256, edge_max: 4096, pixels_max: 16_777_216 },
};
const levels = { qualities: ["low", "medium", "high"], quality_default: "medium" };
const ideogram: Partial<CardFields> = {
  ...partner,
  ...levels,
  operations: ["generation", "edit"],
  images: { max: 5, references: true, bytes_max: 10_000_000 },
};

export const cards = cardFamily(
  { owned_by: "leonardo", n: 8, formats: ["jpeg", "png"], parameters: ["seed"] },
  [
    { name: "lucid-origin", ...own },
    { name: "lucid-realism", ...own },
    { name: "phoenix-1.0", ...own },
    { name: "phoenix-0.9", ...own },
    { name: "gpt-image-2", ...partner, ...levels },
    { name: "seedream-4.5", ...partner },
    { name: "seedream-4.0", ...partner },
    {
      name: "ideogram-v3.0",
      ...partner,
      qualities: ["turbo", "balanced", "quality", "low", "medium", "high"],
      quality_default: "balanced",
    },
    { name: "ideogram/ideogram-4.5", ...ideogram },
    { name: "ideogram/ideogram-4.6", ...ideogram },
  ],
);

/** The API's words for quality where they are not ours in capitals. */
export const ideogram3Qualities: Readonly<Record<string, string>> = {
  low: "TURBO",
  medium: "BALANCED",
  high: "QUALITY",
};
