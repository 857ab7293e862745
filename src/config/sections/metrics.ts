import { z } from "zod";
import { listenAddress, secretText } from "../values.ts";

/** `metrics`: figures for Prometheus. Off unless one of the two is set. */
export const metricsSchema = z.strictObject({
  listen: listenAddress()
    .optional()
    .describe(
      "Address of its own for GET /metrics, best one that only the monitoring reaches. Not set: none.",
    ),
  token: secretText(20)
    .optional()
    .describe(
      "Opens GET /metrics, as a Bearer token, on the gateway's own address too. Not set: there is no such page there.",
    ),
});
