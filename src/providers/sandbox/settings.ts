import { z } from "zod";
import { pictureWords } from "./paint/painter.ts";

const wait = z.int().min(0).max(86_400_000);

/** Settings of a channel. All waits are there so that tests need not wait. */
export const settings = z.strictObject({
  base_url: z
    .string()
    .default("sandbox:")
    .describe("Not used: the sandbox calls nothing. Every provider has one."),
  delay_ms: wait
    .default(0)
    .describe("Milliseconds to wait before each picture, on every model but sandbox-slow."),
  slow_ms: wait.default(20_000).describe("Milliseconds that sandbox-slow takes for each picture."),
  timeout_ms: wait
    .default(86_400_000)
    .describe(
      "Milliseconds that sandbox-timeout keeps silent; the channel's own deadline comes first.",
    ),
  retry_after_seconds: z
    .int()
    .min(1)
    .max(3600)
    .default(20)
    .describe("What sandbox-rate-limited gives as retry-after."),
});
export type Settings = z.output<typeof settings>;

/** Options of one request, in `provider_options`. */
export const options = z.strictObject({
  palette: z
    .enum(pictureWords.moods)
    .optional()
    .describe("The colours; else the prompt's words decide."),
  composition: z
    .enum(pictureWords.compositions)
    .optional()
    .describe("How the picture is built; else the prompt's words decide."),
  hue: z.number().min(-360).max(360).default(0).describe("Degrees to turn every colour by."),
  lettering: z
    .boolean()
    .default(true)
    .describe("False: the prompt is not lettered on the picture."),
});
export type Options = z.output<typeof options>;
