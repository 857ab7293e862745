import type { Context, Span, SpanOptions, Tracer } from "@opentelemetry/api";
import type * as Api from "@opentelemetry/api";
import { errorRow } from "../../core/errors.ts";
import { usdText } from "../../core/money.ts";
import type {
  AttemptBegun,
  AttemptClosed,
  AttemptObserver,
  ExchangeObserver,
  Observer,
  PicturesMade,
  RequestBegun,
  RequestEnd,
  RequestObserver,
  RequestStep,
} from "../../core/observer.ts";
import { headersOf, parentOf } from "./trace-context.ts";

/** The parts that spans are made with. */
export interface SpanParts {
  readonly api: typeof Api;
  readonly tracer: Tracer;
  /** Upstreams are told of the trace. */
  readonly isPropagated: boolean;
  /** True for a name in the catalogue: other words of clients stay out of traces. */
  readonly serves: (model: string) => boolean;
}

/** Names of the spans of steps; attempts have spans of their own. */
const stepNames: Readonly<Record<Exclude<RequestStep, "upstream">, string>> = {
  read: "read body",
  wait: "wait for channel",
  record: "store record",
  picture: "picture",
  settle: "store outcome",
  send: "send answer",
};

const ignored = (): void => undefined;

/** The observer that makes spans of what it is told. */
export function tracesObserver(parts: SpanParts): Observer {
  return {
    request: (begun) => new RequestSpans(parts, begun),
    answered: ignored,
    command: ignored,
    stored: ignored,
    healthChanged: ignored,
  };
}

class RequestSpans implements RequestObserver {
  readonly #parts: SpanParts;
  readonly #span: Span;
  readonly #context: Context;
  #outcome: RequestEnd | undefined;

  constructor(parts: SpanParts, begun: RequestBegun) {
    const { api, tracer } = parts;
    const { requestId, keyId, operation } = begun;
    const parent = parentOf(api, api.ROOT_CONTEXT, begun);
    const attributes = {
      "pinhole.request_id": requestId,
      "pinhole.key_id": keyId,
      "pinhole.operation": operation,
    };
    this.#parts = parts;
    this.#span = tracer.startSpan(
      `image ${operation}`,
      { kind: api.SpanKind.SERVER, attributes },
      parent,
    );
    this.#context = api.trace.setSpan(parent, this.#span);
  }

  asked({ model, n, stream }: Parameters<RequestObserver["asked"]>[0]): void {
    this.#span.setAttributes({
      "pinhole.model": this.#parts.serves(model) ? model : "other",
      "pinhole.n": n,
      "pinhole.stream": stream,
    });
  }

  step(step: RequestStep): () => void {
    if (step === "upstream") return ignored;
    const span = this.#begin(stepNames[step]);
    return () => span.end();
  }

  attempt(begun: AttemptBegun): AttemptObserver {
    return new AttemptSpans(this.#parts, this.#context, begun);
  }

  held(): () => void {
    return ignored;
  }

  made({ images, cost }: PicturesMade): void {
    this.#span.setAttributes({
      "pinhole.images": images,
      "pinhole.price": cost.state,
      ...(cost.state === "priced" ? { "pinhole.cost_usd": Number(usdText(cost.nano)) } : {}),
    });
  }

  outcome(end: RequestEnd): void {
    this.#outcome ??= end;
  }

  over(): void {
    const end = this.#outcome;
    if (end !== undefined) {
      this.#span.setAttribute("pinhole.outcome", end.kind);
      if (end.kind === "failed") this.#fail(end.code);
    }
    this.#span.end();
  }

  #fail(code: Extract<RequestEnd, { readonly kind: "failed" }>["code"]): void {
    this.#span.setAttribute("error.type", code);
    // A caller's mistake is no error of this service.
    if (errorRow(code).status >= 500)
      this.#span.setStatus({ code: this.#parts.api.SpanStatusCode.ERROR });
  }

  #begin(name: string, options?: SpanOptions): Span {
    return this.#parts.tracer.startSpan(name, options, this.#context);
  }
}

class AttemptSpans implements AttemptObserver {
  readonly #parts: SpanParts;
  readonly #span: Span;
  readonly #context: Context;

  constructor(parts: SpanParts, parent: Context, begun: AttemptBegun) {
    const attributes = {
      "pinhole.channel": begun.channelId,
      "pinhole.provider": begun.providerId,
      "pinhole.upstream_model": begun.upstreamModel,
      "pinhole.attempt": begun.attempt,
    };
    this.#parts = parts;
    this.#span = parts.tracer.startSpan("attempt", { attributes }, parent);
    this.#context = parts.api.trace.setSpan(parent, this.#span);
  }

  exchange(kind: "call" | "download"): ExchangeObserver {
    const { api, tracer, isPropagated } = this.#parts;
    const options = { kind: api.SpanKind.CLIENT };
    const span = tracer.startSpan(`upstream ${kind}`, options, this.#context);
    return {
      headers: isPropagated ? headersOf(span.spanContext()) : {},
      end(status) {
        // Ended twice where an answer came: the first word counts.
        if (!span.isRecording()) return;
        if (status === undefined) span.setStatus({ code: api.SpanStatusCode.ERROR });
        else span.setAttribute("http.response.status_code", status);
        span.end();
      },
    };
  }

  end({ code, evidence }: AttemptClosed): void {
    if (code !== undefined) {
      this.#span.setAttribute("error.type", code);
      if (evidence !== undefined) this.#span.setAttribute("pinhole.evidence", evidence);
      this.#span.setStatus({ code: this.#parts.api.SpanStatusCode.ERROR });
    }
    this.#span.end();
  }
}
