/** Models without a list price, by provider, with the reason. Everything else that a provider knows has one. */
export const unpricedModels: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ark: {
    "doubao-seededit-3-0-i2i-250628":
      "At the end of its life; its price is on no page that was read.",
  },
  dashscope: {
    "qwen-image-3.0-pro": "Its figures (2026) are of one reseller and were called uncertain.",
    "qwen-image-2.1-pro": "Its price is on no page that was read.",
    "qwen-image": "Filed under older models; its price is on no page that was read.",
    "qwen-image-edit-max": "Its price is on no page that was read.",
    "qwen-image-edit-plus": "Its price is on no page that was read.",
    "qwen-image-edit": "Filed under older models; its price is on no page that was read.",
  },
  fal: { "fal-ai/flux-2/edit": "Its price is on no page that was read." },
  novita: { "seedream-4.0": "Its price there is on no page that was read." },
  minimax: { "image-01-live": "Its price is on no page that was read." },
  siliconflow: {
    "Qwen/Qwen-Image": "The sources found contradict each other.",
    "Qwen/Qwen-Image-Edit": "Its price is on no page that was read.",
    "Qwen/Qwen-Image-Edit-2509": "Its price is on no page that was read.",
  },
  "azure-foundry": {
    "MAI-Image-2.7": "Newer than the price list that was read; one rate is on a page that was not.",
  },
  vercel: {
    "bfl/flux-3-image": "Its price goes by a resolution that the gateway's protocol does not name.",
    "bfl/flux-3-image-klein":
      "Its price goes by a resolution that the gateway's protocol does not name.",
    "spacexai/grok-imagine-image-2.0":
      "Its price goes by a resolution that the gateway's protocol does not name.",
  },
  cloudflare: {
    "@cf/black-forest-labs/flux-2-klein-4b": "Its price is on no page that was read.",
  },
  deepinfra: Object.fromEntries(
    [
      "black-forest-labs/FLUX-1.1-pro",
      "black-forest-labs/FLUX-1-dev",
      "stabilityai/sd3.5",
      "stabilityai/sd3.5-medium",
      "stabilityai/sdxl-turbo",
      "black-forest-labs/FLUX.1-Kontext-dev",
      "black-forest-labs/FLUX.1-Kontext-pro",
    ].map((name) => [name, "Its page was not read; a generation states what it cost."]),
  ),
  prodia: { "inference.flux.dev.txt2img.v1": "Its price is on no page that was read." },
  together: {
    "black-forest-labs/FLUX.2-pro": "Listed without a figure; none was found elsewhere.",
    "black-forest-labs/FLUX.2-max": "Listed without a figure; none was found elsewhere.",
    "black-forest-labs/FLUX.2-flex": "Listed without a figure; none was found elsewhere.",
    "black-forest-labs/FLUX.2-dev": "Listed without a figure; none was found elsewhere.",
  },
  ideogram: { "ideogram-4-6": "Newer than the price page that was read (2026-11-16)." },
  hunyuan: {
    "hy-image-v3": "Its price at TokenHub is on no page that was read.",
    "hunyuan-image": "What was read gives only a span, in yuan, and calls it uncertain.",
  },
  leonardo: Object.fromEntries(
    [
      "lucid-origin",
      "lucid-realism",
      "phoenix-1.0",
      "phoenix-0.9",
      "gpt-image-2",
      "seedream-4.5",
      "seedream-4.0",
      "ideogram-v3.0",
      "ideogram/ideogram-4.5",
      "ideogram/ideogram-4.6",
    ].map((model) => [model, "Each answer states what it cost; there is no public list."]),
  ),
  firefly: Object.fromEntries(
    ["firefly-image-5", "firefly-image-4", "firefly-image-4-ultra", "firefly-image-3"].map(
      (model) => [model, "Adobe sells operations by contract; there is no public price."],
    ),
  ),
  luma: {
    "photon-1": "Luma's own pages disagree over it.",
    "photon-flash-1": "Luma's own pages disagree over it.",
  },
  jimeng: {
    jimeng_t2i_v30: "What was read gives about CNY 0.2 and calls it uncertain.",
    jimeng_t2i_v31: "What was read gives about CNY 0.2 and calls it uncertain.",
  },
  topaz: Object.fromEntries(
    [
      "topaz-standard-v2",
      "topaz-low-resolution-v2",
      "topaz-high-fidelity-v2",
      "topaz-cgi",
      "topaz-text-refine",
    ].map((model) => [model, "Credits by megapixels, whose price is on no page that was read."]),
  ),
  krea: { "krea-3": "Its price is on no page that was read." },
  kling: Object.fromEntries(
    ["kling-v2-1", "kling-v2-new", "kling-v2", "kling-v1-5", "kling-v1"].map((model) => [
      model,
      "An older model; what was read gives only a span of prices for all of them.",
    ]),
  ),
  runway: Object.fromEntries(
    [
      "gpt_image_2",
      "gpt_image_2_5_flare",
      "gpt_image_2_5_sunburst",
      "gemini_image3.1_flash",
      "seedream5_pro",
      "seedream5_lite",
      "grok_imagine_image_2",
    ].map((model) => [model, "Each task states what it cost; the list was not read."]),
  ),
  runware: {
    "runware:400@1": "Each picture states what it cost; the page of its price was not read.",
    "bfl:5@1": "Each picture states what it cost; the page of its price was not read.",
  },
  replicate: {
    "black-forest-labs/flux-2-pro":
      "By run and by megapixel in and out; the figures are on a page of the model's that was not read.",
    "black-forest-labs/flux-2-klein-4b":
      "By run and by megapixel in and out; the figures are on a page of the model's that was not read.",
  },
};

/** Providers whose default card has no price, with the reason. */
export const unpricedDefaults: Readonly<Record<string, string>> = {
  "openai-chat": "Whatever server the operator names speaks it.",
  vercel: "The makers' list prices; an answer may state what the call cost.",
  deepinfra: "Each generation states what it cost.",
  openrouter: "Each answer states what the call cost.",
  qianfan: "Models that the operator names; each has a price of its own.",
  together: "A model of its list that has no card: the list's prices change often.",
  huggingface: "What the partner asks that serves the model, which no answer states.",
  runware: "Each picture states what it cost.",
  replicate: "Community models cost the seconds of a machine, each of its own kind.",
};
