import { type Evidence, errorTable } from "../../core/errors.ts";
import { requestSteps, storeActions } from "../../core/observer.ts";
import { operations } from "../../core/request.ts";
import { processTable } from "./process-table.ts";
import type { MetricKind, MetricRow } from "./terms.ts";

/** The label value of what is in no catalogue, and of what there is too much of. */
export const otherLabel = "other";

export const requestOutcomes = ["succeeded", "partial", "repeated", "refused", "failed"] as const;

export const attemptClasses = [
  "succeeded",
  "never_sent",
  "refused",
  "caller",
  "unknown",
  "produced",
  // The fault was the gateway's own, or the gateway stopped.
  "gateway",
] as const satisfies readonly (Evidence | "succeeded" | "gateway")[];

export const books = ["customer", "provider"] as const;
export const countingStates = ["alone", "joined", "apart"] as const;
export const channelStates = ["healthy", "cooling", "half_open"] as const;
const statusClasses = ["2xx", "3xx", "4xx", "5xx"];
const errorCodes = Object.keys(errorTable);

/** Images take from a second to minutes. */
const requestBuckets = [0.01, 0.05, 0.25, 1, 2.5, 5, 10, 20, 40, 80, 160, 320];
const stepBuckets = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 30, 90, 300];
const attemptBuckets = [0.5, 1, 2.5, 5, 10, 20, 40, 80, 160];
const databaseBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1, 5];

const none = {};
const channel = { channel: "channel" } as const;

