import { type CardFields, cardFamily } from "../../dialects/card-family.ts";

/** Sizes of Ideogram 3 (developer.ideogram.ai, generate v3, read 2026-11-26). */
const sizes3 =
  "1024x1024 1024x832 1024x896 1024x960 1088x768 1088x832 1088x896 1088x960 1120x896 1152x704 1152x832 1152x864 1152x896 1216x704 1216x768 1216x832 1248x832 1280x704 1280x768 1280x800 1312x736 1344x640 1344x704 1344x768 1408x576 1408x640 1408x704 1472x576 1472x640 1472x704 1536x512 1536x576 1536x640 512x1536 576x1408 576x1472 576x1536 640x1344 640x1408 640x1472 640x1536 704x1152 704x1216 704x1280 704x1344 704x1408 704x1472 736x1312 768x1088 768x1216 768x1280 768x1344 800x1280 832x1024 832x1088 832x1152 832x1216 832x1248 832x960 864x1152 896x1024 896x1088 896x1120 896x1152 896x960 960x1024 960x1088 960x832 960x896".split(
    " ",
  );

/** Sizes of Ideogram 4.0 (the same pages). */
const sizes4 =
  "2048x2048 1440x2880 2880x1440 1664x2496 2496x1664 1792x2240 2240x1792 1440x2560 2560x1440 1600x2560 2560x1600 1728x2304 2304x1728 1296x3168 3168x1296 1152x2944 2944x1152 1248x3328 3328x1248 1280x3072 3072x1280 1024x3072 3072x1024".split(
    " ",
  );

/** Presets of Ideogram 4.5 at 1K and 2K; those at 1K are half of those at 2K. */
const sizes45 =
  "1024x1024 720x1440 1440x720 832x1248 1248x832 896x1120 1120x896 720x1280 1280x720 800x1280 1280x800 2048x2048 1440x2880 2880x1440 1664x2496 2496x1664 1792x2240 2240x1792 1440x2560 2560x1440 1600x2560 2560x1600".split(
    " ",
  );

const tenMegabytes = 10 * 1024 * 1024;

const listed = {
  source: "https://ideogram.ai/features/api-pricing",
  as_of: "2026-11-16",
  certainty: "vendor",
} as const;

/** Prices of one picture by quality: low, medium, high. */
function byQuality(
  generation: readonly [number, number, number],
  edit: readonly [number, number, number] = generation,
): CardFields["price"] {
  const rows = (operation: "generation" | "edit", usd: readonly [number, number, number]) =>
    (["low", "medium", "high"] as const).map((quality, at) => ({
      operation,
      quality,
      usd: usd[at] ?? "unknown",
    }));
  return { table: [...rows("generation", generation), ...rows("edit", edit)], ...listed };
}

const tools45: Partial<CardFields> = {
  operations: ["generation", "edit"],
  n: 8,
  sizes: sizes45,
  edit_sizes: ["auto"],
  images: { max: 5, references: true, bytes_max: 25 * 1024 * 1024 },
  mask: { polarity: "black", binary: true },
};

export const cards = cardFamily(
  {
    owned_by: "ideogram",
    prompt_max: 10_000,
    edit_prompt_max: 10_000,
    qualities: ["low", "medium", "high"],
    quality_default: "medium",
    formats: ["png", "jpeg", "webp"],
    parameters: ["seed"],
    size_default: "1024x1024",
  },
  [
    {
      name: "ideogram-4-6",
      ...tools45,
    },
    {
      name: "ideogram-4-5",
      released_at: "2026-09-30",
      ...tools45,
      price: byQuality([0.03, 0.06, 0.1], [0.03, 0.06, 0.22]),
    },
    {
      name: "ideogram-v4",
      operations: ["generation", "edit"],
      sizes: sizes4,
      size_default: "2048x2048",
      images: { max: 1, bytes_max: tenMegabytes },
      parameters: [],
      price: byQuality([0.03, 0.06, 0.1]),
    },
    {
      name: "ideogram-v3",
      operations: ["generation", "edit"],
      n: 8,
      sizes: sizes3,
      images: { max: 1, bytes_max: 25 * 1024 * 1024 },
      mask: { polarity: "black", binary: true },
      backgrounds: ["auto", "opaque", "transparent"],
      parameters: ["seed", "negative_prompt"],
      price: {
        table: [
          { quality: "low", options: { background: "transparent" }, usd: 0.04 },
          { quality: "medium", options: { background: "transparent" }, usd: 0.07 },
          { quality: "high", options: { background: "transparent" }, usd: 0.1 },
          { quality: "low", usd: 0.03 },
          { quality: "medium", usd: 0.06 },
          { quality: "high", usd: 0.09 },
        ],
        ...listed,
      },
    },
  ],
);
