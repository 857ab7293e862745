import { errorRow } from "../../core/errors.ts";
import { nanoPerUsd } from "../../core/money.ts";
import type {
  AttemptBegun,
  AttemptClosed,
  AttemptObserver,
  ExchangeObserver,
  HoldEnd,
  Observer,
  PicturesMade,
  RequestBegun,
  RequestEnd,
  RequestObserver,
  RequestStep,
} from "../../core/observer.ts";
import type { Book } from "./book.ts";
import type { LabelValues } from "./label-values.ts";
import { otherLabel } from "./table.ts";

/** The parts that listening works with. */
export interface ListenerParts {
  readonly book: Book;
  readonly values: LabelValues;
  /** Milliseconds that never go back. */
  readonly uptime: () => number;
}

/** The state of this process's requests, for gauges. */
export interface OpenCounts {
  requests: number;
  holds: number;
  heldNano: number;
}

/** The observer that writes what it is told into a book. */
export function metricsObserver(parts: ListenerParts, open: OpenCounts): Observer {
  const { book, values } = parts;
  return {
    request: (begun) => new RequestMetrics(parts, open, begun),
    answered: ({ route, status }) =>
      book.add("pinhole_http_responses_total", {
        route: route ?? otherLabel,
        status: `${Math.floor(status / 100)}xx`,
      }),
    command({ kind, waitMs, runMs }) {
      book.observe("pinhole_database_wait_seconds", { kind }, waitMs / 1000);
      book.observe("pinhole_database_run_seconds", { kind }, runMs / 1000);
    },
    stored({ action, ms, isFailed, bytes }) {
      book.observe("pinhole_image_store_seconds", { action }, ms / 1000);
      if (isFailed) book.add("pinhole_image_store_failures_total", { action });
      else if (bytes > 0) book.add("pinhole_image_store_written_bytes_total", {}, bytes);
    },
    healthChanged: ({ channelId, to }) =>
      book.add("pinhole_channel_changes_total", { channel: values.channel(channelId), to }),
  };
}

class RequestMetrics implements RequestObserver {
  readonly #parts: ListenerParts;
  readonly #open: OpenCounts;
  readonly #begun: RequestBegun;
  readonly #begunAt: number;
  #model = otherLabel;
  #outcome: RequestEnd | undefined;
  #isOver = false;

  constructor(parts: ListenerParts, open: OpenCounts, begun: RequestBegun) {
    this.#parts = parts;
    this.#open = open;
    this.#begun = begun;
    this.#begunAt = parts.uptime();
    open.requests += 1;
  }

  asked({ model }: Parameters<RequestObserver["asked"]>[0]): void {
    this.#model = this.#parts.values.model(model);
  }

  step(step: RequestStep): () => void {
    const { book, uptime } = this.#parts;
    const begunAt = uptime();
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      book.observe("pinhole_request_step_seconds", { step }, (uptime() - begunAt) / 1000);
    };
  }

  attempt({ channelId }: AttemptBegun): AttemptObserver {
    const { book, values, uptime } = this.#parts;
    const channel = values.channel(channelId);
    const begunAt = uptime();
    return {
      exchange: () => silent,
      end: (closed) => {
        const seconds = (uptime() - begunAt) / 1000;
        book.observe("pinhole_attempt_duration_seconds", { channel }, seconds);
        book.add("pinhole_attempts_total", { channel, evidence: classOf(closed) });
        this.#spent("provider", channel, closed.providerNano);
      },
    };
  }

  held(nano: number): (end: HoldEnd) => void {
    const open = this.#open;
    open.holds += 1;
    open.heldNano += nano;
    let isOver = false;
    return (end) => {
      if (isOver) return;
      isOver = true;
      open.holds -= 1;
      open.heldNano -= nano;
      this.#parts.book.add("pinhole_holds_total", { end });
    };
  }

  made({ images, cost, channelId }: PicturesMade): void {
    const { book, values } = this.#parts;
    const { operation } = this.#begun;
    book.add("pinhole_images_total", { operation, model: this.#model }, images);
    if (cost.state === "free") return;
    const nano = cost.state === "priced" ? cost.nano : null;
    this.#spent("customer", values.channel(channelId), nano);
  }

  outcome(end: RequestEnd): void {
    this.#outcome ??= end;
  }

  over(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#open.requests -= 1;
    const end = this.#outcome;
    if (end === undefined) return;
    const { book, uptime } = this.#parts;
    const { operation } = this.#begun;
    const model = this.#model;
    const outcome = end.kind === "failed" ? failureOf(errorRow(end.code).status) : end.kind;
    book.add("pinhole_requests_total", { operation, model, outcome });
    if (end.kind === "failed")
      book.add("pinhole_request_errors_total", { operation, code: end.code });
    if (end.kind !== "succeeded" && end.kind !== "partial") return;
    const seconds = (uptime() - this.#begunAt) / 1000;
    book.observe("pinhole_request_duration_seconds", { model }, seconds);
  }

  #spent(ledger: "customer" | "provider", channel: string, nano: number | null): void {
    const { book, values } = this.#parts;
    if (nano === null) {
      book.add("pinhole_spend_unknown_total", { book: ledger, channel });
      return;
    }
    if (nano === 0) return;
    const labels = { book: ledger, ...values.pair(channel, this.#model) };
    book.add("pinhole_spend_usd_total", labels, nano / nanoPerUsd);
  }
}

const silent: ExchangeObserver = { headers: {}, end: () => undefined };

function classOf({ code, evidence }: AttemptClosed): string {
  return code === undefined ? "succeeded" : (evidence ?? "gateway");
}

function failureOf(status: number): "refused" | "failed" {
  return status < 500 ? "refused" : "failed";
}
