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

// A schedule is part of SD.Next's samplers.
const { scheduler: _, ...fields } = sdapiSettings;

export default defineProvider({
  id: "sdnext",
  name: "SD.Next",
  docs: "https://github.com/vladmandic/sdnext/wiki/API",
  facts: { documentation: "2026-11-26" },
  about:
    "Self-hosted web UI for diffusion models. A model's name is the checkpoint to load; SD.Next serves the loaded one where it does not know the name. The server works on one job at a time: give the channel a concurrency of 1 and a long timeout. Where a model edits several images at once, a card with `images: { max: … }` says so.",
  settings: z
    .strictObject({
      ...webUiAccess({ address: "Address of the server.", username: "User name of --auth." }),
      ...fields,
    })
    .refine(...bothOrNeither),
  options: sdapiOptions.omit({ scheduler: true }),
  models: [],
  openEnded: true,
  defaultCard: webUiCard,
  authorize: webUiAuthorization,
  ...sdapi({
    resizeModes: { stretch: 1, crop: 2, fill: 3 },
    taskIds: false,
    severalImages: true,
  }),
});
