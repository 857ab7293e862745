import { isMet, type RowResult, type Verdict } from "./results.ts";
import { capital, number, type Report } from "./table.ts";

/** The README's figures: a line for each goal, between two marks. */

const begin = "<!-- Figures: written by `npm run bench:publish` -->";
const end = "<!-- End of the figures -->";
/** What `npm run bench` does unless it is told otherwise; less is not to be quoted. */
const fullRun = { rounds: 5, seconds: 4 };

/** The README with this report's figures in place of those between its marks. */
export function readmeWith(report: Report, readme: string): string {
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`the README lacks ${begin} or ${end}`);
  return `${readme.slice(0, from + begin.length)}\n${figures(report)}\n${readme.slice(to)}`;
}

function figures(report: Report): string {
  const { machine, rounds, seconds, results } = report;
  const isShort = rounds < fullRun.rounds || seconds < fullRun.seconds;
  const run = `${rounds} ${rounds === 1 ? "round" : "rounds"} of ${seconds} s on ${machine["cpu"] ?? ""}, Node ${machine["node"] ?? ""}, ${machine["nginx"] ?? ""}, ${(machine["date"] ?? "").slice(0, 10)}, commit ${machine["commit"] ?? ""}.`;
  return [
    "",
    ...(isShort ? ["**A short run, to be repeated: no figures to quote.**", ""] : []),
    `${run} Everything on loopback, sharing the processors.`,
    "",
    "| case | reached | must | aim |",
    "|---|---|---|---|",
    ...results.flatMap((row) => [
      ...row.verdicts.map((verdict, index) => line(index === 0 ? capital(row.title) : "", verdict)),
      ...failures(row),
    ]),
    "",
  ].join("\n");
}

/** What failed of ours: nothing may, in any row. Rows on memory say it by themselves. */
function failures({ measured, verdicts }: RowResult): string[] {
  const faults = measured.find(({ server }) => server === "pinhole")?.faults ?? {};
  const said = Object.entries(faults).map(([what, count]) => `${count} × ${what}`);
  if (said.length === 0 || verdicts.some(({ unit }) => unit === "answers")) return [];
  return [`|  | failed: ${said.join(", ")} (missed) | none |  |`];
}

function line(title: string, verdict: Verdict): string {
  const { what, reached, must, aim, unit, goal } = verdict;
  const value = (figure: number): string =>
    unit === "×" ? number(figure) : `${number(figure)} ${unit}`;
  const sign = goal === "least" ? "≥" : "≤";
  const said = unit === "×" ? `${value(reached)} × ${what}` : `${what} ${value(reached)}`;
  const aimed = aim === undefined ? "" : `${sign} ${value(aim)}`;
  return `| ${title} | ${said}${isMet(verdict) ? "" : " (missed)"} | ${sign} ${value(must)} | ${aimed} |`;
}
