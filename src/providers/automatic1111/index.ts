import { z } from "zod";
import { defineProvider } from "../../core/provider.ts";
import {
  bothOrNeither,
  sdapi,
  sdapiOptions,
  sdapiSettings,
  webUiAccess,
  webUiAuthorization,
  webUiCard,
} from "../../dialects/sdapi/index.ts";

export default defineProvider({
  id: "automatic1111",
  name: "AUTOMATIC1111",
  docs: "https://github.com/AUTOMATIC1111/stable-diffusion-webui/wiki/API",
  facts: { documentation: "2026-11-26" },
  about:
    "Self-hosted Stable Diffusion web UI. A model's name is the checkpoint to load. The server works on one job at a time: give the channel a concurrency of 1 and a long timeout. Forge and SD.Next, which differ in details, are `forge` and `sdnext`.",
  settings: z
    .strictObject({
      ...webUiAccess({
        address: "Address of the server, which must run with --api.",
        username: "User name of --api-auth.",
      }),
      ...sdapiSettings,
    })
    .refine(...bothOrNeither),
  options: sdapiOptions,
  models: [],
  openEnded: true,
  defaultCard: webUiCard,
  authorize: webUiAuthorization,
  ...sdapi(),
});
