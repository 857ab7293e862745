import { metricTable } from "../../src/telemetry/metrics/table.ts";
import type { MetricRow } from "../../src/telemetry/metrics/terms.ts";
import { code, page, table, type Page } from "./markdown.ts";

const rows: readonly (readonly [string, MetricRow])[] = Object.entries(metricTable);

/** The words for label values that the configuration brings. */
const valueWords = {
  channel: "ids of channels",
  model: "names that are served, or `other`",
  route: "as declared, or `other`",
  version: "the version",
  folder: "`data`, `images`",
} as const;

/** Lists longer than this are named, not written. */
const listedMax = 8;

function labelsOf({ labels }: MetricRow): string {
  return Object.entries(labels)
    .map(([name, values]) => {
      if (typeof values === "string") return `${code(name)}: ${valueWords[values]}`;
      const isLong = values.length > listedMax;
      return `${code(name)}: ${isLong ? "rows of [the table of errors](errors.md)" : values.map(code).join(", ")}`;
    })
    .join("; ");
}

/** docs/metrics.md. */
export function metricsPage(): Page {
  return page("docs/metrics.md", "`src/telemetry/metrics/table.ts`", [
    "# Metrics",
    "Off by default. `metrics.listen: 127.0.0.1:9464` serves `GET /metrics` on an address of its own, best one that only the " +
      "monitoring reaches. `metrics.token` serves it on the gateway's own address, to whoever sends " +
      "`Authorization: Bearer <token>`; other callers get a 401. With both, both addresses ask for the token.",
    "```yaml\nmetrics: { listen: 127.0.0.1:9464 }\n```",
    "```yaml\nscrape_configs:\n  - job_name: pinhole\n    static_configs: [{ targets: [127.0.0.1:9464] }]\n```",
    "Labels come from the catalogue, the table of errors and the list of routes, never from what a client or an upstream " +
      "says: a model that is not served is `other`. 50 channels with 20 models are at most 5,000 series; beyond 250 channels, " +
      "250 models or 2,500 pairs of them the rest is `other`. Each node tells its own figures; sum them.",
    "A dashboard for Grafana and alert rules for Prometheus are in [`deploy/`](../deploy); a test checks that every metric and label in them exists.",
    "## All metrics",
    table(
      ["metric", "kind", "unit", "labels", "meaning"],
      rows.map(([name, row]) => [code(name), row.kind, row.unit, labelsOf(row), row.help]),
    ),
  ]);
}
