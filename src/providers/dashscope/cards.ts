import { type CardFields, cardFamily } from "../../dialects/card-family.ts";

const dollars = {
  source: "https://www.alibabacloud.com/help/en/model-studio/model-pricing",
  as_of: "2026-07-09",
  certainty: "third_party",
} as const;

type Block = Extract<NonNullable<CardFields["price"]>, readonly unknown[]>[number];

/** A price in dollars outside mainland China, and one in yuan in Beijing where it is known. Only what succeeded is billed. */
function prices(usd: number | undefined, cny: number | undefined): Block[] {
  const abroad: Block[] =
    usd === undefined
      ? []
      : [
          {
            when: { settings: { region: ["singapore", "virginia"] } },
            per_image_usd: usd,
            ...dollars,
          },
        ];
  const beijing: Block[] =
    cny === undefined
      ? []
      : [
          {
            when: { settings: { region: "beijing" } },
            currency: "CNY",
            lines: [{ per: "image", rate: cny }],
            ...dollars,
          },
        ];
  return [...abroad, ...beijing];
}

/** z-image-turbo: rewriting the prompt doubles its price, which is printed in dollars in both regions. */
const zImage: Block[] = [
  {
    when: { settings: { region: ["singapore", "virginia"] } },
    table: [{ options: { prompt_extend: true }, usd: 0.03 }, { usd: 0.015 }],
    ...dollars,
    certainty: "vendor",
  },
  {
    when: { settings: { region: "beijing" } },
    table: [{ options: { prompt_extend: true }, usd: 0.02868 }, { usd: 0.01434 }],
    ...dollars,
    certainty: "vendor",
  },
];

const tenMegabytes = 10_000_000;
const area = (pixels_min: number, pixels_max: number): CardFields["size_rule"] => ({
  multiple: 16,
  edge_min: 240,
  edge_max: 8192,
  pixels_min,
  pixels_max,
  aspect_max: 8,
});
const twoK = area(512 * 512, 2048 * 2048);

const references = (max: number) => ({ max, references: true, bytes_max: tenMegabytes });
const fixed = "1664x928 1472x1104 1328x1328 1104x1472 928x1664".split(" ");
const qwen: Partial<CardFields> = {
  operations: ["generation", "edit"],
  n: 6,
  size_rule: twoK,
  size_default: "1024x1024",
  images: references(3),
};
const wan: Partial<CardFields> = {
  operations: ["generation", "edit"],
  n: 4,
  size_default: "1024x1024",
  images: { max: 9, references: true, bytes_max: 20_000_000 },
  parameters: ["seed", "watermark"],
};
const editing: Partial<CardFields> = {
  operations: ["edit"],
  size_rule: { edge_min: 512, edge_max: 2048, pixels_max: 2048 * 2048 },
  images: { max: 3, bytes_max: tenMegabytes },
  n: 6,
};

/** alibabacloud.com/help, Model Studio, image generation, pages to 2026-10-12. */
export const cards = cardFamily(
  {
    owned_by: "alibaba",
    formats: ["png"],
    parameters: ["seed", "watermark", "negative_prompt"],
  },
  [
    { name: "qwen-image-3.0-pro", ...qwen },
    { name: "qwen-image-3.0", ...qwen, price: prices(0.03, undefined) },
    { name: "qwen-image-2.1-pro", ...qwen, images: references(10) },
    { name: "qwen-image-2.0-pro", ...qwen, price: prices(0.075, 0.5) },
    { name: "qwen-image-2.0", ...qwen, price: prices(0.035, 0.2) },
    {
      name: "qwen-image-max",
      sizes: fixed,
      size_default: "1328x1328",
      price: prices(undefined, 0.5),
    },
    {
      name: "qwen-image-plus",
      sizes: fixed,
      size_default: "1328x1328",
      price: prices(undefined, 0.2),
    },
    { name: "qwen-image", sizes: fixed, size_default: "1328x1328" },
    { name: "qwen-image-edit-max", ...editing },
    { name: "qwen-image-edit-plus", ...editing },
    {
      // It takes no size: the picture has that of its input.
      name: "qwen-image-edit",
      operations: ["edit"],
      edit_sizes: ["auto"],
      images: { max: 3, bytes_max: tenMegabytes },
    },
    {
      name: "wan2.7-image-pro",
      ...wan,
      size_rule: area(768 * 768, 4096 * 4096),
      price: prices(0.075, undefined),
    },
    {
      name: "wan2.7-image",
      ...wan,
      size_rule: area(768 * 768, 2048 * 2048),
      price: prices(0.03, undefined),
    },
    {
      name: "z-image-turbo",
      size_rule: twoK,
      size_default: "1024x1536",
      parameters: ["seed"],
      price: zImage,
    },
  ],
);

/** Models whose body has no `prompt_extend`. */
export const withoutPromptExtend = new Set(["wan2.7-image-pro", "wan2.7-image"]);
