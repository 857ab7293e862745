import { type CardFields, cardFamily } from "../../dialects/card-family.ts";

/** The header `x-model-version`, by the names that channels use. */
export const versions: Readonly<Record<string, string>> = {
  "firefly-image-5": "image5",
  "firefly-image-4": "image4_standard",
  "firefly-image-4-ultra": "image4_ultra",
  "firefly-image-3": "image3",
};

/** Version 4 makes exactly these; version 3 smaller ones too (developer.adobe.com/firefly-services, read 2026-11-26). */
const sizes4 = "2048x2048 2304x1792 1792x2304 2688x1536 1440x2560".split(" ");
const sizes3 = [...sizes4, ..."1024x1024 1152x896 896x1152 1344x768".split(" ")];

const version3: Partial<CardFields> = {
  prompt_max: 1024,
  n: 4,
  sizes: sizes4,
  images: { max: 1, references: true, bytes_max: 15_000_000 },
  parameters: ["seed", "negative_prompt"],
};

export const cards = cardFamily({ owned_by: "adobe", formats: ["jpeg", "png"] }, [
  {
    name: "firefly-image-5",
    prompt_max: 1500,
    ratios: ["1:1", "4:3", "3:4", "16:9", "9:16"],
    tiers: [
      { word: "1MP", megapixels: 1.05 },
      { word: "2.4MP", megapixels: 2.4 },
      { word: "4MP", megapixels: 4.2 },
    ],
    parameters: ["seed"],
  },
  { name: "firefly-image-4", ...version3 },
  { name: "firefly-image-4-ultra", ...version3 },
  { name: "firefly-image-3", ...version3, sizes: sizes3 },
]);
