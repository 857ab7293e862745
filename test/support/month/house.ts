import { trafficKeys } from "../traffic.ts";

const sandboxModels = [
  "sandbox",
  "sandbox-fast",
  "sandbox-slow",
  "sandbox-partial",
  "sandbox-moderated",
  "sandbox-rate-limited",
];

const owners: Readonly<Record<string, object>> = {
  studio: { user: "mira", budget: { usd: 60, period: "month" } },
  shop: { team: "shop", budget: { usd: 18, period: "month" } },
  newsletter: { user: "jonas", budget: { usd: 12, period: "month", hard: false } },
  mobile: { team: "apps", budget: { usd: 60, period: "month" } },
};

const card = { sizes: ["1024x1024", "1536x1024"], n: 4, formats: ["png"] };

/** The settings of a house with teams, people's keys and budgets, and the channels of its file; no upstream of it is ever asked. */
export const houseSettings = {
  teams: [
    { id: "design", name: "Design", budget: { usd: 120 } },
    { id: "shop", name: "Shop", budget: { usd: 80 } },
    { id: "apps", name: "Apps", budget: { usd: 16 } },
  ],
  users: [
    { id: "mira", name: "Mira Lindqvist", team: "design", budget: { usd: 75 } },
    { id: "jonas", name: "Jonas Weber", team: "shop" },
    { id: "priya", name: "Priya Raman", team: "apps" },
  ],
  keys: trafficKeys.map((key) => ({ ...key, ...owners[key.id] })),
  channels: [
    {
      id: "openai-main",
      provider: "openai",
      settings: { api_key: "sk-of-the-house-0123456789" },
      models: ["gpt-image-2.6-flare"],
      priority: 20,
      limits: { rpm: 120, concurrency: 12 },
      budget: { usd: 60 },
    },
    {
      id: "sandbox",
      provider: "sandbox",
      models: sandboxModels,
      priority: 1,
    },
  ],
  aliases: {
    fox: ["gpt-image-2.6-flare", "seedream-5-0-pro-260628"],
    draft: ["our-sdxl", "sandbox-fast"],
  },
  default_model: "sandbox",
};

/** Channels that the owner makes in the console. Nothing listens where the workshop should be. */
export const houseChannels: readonly object[] = [
  {
    id: "azure-eu",
    provider: "azure-openai",
    settings: {
      base_url: "https://house-eu.openai.azure.com",
      api_key: "azure-of-the-house-0123456789",
    },
    models: [{ name: "gpt-image-2.6-flare", upstream: "flare-eu" }],
    priority: 15,
    weight: 2,
  },
  {
    id: "ark",
    provider: "ark",
    settings: { api_key: "ark-of-the-house-0123456789" },
    models: ["seedream-5-0-pro-260628", "seedream-5-0-flash-260915"],
    priority: 15,
  },
  {
    id: "bfl",
    provider: "bfl",
    settings: { api_key: "bfl-of-the-house-0123456789" },
    models: ["flux-2-pro", "flux-2-max"],
    priority: 10,
    budget: { usd: 45 },
  },
  {
    id: "vertex-eu",
    provider: "vertex",
    settings: { api_key: "vertex-of-the-house-0123456789" },
    models: ["gemini-3-pro-image"],
    priority: 10,
  },
  {
    id: "workshop",
    provider: "openai-compatible",
    settings: { base_url: "http://127.0.0.1:9/v1" },
    models: [{ name: "our-sdxl", card, price: { per_image_usd: 0.004 } }],
    priority: 5,
  },
  {
    id: "replicate-spare",
    provider: "replicate",
    settings: { api_token: "r8-of-the-house-0123456789" },
    models: ["black-forest-labs/flux-2-pro"],
    priority: 2,
    enabled: false,
  },
];

/** People who sign in beside the owner; one has not come yet. */
export const housePeople = [
  { login: "jonas@example.com", name: "Jonas Weber", role: "admin", user: "jonas", comes: true },
  { login: "priya@example.com", name: "Priya Raman", role: "operator", user: "priya", comes: true },
  { login: "oskar@example.com", name: "Oskar Nowak", role: "viewer", comes: true },
  { login: "lena@example.com", name: "Lena Fischer", role: "key_holder", comes: false },
];
