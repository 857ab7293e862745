import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { metricTable } from "../../src/telemetry/metrics/table.ts";
import type { MetricRow } from "../../src/telemetry/metrics/terms.ts";
import { namesIn, type Selector } from "./promql.ts";

const folder = join(import.meta.dirname, "../../deploy");
const read = (name: string): string => readFileSync(join(folder, name), "utf8");

const dashboard = z
  .object({
    templating: z.object({ list: z.array(z.object({ name: z.string(), query: z.string() })) }),
    panels: z.array(
      z.object({
        id: z.number(),
        title: z.string(),
        targets: z.array(z.object({ expr: z.string(), legendFormat: z.string() })).default([]),
      }),
    ),
  })
  .parse(JSON.parse(read("grafana-dashboard.json")));
const rules = z
  .object({
    groups: z.array(
      z.object({
        rules: z.array(
          z.object({
            alert: z.string().regex(/^Pinhole\w+$/),
            expr: z.string(),
            labels: z.object({ severity: z.enum(["info", "warning", "critical"]) }),
            annotations: z.object({ summary: z.string(), description: z.string() }),
          }),
        ),
      }),
    ),
  })
  .parse(parse(read("prometheus-rules.yaml")))
  .groups.flatMap((group) => group.rules);

/** Labels that Prometheus adds to all that it reads, and `le` of buckets. */
const added = ["job", "instance"];
const rows: ReadonlyMap<string, MetricRow> = new Map(Object.entries(metricTable));

/** A metric's row by a name under which Prometheus knows it, with the labels that it has there. */
function rowOf(name: string): { readonly row: MetricRow; readonly labels: string[] } | undefined {
  const [, metric = name, ending] = /^(.*)_(bucket|sum|count)$/.exec(name) ?? [];
  const row = rows.get(metric);
  const isWhole = row?.kind === "histogram" ? ending !== undefined : metric === name;
  if (row === undefined || !isWhole) return undefined;
  const own = ending === "bucket" ? ["le"] : [];
  return { row, labels: [...Object.keys(row.labels), ...own, ...added] };
}

function faultsOfSelector({ metric, matchers }: Selector): string[] {
  // A word of Prometheus itself.
  if (metric === "up") return [];
  const known = rowOf(metric);
  if (known === undefined) return [`there is no metric ${metric}`];
  return matchers.flatMap(({ label, isPattern, value }) => {
    if (!known.labels.includes(label)) return [`${metric} has no label ${label}`];
    const values = known.row.labels[label];
    if (values === undefined || typeof values === "string") return [];
    const asked = isPattern ? value.split("|") : [value];
    return asked
      .filter((one) => !values.includes(one))
      .map((one) => `${metric}: ${label} is never ${one}`);
  });
}

/** The mistakes of an expression, and of the labels that the words beside it show. */
function faultsOf(expression: string, shown: readonly string[] = []): string[] {
  const { selectors, groupings } = namesIn(expression);
  const labels = new Set(selectors.flatMap(({ metric }) => rowOf(metric)?.labels ?? []));
  const unknown = [...groupings, ...shown].filter((label) => !labels.has(label));
  const isGrouped = groupings.length > 0;
  const lost = isGrouped ? shown.filter((label) => !groupings.includes(label)) : [];
  return [
    ...(selectors.length === 0 ? ["it names no metric"] : []),
    ...selectors.flatMap(faultsOfSelector),
    ...unknown.map((label) => `no metric of it has the label ${label}`),
    ...lost.map((label) => `the label ${label} is grouped away`),
  ];
}

describe("the dashboard", () => {
  const targets = dashboard.panels.flatMap(({ title, targets: all }) =>
    all.map((target) => ({ title, ...target })),
  );

  test.each(targets)("$title: $expr", ({ expr, legendFormat }) => {
    const shown = [...legendFormat.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, label = ""]) => label);
    expect(faultsOf(expr, shown)).toEqual([]);
  });

  test("shows every metric, and each panel once", () => {
    const named = new Set(
      targets
        .flatMap(({ expr }) => namesIn(expr).selectors)
        .map(({ metric }) => metric.replace(/_(bucket|sum|count)$/, "")),
    );
    expect([...rows.keys()].filter((name) => !named.has(name))).toEqual([]);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    for (const { query } of dashboard.templating.list) {
      const [, metric, label] = /^label_values\((\w+)(?:\{.*\})?, (\w+)\)$/.exec(query) ?? [];
      if (metric === undefined) expect(query).toBe("prometheus");
      else expect(rowOf(metric)?.labels).toContain(label);
    }
  });
});

describe("the alert rules", () => {
  test.each(rules)("$alert", ({ expr, annotations }) => {
    const words = Object.values(annotations).join(" ");
    const shown = [...words.matchAll(/\$labels\.(\w+)/g)].map(([, label = ""]) => label);
    const { groupings } = namesIn(expr);
    // A label of a series that is grouped has to be among those that stay.
    expect(faultsOf(expr, groupings.length === 0 ? shown : [])).toEqual([]);
    for (const label of groupings.length === 0 ? [] : shown) expect(groupings).toContain(label);
  });

  test("have names of their own", () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    expect(rules.length).toBeGreaterThan(10);
  });
});

describe("the check itself", () => {
  test.each([
    ["sum(pinhole_requests)", "there is no metric pinhole_requests"],
    ["rate(pinhole_request_duration_seconds[5m])", "there is no metric"],
    ['sum(pinhole_channel_state{modell="a"})', "has no label modell"],
    ['pinhole_requests_total{outcome="lost"}', "outcome is never lost"],
    ['pinhole_requests_total{outcome=~"failed|los"}', "outcome is never los"],
    ["sum by (nothing) (pinhole_holds_open)", "no metric of it has the label nothing"],
    ["1 + 1", "it names no metric"],
  ])("finds what is wrong with %s", (expression, words) => {
    expect(faultsOf(expression).join("; ")).toContain(words);
  });

  test("finds labels that a legend shows and that are grouped away", () => {
    const grouped = faultsOf("sum by (book) (pinhole_spend_usd_total)", ["model"]);
    expect(grouped).toEqual(["the label model is grouped away"]);
    expect(() => namesIn("sum(pinhole_holds_open) ; drop")).toThrow("no expression");
  });
});
