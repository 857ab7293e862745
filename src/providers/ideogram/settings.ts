import { z } from "zod";
import { hostedSettings, resultHosts } from "../../dialects/settings.ts";

/** Settings of a channel. */
export const settings = z.strictObject({
  ...hostedSettings("https://api.ideogram.ai"),
  magic_prompt: z
    .enum(["auto", "on", "off"])
    .default("auto")
    .describe("Whether prompts are rewritten; sent with every call."),
  result_hosts: resultHosts(["ideogram.ai", ".ideogram.ai"]),
});
export type Settings = z.output<typeof settings>;
