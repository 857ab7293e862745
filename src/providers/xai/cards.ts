import { cardFamily } from "../../dialects/card-family.ts";

/** Shapes of all models (docs.x.ai, image generation, read 2026-11-26). */
const ratios = ["1:1", "3:4", "4:3", "9:16", "16:9", "2:3", "3:2", "9:20", "20:9", "1:2", "2:1"];

const tenMebibytes = 10 * 1024 * 1024;

export const cards = cardFamily(
  {
    owned_by: "xai",
    operations: ["generation", "edit"],
    n: 10,
    ratios,
    tiers: [
      { word: "1k", megapixels: 1.05 },
      { word: "2k", megapixels: 4.2 },
    ],
    formats: ["jpeg"],
    parameters: ["user"],
  },
  [
    {
      name: "grok-imagine-image-2.0",
      also: ["grok-imagine-image-quality", "grok-imagine-image-pro"],
      ratios: [...ratios, "21:9", "5:2"],
      qualities: ["low", "medium"],
      quality_default: "medium",
      images: { max: 5, bytes_max: tenMebibytes },
      price: {
        table: [
          { resolution: "1k", quality: "low", usd: 0.04 },
          { resolution: "1k", quality: "medium", usd: 0.06 },
          { resolution: "2k", quality: "low", usd: 0.06 },
          { resolution: "2k", quality: "medium", usd: 0.08 },
        ],
        lines: [{ per: "input_image", rate: 0.01 }],
        source: "https://docs.x.ai/developers/models",
        as_of: "2026-10-13",
        certainty: "third_party",
      },
    },
    {
      name: "grok-imagine-image",
      images: { max: 3, bytes_max: tenMebibytes },
      price: {
        per_image_usd: 0.02,
        source: "https://docs.x.ai/developers/models",
        as_of: "2026-11-26",
        certainty: "third_party",
      },
    },
  ],
);
