import { z } from "zod";
import { logLevels } from "../types.ts";

/** `logs`: what is written for the operator. */
export const logsSchema = z.strictObject({
  level: z.enum(logLevels).default("info").describe("The least that is logged."),
  format: z
    .enum(["auto", "json", "pretty"])
    .default("auto")
    .describe("auto is pretty on a terminal and JSON lines elsewhere."),
});
