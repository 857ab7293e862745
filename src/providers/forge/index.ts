import { z } from "zod";
import { defineProvider } from "../../core/provider.ts";
import {
  bothOrNeither,
  sdapi,
  sdapiOptions,
  sdapiSettings,
  webUi,
  webUiAccess,
  webUiAuthorization,
  webUiCard,
} from "../../dialects/sdapi/index.ts";

const distilledScale = z.number().min(0).max(50).optional();

const options = sdapiOptions.extend({
  distilled_cfg_scale: distilledScale.describe(
    "How closely a model with distilled guidance, such as FLUX, follows the prompt.",
  ),
});

const settings = z
  .strictObject({
    ...webUiAccess({
      address: "Address of Forge, which must run with --api.",
      username: "User name of --api-auth.",
    }),
    ...sdapiSettings,
    distilled_cfg_scale: distilledScale.describe(
      "Guidance of models such as FLUX, for which cfg_scale is to be 1; not set: the server's own, 3.5.",
    ),
    additional_modules: z
      .array(z.string().min(1))
      .optional()
      .describe(
        "VAE and text encoders of the checkpoints, as GET /sdapi/v1/sd-modules lists them, for checkpoints that come without; an empty list: none. Not set: those that are chosen in Forge.",
      ),
  })
  .refine(...bothOrNeither);

export default defineProvider({
  id: "forge",
  name: "Stable Diffusion WebUI Forge",
  docs: "https://github.com/lllyasviel/stable-diffusion-webui-forge",
  facts: { documentation: "2026-11-26" },
  about:
    "Self-hosted web UI for Stable Diffusion and FLUX. A model's name is the checkpoint to load; Forge serves the loaded one where it does not know the name. The server works on one job at a time: give the channel a concurrency of 1 and a long timeout.",
  example: {
    settings:
      '{ cfg_scale: 1, distilled_cfg_scale: 3.5, additional_modules: ["ae.safetensors", "clip_l.safetensors", "t5xxl_fp16.safetensors"] }',
    models: "[flux1-dev]",
  },
  settings,
  options,
  models: [],
  openEnded: true,
  defaultCard: webUiCard,
  authorize: webUiAuthorization,
  ...sdapi<z.output<typeof settings>, z.output<typeof options>>({
    ...webUi,
    fields: (input) => ({
      distilled_cfg_scale: input.options.distilled_cfg_scale ?? input.settings.distilled_cfg_scale,
    }),
    overrides: ({ settings: { additional_modules: modules } }) =>
      modules === undefined ? {} : { forge_additional_modules: modules },
  }),
});
