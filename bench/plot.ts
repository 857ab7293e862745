import { type Measured, ratio, type RowResult } from "./results.ts";
import { capital, type Report } from "./table.ts";

/** The plot of the README: how each server does beside nginx in the same row. */

const width = 760;
const margin = 24;
const labelWidth = 160;
const barsAt = margin + labelWidth;
const barHeight = 15;
const barGap = 3;
const rowGap = 20;
const titleHeight = 22;
const headHeight = 66;
/** Of a row's longest bar; what is written stands to its right. */
const fullWidth = 310;
const ours = "pinhole";

const style = `
  .ground { fill: #ffffff; stroke: #d1d9e0; }
  text { font: 12px system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif; fill: #59636e; }
  .head { font-size: 15px; font-weight: 600; fill: #1f2328; }
  .title { font-weight: 600; fill: #1f2328; }
  .ours { font-weight: 600; fill: #1f2328; }
  .bar { fill: #afb8c1; }
  .bar.nginx { fill: #d1d9e0; }
  .bar.pinhole { fill: #0969da; }
  .whole { stroke: #d1d9e0; stroke-dasharray: 2 3; }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117; stroke: #3d444d; }
    text { fill: #9198a1; }
    .head, .title, .ours { fill: #f0f6fc; }
    .bar { fill: #656c76; }
    .bar.nginx { fill: #3d444d; }
    .bar.pinhole { fill: #4493f8; }
    .whole { stroke: #3d444d; }
  }`;

/** The rows that compare with nginx, and nginx in each. */
function comparisons({ results }: Report): (readonly [RowResult, Measured])[] {
  return results.flatMap((row) => {
    const nginx = row.measured.find(({ server }) => server.startsWith("nginx"));
    return nginx === undefined ? [] : [[row, nginx] as const];
  });
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function rate(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(1);
}

function textAt(x: number, y: number, words: string, kind = ""): string {
  const named = kind === "" ? "" : ` class="${kind}"`;
  return `<text x="${x}" y="${y}"${named}>${escape(words)}</text>`;
}

/** One server's bar, its name in front and its figures behind. `whole`: how long nginx's is. */
function bar(nginx: Measured, one: Measured, whole: number, y: number): string {
  const share = ratio(one, nginx);
  const isOurs = one.server === ours;
  const kind = isOurs ? "pinhole" : one === nginx ? "nginx" : "other";
  const length = Math.max(1, share * whole);
  const base = y + barHeight - 3;
  return [
    textAt(margin, base, isOurs ? "Pinhole" : one.server, isOurs ? "ours" : ""),
    `<rect class="bar ${kind}" x="${barsAt}" y="${y}" width="${length.toFixed(1)}" height="${barHeight}" rx="2"/>`,
    textAt(
      barsAt + fullWidth + 12,
      base,
      `${share.toFixed(2)} · ${rate(one.median)}/s`,
      isOurs ? "ours" : "",
    ),
  ].join("");
}

/** The picture as SVG, for light and dark screens. */
export function plot(report: Report): string {
  const parts: string[] = [];
  let y = headHeight;
  for (const [row, nginx] of comparisons(report)) {
    const whole = fullWidth / Math.max(...row.measured.map((one) => ratio(one, nginx)));
    parts.push(textAt(margin, y + 12, capital(row.title), "title"));
    y += titleHeight;
    const top = y;
    for (const one of row.measured) {
      parts.push(bar(nginx, one, whole, y));
      y += barHeight + barGap;
    }
    const x = barsAt + whole;
    parts.push(
      `<line class="whole" x1="${x.toFixed(1)}" x2="${x.toFixed(1)}" y1="${top}" y2="${y - barGap}"/>`,
    );
    y += rowGap;
  }
  const words = "Throughput beside nginx: requests a second, as a share of nginx's in the same run";
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${y}" viewBox="0 0 ${width} ${y}" role="img" aria-label="${words}">
<style>${style}
</style>
<rect class="ground" x="0.5" y="0.5" width="${width - 1}" height="${y - 1}" rx="6"/>
${textAt(margin, 30, "Throughput beside nginx", "head")}
${textAt(margin, 49, "Share of nginx's requests a second in the same run; longer is better.")}
${parts.join("\n")}
</svg>
`;
}
