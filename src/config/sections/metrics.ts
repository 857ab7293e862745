import { z } from "zod";
import { secretText } from "../values.ts";

/** `metrics`: who may read them. */
export const metricsSchema = z.strictObject({
  token: secretText(20).optional().describe("Guards GET /metrics. Not set: loopback only."),
});