/** Every metric. docs/metrics.md is written from it; the dashboard and the alert rules are checked against it. */
export const metricTable = {
  pinhole_requests_total: {
    kind: "counter",
    unit: "1",
    help: "Requests for images that have ended, by what became of them.",
    labels: { operation: operations, model: "model", outcome: requestOutcomes },
  },
  pinhole_request_errors_total: {
    kind: "counter",
    unit: "1",
    help: "Requests for images that ended in an error, by its row in the table of errors.",
    labels: { operation: operations, code: errorCodes },
  },
  pinhole_requests_in_flight: {
    kind: "gauge",
    unit: "1",
    help: "Requests for images that are being served.",
    labels: none,
  },
  pinhole_request_duration_seconds: {
    kind: "histogram",
    unit: "seconds",
    help: "Time from a request's head to the end of its answer, where it got pictures.",
    labels: { model: "model" },
    buckets: requestBuckets,
  },
  pinhole_request_step_seconds: {
    kind: "histogram",
    unit: "seconds",
    help: "Time of each step of a request: read its body, wait for a channel, record it before anything is paid, upstream, each picture made ready and kept, settle, send.",
    labels: { step: requestSteps },
    buckets: stepBuckets,
  },
  pinhole_images_total: {
    kind: "counter",
    unit: "1",
    help: "Images made and delivered or kept.",
    labels: { operation: operations, model: "model" },
  },
  pinhole_attempts_total: {
    kind: "counter",
    unit: "1",
    help: "Attempts at upstreams, by the class of evidence that a failure left.",
    labels: { ...channel, evidence: attemptClasses },
  },
  pinhole_attempt_duration_seconds: {
    kind: "histogram",
    unit: "seconds",
    help: "Time of attempts at upstreams, whatever their end.",
    labels: channel,
    buckets: attemptBuckets,
  },
  pinhole_spend_usd_total: {
    kind: "counter",
    unit: "usd",
    help: "Dollars of both books: what customers owe for pictures, and what providers have charged.",
    labels: { book: books, ...channel, model: "model" },
  },
  pinhole_spend_unknown_total: {
    kind: "counter",
    unit: "1",
    help: "Entries of both books whose amount is not known: requests in the customer's, attempts in the provider's.",
    labels: { book: books, ...channel },
  },
  pinhole_holds_open: {
    kind: "gauge",
    unit: "1",
    help: "Requests of this process for which money is set aside.",
    labels: none,
  },
  pinhole_holds_open_usd: {
    kind: "gauge",
    unit: "usd",
    help: "Money that this process has set aside.",
    labels: none,
  },
  pinhole_holds_total: {
    kind: "counter",
    unit: "1",
    help: "Holds that have ended.",
    labels: { end: ["settled", "voided"] },
  },
  pinhole_channel_state: {
    kind: "gauge",
    unit: "1",
    help: "1 for the state that a channel is in, 0 for the others.",
    labels: { ...channel, state: channelStates },
  },
  pinhole_channel_changes_total: {
    kind: "counter",
    unit: "1",
    help: "Changes of health of a channel or of one of its credentials or models, by the state that it changed to.",
    labels: { ...channel, to: channelStates },
  },
  pinhole_channel_in_flight: {
    kind: "gauge",
    unit: "1",
    help: "Upstream calls under way.",
    labels: channel,
  },
  pinhole_channel_queue: {
    kind: "gauge",
    unit: "1",
    help: "Calls that wait for room on a channel.",
    labels: channel,
  },
  pinhole_nodes: {
    kind: "gauge",
    unit: "1",
    help: "Nodes at work on the database, as this one sees it.",
    labels: none,
  },
  pinhole_limits_counting: {
    kind: "gauge",
    unit: "1",
    help: "1 for the way in which this node counts limits, 0 for the others: alone without Redis, joined with the others in it, or apart while it is away.",
    labels: { state: countingStates },
  },
  pinhole_limits_divisor: {
    kind: "gauge",
    unit: "1",
    help: "Number by which this node divides every limit: 1, or the nodes at work while Redis is away.",
    labels: none,
  },
  pinhole_http_responses_total: {
    kind: "counter",
    unit: "1",
    help: "HTTP answers of all routes, by class of status; 401s of image routes are only here.",
    labels: { route: "route", status: statusClasses },
  },
  pinhole_database_wait_seconds: {
    kind: "histogram",
    unit: "seconds",
    help: "Time that a command waited for the database to begin on it.",
    labels: { kind: ["read", "write"] },
    buckets: databaseBuckets,
  },
  pinhole_database_run_seconds: {
    kind: "histogram",
    unit: "seconds",
    help: "Time that the database worked on a command and those in one transaction with it, commit included.",
    labels: { kind: ["read", "write"] },
    buckets: databaseBuckets,
  },
  pinhole_database_commits_total: {
    kind: "counter",
    unit: "1",
    help: "Transactions committed.",
    labels: none,
  },
  pinhole_database_pending: {
    kind: "gauge",
    unit: "1",
    help: "Commands without an answer.",
    labels: none,
  },
  pinhole_records_backlog: {
    kind: "gauge",
    unit: "1",
    help: "Records that should be forgotten by now, and those whose prompts should be, as the last sweep left them; counted up to 100,000.",
    labels: { what: ["records", "prompts"] },
  },
  pinhole_image_store_seconds: {
    kind: "histogram",
    unit: "seconds",
    help: "Time of what the image store did.",
    labels: { action: storeActions },
    buckets: databaseBuckets,
  },
  pinhole_image_store_failures_total: {
    kind: "counter",
    unit: "1",
    help: "What the image store failed to do.",
    labels: { action: storeActions },
  },
  pinhole_image_store_written_bytes_total: {
    kind: "counter",
    unit: "bytes",
    help: "Bytes of images put into the store.",
    labels: none,
  },
  pinhole_disk_free_bytes: {
    kind: "gauge",
    unit: "bytes",
    help: "Bytes free where the folder of data and the folder of images are.",
    labels: { folder: "folder" },
  },
  pinhole_disk_size_bytes: {
    kind: "gauge",
    unit: "bytes",
    help: "Size of the disks where these folders are.",
    labels: { folder: "folder" },
  },
  pinhole_spool_bytes: {
    kind: "gauge",
    unit: "bytes",
    help: "Bytes of pictures held for requests, in memory and in files together, and those in memory.",
    labels: { place: ["all", "memory"] },
  },
  pinhole_event_loop_delay_seconds: {
    kind: "gauge",
    unit: "seconds",
    help: "Lateness of timers since the last reading of the metrics.",
    labels: { of: ["median", "p99", "most"] },
  },
  pinhole_trace_spans_dropped_total: {
    kind: "counter",
    unit: "1",
    help: "Spans that were not sent: the queue was full, or the collector did not take them.",
    labels: none,
  },
  pinhole_build_info: {
    kind: "gauge",
    unit: "1",
    help: "1, with the version that runs.",
    labels: { version: "version" },
  },
  ...processTable,
} as const satisfies Readonly<Record<string, MetricRow>>;

export type MetricName = keyof typeof metricTable;

/** Names of the metrics of one kind. */
export type NamesOf<K extends MetricKind> = {
  [N in MetricName]: (typeof metricTable)[N]["kind"] extends K ? N : never;
}[MetricName];

/** The labels of a metric, with a value each. */
export type LabelsOf<N extends MetricName> = Readonly<
  Record<keyof (typeof metricTable)[N]["labels"] & string, string>
>;
