import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import type { Observer } from "../../core/observer.ts";
import { tracesObserver } from "./listener.ts";
import { RefusedBatch, SpanQueue } from "./span-queue.ts";

/** The traces of one process. */
export interface Traces {
  readonly observer: Observer;
  /** Sends what waits; called every so often. Never rejects. */
  flush(): Promise<void>;
  /** Sends a last time; what is not taken is dropped. */
  close(): Promise<void>;
  /** Spans that were not sent. */
  dropped(): number;
}

/** A message for the collector, in the form of OTLP over HTTP. */
export interface TraceMessage {
  readonly contentType: string;
  readonly body: Uint8Array;
}

export interface TracesOptions {
  readonly version: string;
  /** Share of the traces that begin here, from 0 to 1; those of clients are as their clients say. */
  readonly sample: number;
  /** Upstreams are told of the trace. */
  readonly isPropagated: boolean;
  readonly serves: (model: string) => boolean;
  /** Resolves with the status of the collector's answer; rejects where there is none. */
  readonly send: (message: TraceMessage) => Promise<number>;
  /** Told once when the collector stops taking spans. */
  readonly onAway: (reason: string) => void;
}

/** Statuses after which the same message may be taken later (OTLP over HTTP, "Failures"). */
const passingStatuses: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);

/** Opens traces. OpenTelemetry is loaded now: most gateways have no collector. */
export async function openTraces(options: TracesOptions): Promise<Traces> {
  const [api, sdk, { resourceFromAttributes }, { ProtobufTraceSerializer }] = await Promise.all([
    import("@opentelemetry/api"),
    import("@opentelemetry/sdk-trace"),
    import("@opentelemetry/resources"),
    import("@opentelemetry/otlp-transformer"),
  ]);
  const send = async (spans: readonly ReadableSpan[]): Promise<void> => {
    const body = ProtobufTraceSerializer.serializeRequest([...spans]);
    if (body === undefined) throw new RefusedBatch("the spans could not be written");
    const status = await options.send({ contentType: "application/x-protobuf", body });
    if (status >= 200 && status < 300) return;
    const why = `the collector answered ${status}`;
    throw passingStatuses.has(status) ? new Error(why) : new RefusedBatch(why);
  };
  const queue = new SpanQueue(send, (thrown) =>
    options.onAway(thrown instanceof Error ? thrown.message : String(thrown)),
  );
  const provider = new sdk.TracerProvider({
    spanProcessors: [queue],
    sampler: new sdk.ParentBasedSampler({
      root: new sdk.TraceIdRatioBasedSampler(options.sample),
    }),
    resource: resourceFromAttributes({
      "service.name": "pinhole",
      "service.version": options.version,
    }),
  });
  const { serves, isPropagated } = options;
  const tracer = provider.getTracer("pinhole", options.version);
  return {
    observer: tracesObserver({ api, tracer, isPropagated, serves }),
    flush: () => queue.forceFlush(),
    close: () => queue.shutdown(),
    dropped: () => queue.dropped,
  };
}
