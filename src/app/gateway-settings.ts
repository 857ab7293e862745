import type { Config } from "../config.ts";
import type { GatewaySettings } from "../gateway/gateway.ts";

/** The operator's choices that the gateway works by from start to stop. */
export function gatewaySettings({
  images,
  server,
  admission,
  calendar,
  correctionMaxNano,
  records,
}: Config): GatewaySettings {
  return {
    images: {
      ttlMs: images.ttlMs,
      defaultDelivery: images.responseFormat,
      metadata: images.metadata,
    },
    savedBytesMax: images.savedBytesMax,
    retryWindowMs: server.retryWindowMs,
    admission,
    records: {
      // A picture that is kept or hosted is found by its record.
      recordsMs: Math.max(records.retentionMs, images.retentionMs, images.ttlMs),
      promptsMs: records.promptsMs,
    },
    calendar,
    correctionMaxNano,
  };
}
