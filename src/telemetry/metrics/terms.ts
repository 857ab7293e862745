/** The kinds of metrics, in Prometheus' words. */
export type MetricKind = "counter" | "gauge" | "histogram";

/** A label's values: all of them, or the words for those that the configuration brings. */
type LabelValues = readonly string[] | "channel" | "model" | "route" | "version" | "folder";

/** One metric, as it is made, documented and drawn. */
export interface MetricRow {
  readonly kind: MetricKind;
  readonly help: string;
  /** `1` for what is counted. */
  readonly unit: "seconds" | "bytes" | "usd" | "1";
  readonly labels: Readonly<Record<string, LabelValues>>;
  /** Upper bounds of a histogram's buckets, in its unit. */
  readonly buckets?: readonly number[];
}
