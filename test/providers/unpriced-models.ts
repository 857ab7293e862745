/** Models without a list price, by provider, with the reason. Everything else that a provider knows has one. */
export const unpricedModels: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ideogram: { "ideogram-4-6": "Newer than the price page that was read (2026-11-16)." },
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
  openrouter: "Each answer states what the call cost.",
  replicate: "Community models cost the seconds of a machine, each of its own kind.",
};
