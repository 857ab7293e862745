import { isMet, type RowResult, type Verdict } from "./results.ts";
import { capital, number, type Report } from "./table.ts";

/** The figures of a run as Markdown, between two marks: short in the README, with their floors beside the bench. */

const begin = "<!-- Figures: written by `npm run bench:publish` -->";
const end = "<!-- End of the figures -->";
/** The least that `npm run bench` does unless it is told otherwise; less is not to be quoted. */
const fullRun = { rounds: 5, seconds: 4 };

/** The project's README with this report's figures in place of those between its marks. */
export function readmeWith(report: Report, readme: string): string {
  const lines = report.results.flatMap((row) => [
    ...row.verdicts.map((verdict, index) => `| ${titleAt(row, index)} | ${said(verdict)} |`),
    ...failures(row).map((failed) => `|  | ${failed} |`),
  ]);
  return between(readme, report, ["| case | reached |", "|---|---|", ...lines]);
}

/** The bench's own README with this report's figures, each beside its floor and its aim. */
export function benchReadmeWith(report: Report, readme: string): string {
  const lines = report.results.flatMap((row) => [
    ...row.verdicts.map((verdict, index) => floorLine(titleAt(row, index), verdict)),
    ...failures(row).map((failed) => `|  | ${failed} (below) | none |  |`),
  ]);
  return between(readme, report, [
    "| case | reached | floor | aim |",
    "|---|---|---|---|",
    ...lines,
  ]);
}

function between(readme: string, report: Report, table: readonly string[]): string {
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`the README lacks ${begin} or ${end}`);
  const { machine, rounds, seconds } = report;
  const isShort = rounds < fullRun.rounds || seconds < fullRun.seconds;
  const run = `${rounds} ${rounds === 1 ? "round" : "rounds"} of ${seconds} s on ${machine["cpu"] ?? ""}, Node ${machine["node"] ?? ""}, ${machine["nginx"] ?? ""}, ${(machine["date"] ?? "").slice(0, 10)}, commit ${machine["commit"] ?? ""}.`;
  const lines = [
    "",
    ...(isShort ? ["**A short run, to be repeated: no figures to quote.**", ""] : []),
    `${run} Everything on loopback, sharing the processors.`,
    "",
    ...table,
    "",
  ];
  return `${readme.slice(0, from + begin.length)}\n${lines.join("\n")}\n${readme.slice(to)}`;
}

function titleAt(row: RowResult, index: number): string {
  return index === 0 ? capital(row.title) : "";
}

/** The failures of our own server: nothing may fail, in any row. Rows on memory say it by themselves. */
function failures({ measured, verdicts }: RowResult): string[] {
  const faults = measured.find(({ server }) => server === "pinhole")?.faults ?? {};
  const counts = Object.entries(faults).map(([what, count]) => `${count} × ${what}`);
  if (counts.length === 0 || verdicts.some(({ unit }) => unit === "answers")) return [];
  return [`failed: ${counts.join(", ")}`];
}

function value({ unit }: Verdict, figure: number): string {
  return unit === "×" ? number(figure) : `${number(figure)} ${unit}`;
}

function said(verdict: Verdict): string {
  const { what, reached, unit } = verdict;
  const figure = value(verdict, reached);
  return unit === "×" ? `${figure} × ${what}` : `${what} ${figure}`;
}

function floorLine(title: string, verdict: Verdict): string {
  const { floor, aim, goal } = verdict;
  const sign = goal === "least" ? "≥" : "≤";
  const aimed = aim === undefined ? "" : `${sign} ${value(verdict, aim)}`;
  return `| ${title} | ${said(verdict)}${isMet(verdict) ? "" : " (below)"} | ${sign} ${value(verdict, floor)} | ${aimed} |`;
}
