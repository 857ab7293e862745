import { type CardFields, cardFamily } from "../../dialects/card-family.ts";

/** recraft.ai/docs/api-reference, appendix, read 2026-11-26: sizes of version 4 and 4.1. */
const sizes4 =
  "1024x1024 1536x768 768x1536 1280x832 832x1280 1216x896 896x1216 1152x896 896x1152 832x1344 1280x896 896x1280 1344x768 768x1344".split(
    " ",
  );
const sizesPro = sizes4.map((size) =>
  size
    .split("x")
    .map((side) => Number(side) * 2)
    .join("x"),
);
/** The same page: sizes of versions 2 and 3. */
const sizes3 =
  "1024x1024 1365x1024 1024x1365 1536x1024 1024x1536 1820x1024 1024x1820 2048x1024 1024x2048 1434x1024 1024x1434 1280x1024 1024x1280 1707x1024 1024x1707".split(
    " ",
  );

const ratios = "1:1 2:1 1:2 3:2 2:3 4:3 3:4 5:4 4:5 6:10 14:10 10:14 16:9 9:16".split(" ");

/** A price of a picture; where edits cost otherwise, that of an edit. */
function perImage(usd: number, edit = usd): CardFields["price"] {
  return {
    table: [
      { operation: "generation", usd },
      { operation: "edit", usd: edit },
    ],
    source: "https://www.recraft.ai/docs/api-reference/pricing",
    as_of: "2026-10-31",
    certainty: "vendor",
  };
}

const tenMegabytes = 10_000_000;
const raster: Partial<CardFields> = { formats: ["png", "webp"], format_parameter: true };
const vector: Partial<CardFields> = {
  formats: ["svg"],
  sizes: undefined,
  size_default: undefined,
  ratios,
};
const image = { max: 1, bytes_max: tenMegabytes };
const edits: Partial<CardFields> = { operations: ["generation", "edit"], images: image };
const seed = ["seed"];

export const cards = cardFamily(
  {
    owned_by: "recraft",
    prompt_max: 10_000,
    edit_prompt_max: 10_000,
    n: 6,
    sizes: sizes4,
    size_default: "1024x1024",
    parameters: seed,
  },
  [
    { name: "recraftv4_1", ...raster, ...edits, price: perImage(0.035, 0.04) },
    { name: "recraftv4_1_utility", ...raster, price: perImage(0.035) },
    {
      name: "recraftv4_1_pro",
      ...raster,
      sizes: sizesPro,
      size_default: "2048x2048",
      price: perImage(0.21),
    },
    {
      name: "recraftv4_1_utility_pro",
      ...raster,
      sizes: sizesPro,
      size_default: "2048x2048",
      price: perImage(0.21),
    },
    { name: "recraftv4_1_flash", ...raster, price: perImage(0.007) },
    { name: "recraftv4_1_vector", ...vector, price: perImage(0.08) },
    { name: "recraftv4_1_pro_vector", ...vector, price: perImage(0.3) },
    { name: "recraftv4", ...raster, ...edits, price: perImage(0.04) },
    {
      name: "recraftv4_pro",
      ...raster,
      sizes: sizesPro,
      size_default: "2048x2048",
      price: perImage(0.25),
    },
    { name: "recraftv4_vector", ...vector, price: perImage(0.08) },
    { name: "recraftv4_pro_vector", ...vector, price: perImage(0.3) },
    {
      name: "recraftv3",
      ...raster,
      ...edits,
      prompt_max: 1000,
      edit_prompt_max: 1000,
      sizes: sizes3,
      mask: { polarity: "white", binary: true },
      parameters: ["seed", "negative_prompt"],
      price: perImage(0.04),
    },
    {
      name: "recraftv3_vector",
      ...vector,
      ...edits,
      prompt_max: 1000,
      edit_prompt_max: 1000,
      mask: { polarity: "white", binary: true },
      parameters: ["seed", "negative_prompt"],
      price: perImage(0.08),
    },
    {
      name: "recraftv2",
      ...raster,
      prompt_max: 1000,
      sizes: sizes3,
      parameters: ["seed", "negative_prompt"],
      price: perImage(0.022),
    },
    {
      name: "recraftv2_vector",
      ...vector,
      prompt_max: 1000,
      parameters: ["seed", "negative_prompt"],
      price: perImage(0.044),
    },
  ],
);
