import { z } from "zod";
import { defineCard, type ModelCard } from "../../core/model-card.ts";
import { defineProvider, secretSchema } from "../../core/provider.ts";
import { sdapi, sdapiOptions, sdapiSettings, sideMultiple } from "../../dialects/sdapi/index.ts";
import { baseUrl } from "../../dialects/settings.ts";

const settings = z
  .strictObject({
    base_url: baseUrl(
      "http://127.0.0.1:7860",
      "Address of the server; A1111 and Forge must run with --api.",
    ),
    username: z.string().min(1).optional().describe("User name of --api-auth (SD.Next: --auth)."),
    password: secretSchema.optional().describe("Password that goes with the user name."),
    ...sdapiSettings,
  })
  .refine((given) => (given.username === undefined) === (given.password === undefined), {
    message: "needs both a user name and a password, or neither",
    path: ["password"],
  });

/** Any checkpoint: what the servers do for all of them. The operator's own card may say more. */
const defaultCard: ModelCard = defineCard({
  name: "any",
  operations: ["generation", "edit"],
  n: 4,
  size_rule: {
    multiple: sideMultiple,
    edge_min: 64,
    edge_max: 2048,
    pixels_max: 4_194_304,
  },
  qualities: ["low", "medium", "high"],
  formats: ["png"],
  images: { max: 1 },
  mask: { polarity: "white", binary: true },
  parameters: ["seed", "negative_prompt"],
  streaming: true,
  failures_billed: false,
  price: "free",
});

export default defineProvider({
  id: "automatic1111",
  name: "AUTOMATIC1111, Forge, SD.Next",
  docs: "https://github.com/AUTOMATIC1111/stable-diffusion-webui/wiki/API",
  facts: { documentation: "2026-11-26" },
  about:
    "Self-hosted Stable Diffusion web UIs. A model's name is the checkpoint to load. The server works on one job at a time: give the channel a concurrency of 1 and a long timeout.",
  settings,
  options: sdapiOptions,
  models: [],
  openEnded: true,
  defaultCard,
  authorize: (input) => {
    const { username, password } = input.settings;
    if (username === undefined || password === undefined) return {};
    const pair = Buffer.from(`${username}:${password.reveal()}`, "utf8").toString("base64");
    return { authorization: `Basic ${pair}` };
  },
  ...sdapi(),
});
