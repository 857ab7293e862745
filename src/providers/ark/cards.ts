import { type CardFields, cardFamily } from "../../dialects/card-family.ts";

const thirtyMegabytes = 30 * 1024 * 1024;

/** Rows by the measured pixels of a picture, and the price of each input picture. */
interface Figures {
  readonly rows: readonly { readonly pixels_max?: number; readonly usd: number }[];
  readonly inputs?: { readonly first: number; readonly further: number };
}

type Block = Extract<NonNullable<CardFields["price"]>, readonly unknown[]>[number];

function linesOf({ rows, inputs }: Figures): NonNullable<Block["lines"]> {
  const images = {
    per: "image" as const,
    rows: rows.map(({ pixels_max, usd: rate }) => ({
      ...(pixels_max === undefined ? {} : { pixels_max }),
      rate,
    })),
  };
  if (inputs === undefined) return [images];
  return [images, { per: "input_image", first_rate: inputs.first, rate: inputs.further }];
}

/** BytePlus prices in dollars, Volcengine in yuan; the channel's region says which it is. */
function prices(byteplus: Figures, volcengine: Figures | undefined, asOf: string): Block[] {
  const dollars: Block = {
    when: { settings: { region: ["asia", "europe"] } },
    lines: linesOf(byteplus),
    source: "https://docs.byteplus.com/en/docs/ModelArk/1544106",
    as_of: asOf,
    certainty: "third_party",
  };
  if (volcengine === undefined) return [dollars];
  const yuan: Block = {
    when: { settings: { region: ["china", "china-plan"] } },
    currency: "CNY",
    lines: linesOf(volcengine),
    source: "https://www.volcengine.com/docs/82379/1544106",
    as_of: "2026-07-09",
    certainty: "third_party",
  };
  return [dollars, yuan];
}

/** The third-party figures of the border between the two prices differ: 2.36 and 2.61 million pixels. */
const proBorder = 2_360_000;

/** Models that can make several pictures in one call, as a group, and tell each as soon as it is made. */
const group: Partial<CardFields> = { n: 10, streaming: true };
const big: Partial<CardFields> = {
  size_rule: {
    edge_min: 15,
    edge_max: 16_384,
    pixels_min: 3_686_400,
    pixels_max: 16_777_216,
    aspect_max: 16,
  },
};
const upTo2k: Partial<CardFields> = {
  size_rule: {
    edge_min: 15,
    edge_max: 8_192,
    pixels_min: 921_600,
    pixels_max: 4_624_220,
    aspect_max: 16,
  },
  formats: ["png", "jpeg"],
  format_parameter: true,
  images: { max: 10, references: true, bytes_max: thirtyMegabytes },
};

/** docs.byteplus.com and volcengine.com, Seedream, read 2026-11-26. The names in China begin `doubao-`. */
export const cards = cardFamily(
  {
    owned_by: "bytedance",
    operations: ["generation", "edit"],
    size_default: "2048x2048",
    formats: ["jpeg"],
    images: { max: 14, references: true, bytes_max: thirtyMegabytes },
    parameters: ["watermark"],
  },
  [
    {
      name: "seedream-5-5-261028",
      also: ["dola-seedream-5-5-261028", "doubao-seedream-5-5-261028"],
      released_at: "2026-11-12",
      ...upTo2k,
      backgrounds: ["auto", "transparent", "opaque"],
      price: prices(
        {
          rows: [{ pixels_max: 2_601_123, usd: 0.02 }, { usd: 0.035 }],
          inputs: { first: 0.008, further: 0.008 },
        },
        undefined,
        "2026-11-26",
      ),
    },
    {
      name: "seedream-5-0-pro-260628",
      also: ["dola-seedream-5-0-pro-260628", "doubao-seedream-5-0-pro-260628"],
      ...upTo2k,
      price: prices(
        {
          rows: [{ pixels_max: proBorder, usd: 0.045 }, { usd: 0.09 }],
          inputs: { first: 0, further: 0.003 },
        },
        {
          rows: [{ pixels_max: proBorder, usd: 0.3 }, { usd: 0.6 }],
          inputs: { first: 0, further: 0.02 },
        },
        "2026-07-09",
      ),
    },
    {
      name: "seedream-5-0-flash-260915",
      also: ["dola-seedream-5-0-flash-260915", "doubao-seedream-5-0-flash-260915"],
      ...upTo2k,
      price: prices({ rows: [{ usd: 0.018 }] }, undefined, "2026-09-25"),
    },
    {
      name: "seedream-5-0-260128",
      also: ["seedream-5-0-lite-260128", "doubao-seedream-5-0-260128"],
      ...big,
      ...group,
      formats: ["png", "jpeg"],
      format_parameter: true,
      price: prices({ rows: [{ usd: 0.035 }] }, { rows: [{ usd: 0.22 }] }, "2026-09-25"),
    },
    {
      name: "seedream-4-5-251128",
      also: ["doubao-seedream-4-5-251128"],
      ...big,
      ...group,
      price: prices({ rows: [{ usd: 0.04 }] }, { rows: [{ usd: 0.25 }] }, "2026-09-25"),
    },
    {
      name: "seedream-4-0-250828",
      also: ["doubao-seedream-4-0-250828"],
      ...group,
      size_rule: {
        edge_min: 15,
        edge_max: 16_384,
        pixels_min: 921_600,
        pixels_max: 16_777_216,
        aspect_max: 16,
      },
      images: { max: 10, references: true, bytes_max: thirtyMegabytes },
      price: prices({ rows: [{ usd: 0.03 }] }, { rows: [{ usd: 0.2 }] }, "2026-09-25"),
    },
    {
      // At the end of its life; one input picture, whose shape it keeps.
      name: "doubao-seededit-3-0-i2i-250628",
      operations: ["edit"],
      edit_sizes: ["auto"],
      size_default: undefined,
      images: { max: 1, bytes_max: thirtyMegabytes },
      parameters: ["watermark", "seed"],
    },
  ],
);
