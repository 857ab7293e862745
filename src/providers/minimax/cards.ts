import { type CardFields, cardFamily } from "../../dialects/card-family.ts";

/** platform.minimax.io, H3-Image, November 2026. */
const h3: Partial<CardFields> = {
  operations: ["generation", "edit"],
  released_at: "2026-11-01",
  n: 10,
  size_rule: {
    edge_min: 128,
    edge_max: 8192,
    pixels_min: 655_360,
    pixels_max: 20_000_000,
    aspect_max: 3,
  },
  size_default: "1024x1024",
  formats: ["png", "jpeg", "webp"],
  format_parameter: true,
  compression_parameter: true,
  images: { max: 16, references: true },
};

const tokens = (imageIn: number, imageOut: number): CardFields["price"] => ({
  text_in_usd: 2.3,
  image_in_usd: imageIn,
  image_out_usd: imageOut,
  text_out_usd: 0,
  max_usd: 0.5,
  source: "https://platform.minimax.io/docs/guides/pricing",
  as_of: "2026-11-26",
  certainty: "third_party",
});

const ratios01 = ["1:1", "16:9", "4:3", "3:2", "2:3", "3:4", "9:16"];

export const cards = cardFamily({ owned_by: "minimax" }, [
  { name: "MiniMax-H3-Image", ...h3, price: tokens(1.5, 3.8) },
  { name: "MiniMax-H3-Image-Highspeed", ...h3, price: tokens(3, 7.6) },
  {
    name: "image-01",
    prompt_max: 1500,
    n: 9,
    size_rule: { multiple: 8, edge_min: 512, edge_max: 2048, pixels_max: 4_194_304 },
    size_default: "1024x1024",
    formats: ["jpeg", "png"],
    parameters: ["seed", "watermark"],
    price: {
      per_image_usd: 0.0035,
      source: "https://platform.minimax.io/docs/guides/pricing",
      as_of: "2026-11-26",
      certainty: "uncertain",
    },
  },
  {
    name: "image-01-live",
    prompt_max: 1500,
    n: 9,
    ratios: ratios01,
    formats: ["jpeg", "png"],
    parameters: ["seed", "watermark"],
  },
]);
