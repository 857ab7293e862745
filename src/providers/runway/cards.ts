import { type CardFields, cardFamily } from "../../dialects/card-family.ts";

/** @runwayml/sdk 4.20.1, text_to_image, read 2026-11-26: the first of a list is what is asked for where nobody says a size. */
const sizes = (text: string): string[] => text.replaceAll(":", "x").split(" ");

const gen4 = sizes(
  "1024:1024 1080:1080 1168:880 1360:768 1440:1080 1080:1440 1808:768 1920:1080 1080:1920 2112:912 1280:720 720:1280 720:720 960:720 720:960 1680:720",
);
/** `auto` is left out: it is billed as the dearest. */
const gptImage = sizes(
  "1920:1920 2048:880 1920:1088 1920:1280 1920:1440 1920:1536 1536:1920 1440:1920 1280:1920 1088:1920 2912:1248 2560:1440 2560:1712 2560:1920 2560:2048 2560:2560 2048:2560 1920:2560 1712:2560 1440:2560 3840:1648 3840:2160 3504:2336 3264:2448 3200:2560 2880:2880 2560:3200 2448:3264 2336:3504 2160:3840",
);
const gemini1k = sizes(
  "1024:1024 1344:768 768:1344 1184:864 864:1184 1536:672 832:1248 1248:832 896:1152 1152:896",
);
const gemini2k = sizes(
  "2048:2048 1696:2528 2528:1696 1792:2400 2400:1792 1856:2304 2304:1856 1536:2752 2752:1536 3168:1344",
);
const gemini4k = sizes(
  "4096:4096 3392:5056 5056:3392 3584:4800 4800:3584 3712:4608 4608:3712 3072:5504 5504:3072 6336:2688",
);
const geminiFlashMore = sizes(
  "512:512 416:624 624:416 432:592 592:432 448:576 576:448 384:672 672:384 768:336 256:1024 1024:256 176:1408 1408:176 512:2048 2048:512 352:2816 2816:352 1024:4096 4096:1024 704:5632 5632:704 2048:8192 8192:2048 1408:11264 11264:1408",
);
const muse = sizes(
  "1600:1600 2352:1008 2016:1152 1920:1280 1792:1344 1344:1792 1280:1920 1152:2016",
);
const seedreamPro = sizes(
  "1024:1024 1184:896 896:1184 1376:768 768:1376 1296:864 864:1296 2048:2048 2304:1728 1728:2304 2720:1530 1530:2720 2496:1664 1664:2496",
);
const grok = sizes(
  "1024:1024 1280:720 720:1280 1152:864 864:1152 1248:832 832:1248 1248:576 576:1248 1280:576 576:1280 1408:704 704:1408 2048:2048 2816:1584 1584:2816 2368:1776 1776:2368 2496:1664 1664:2496 2912:1344 1344:2912 3200:1440 1440:3200 2912:1456 1456:2912",
);

const listed = {
  source: "https://docs.dev.runwayml.com/guides/pricing",
  as_of: "2026-09-30",
  certainty: "vendor",
} as const;

const hd = gen4.filter((size) => size.split("x").includes("1080") || size === "2112x912");

/** A data URL may have 5 MB. */
const references = (max: number) => ({ max, references: true, bytes_max: 3_700_000 });

const gpt: Partial<CardFields> = {
  prompt_max: 32_000,
  edit_prompt_max: 32_000,
  n: 10,
  sizes: gptImage,
  quality_default: "high",
  images: references(16),
};
const effort = ["low", "medium", "high", "xhigh", "max"];

/** Cards of the models; the pictures of one call are `outputCount`, and where its most is not documented, one. */
export const cards = cardFamily(
  { owned_by: "runway", operations: ["generation", "edit"], formats: ["png"] },
  [
    {
      name: "gen4_image",
      prompt_max: 1000,
      edit_prompt_max: 1000,
      sizes: gen4,
      images: references(3),
      parameters: ["seed", "moderation"],
      // 5 credits at 720p and 8 at 1080p.
      price: { table: [{ size: hd, usd: 0.08 }, { usd: 0.05 }], ...listed },
    },
    {
      // It does not draw without a reference.
      name: "gen4_image_turbo",
      operations: ["edit"],
      edit_prompt_max: 1000,
      edit_sizes: gen4,
      images: references(3),
      parameters: ["seed", "moderation"],
      price: { per_image_usd: 0.02, ...listed },
    },
    {
      name: "gpt_image_2",
      ...gpt,
      qualities: ["low", "medium", "high", "auto"],
      backgrounds: ["transparent", "opaque", "auto"],
    },
    { name: "gpt_image_2_5_flare", ...gpt, qualities: effort, backgrounds: ["opaque", "auto"] },
    {
      name: "gpt_image_2_5_sunburst",
      ...gpt,
      qualities: effort,
      backgrounds: ["transparent", "opaque", "auto"],
    },
    {
      name: "gemini_image3_pro",
      prompt_max: 5500,
      edit_prompt_max: 5500,
      sizes: [...gemini1k, ...gemini2k, ...gemini4k],
      images: references(14),
      price: { table: [{ size: gemini4k, usd: 0.4 }, { usd: 0.2 }], ...listed },
    },
    {
      name: "gemini_image3.1_flash",
      sizes: [...gemini1k, ...gemini2k, ...gemini4k, ...geminiFlashMore],
      images: references(14),
    },
    {
      name: "gemini_2.5_flash",
      prompt_max: 5500,
      edit_prompt_max: 5500,
      sizes: gemini1k,
      images: references(3),
      price: { per_image_usd: 0.05, ...listed },
    },
    {
      name: "muse_image",
      sizes: muse,
      formats: ["png", "jpeg", "webp"],
      format_parameter: true,
      images: references(10),
      price: { per_image_usd: 0.01, ...listed },
    },
    {
      name: "seedream5_pro",
      prompt_max: 4000,
      edit_prompt_max: 4000,
      sizes: seedreamPro,
      formats: ["png", "jpeg"],
      format_parameter: true,
      images: references(10),
    },
    {
      name: "seedream5_lite",
      prompt_max: 4000,
      edit_prompt_max: 4000,
      sizes: ["2048x2048"],
      size_rule: { edge_min: 512, edge_max: 8192, pixels_min: 3_686_400, pixels_max: 16_777_216 },
      formats: ["png", "jpeg"],
      format_parameter: true,
      images: references(10),
    },
    {
      name: "grok_imagine_image_2",
      sizes: grok,
      qualities: ["low", "medium"],
      quality_default: "medium",
      images: references(3),
    },
  ],
);

/** Models that take `outputCount`. */
export const counted = new Set(
  cards.map(({ name }) => name).filter((name) => !/^(gen4_image|gemini_2\.5)/.test(name)),
);
