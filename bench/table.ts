import { type Compared, isMet, type Measured, type RowResult } from "./results.ts";

export interface Report {
  readonly machine: Readonly<Record<string, string>>;
  readonly rounds: number;
  /** Length of each measurement. */
  readonly seconds: number;
  readonly results: readonly RowResult[];
}

export function number(value: number): string {
  if (value === 0) return "0";
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? "" : `${Math.round(bytes / 2 ** 20)} MB`;
}

function measuredLine(unit: string, one: Measured): string {
  const spread = one.rounds.length > 1 ? ` (${number(one.min)} to ${number(one.max)})` : "";
  const times = one.p50 === undefined ? "" : `${number(one.p50)} / ${number(one.p99 ?? 0)} ms`;
  const faults = Object.entries(one.faults).map(([words, count]) => `${count} × ${words}`);
  return `| ${one.server} | ${number(one.median)} ${unit}${spread} | ${times} | ${megabytes(one.peakRssBytes)} | ${faults.join("; ") || "none"} |`;
}

/** Words for the ratio to the build before; a loss is one where the whole spread lies below 1. */
function comparedLine({ median, low, high }: Compared): string {
  const verdict = high < 1 ? "slower" : low > 1 ? "faster" : "no difference seen";
  return `- beside the build before: ${median.toFixed(3)} × (${low.toFixed(3)} to ${high.toFixed(3)}): ${verdict}`;
}

/** The whole report as Markdown. */
export function table({ machine, rounds, seconds, results }: Report): string {
  const lines = [
    Object.entries(machine)
      .map(([name, value]) => `${name}: ${value}`)
      .join(" · "),
    `${rounds} rounds of ${seconds} s`,
    "",
  ];
  for (const row of results) {
    const took = row.tookSeconds === undefined ? "" : ` (took ${row.tookSeconds.toFixed(0)} s)`;
    lines.push(`### ${row.id}: ${row.title}${took}`, "");
    lines.push(
      "| server | median (spread) | p50 / p99 | peak RSS | failures |",
      "| --- | --- | --- | --- | --- |",
    );
    lines.push(...row.measured.map((one) => measuredLine(row.unit, one)), "");
    lines.push(
      ...row.verdicts.map((verdict) => {
        const { what, reached, floor, aim, unit, goal } = verdict;
        const sign = goal === "least" ? "≥" : "≤";
        const aimed = aim === undefined ? "" : `, aim ${number(aim)}`;
        return `- ${isMet(verdict) ? "holds" : "BELOW THE FLOOR"}: ${what} ${number(reached)} ${unit} (floor ${sign} ${number(floor)}${aimed})`;
      }),
    );
    if (row.compared !== undefined) lines.push(comparedLine(row.compared));
    lines.push(...row.notes.map((note) => `- note: ${note}`), "");
  }
  return `${lines.join("\n")}\n`;
}
