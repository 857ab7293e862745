import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { plot } from "./plot.ts";
import { rows } from "./rows/index.ts";
import { benchReadmeWith, readmeWith } from "./summary.ts";
import type { Report } from "./table.ts";

/** `npm run bench:publish [results.json]`: puts a run's figures into the two READMEs and the picture. */

const project = fileURLToPath(new URL("..", import.meta.url));
const [, , from = join(project, "bench/results/last.json")] = process.argv;
const published = join(project, "bench/results/published.json");

// A file that `npm run bench` has written.
const report = JSON.parse(readFileSync(from, "utf8")) as Report;
if (report.results.some(({ compared }) => compared !== undefined))
  throw new Error(`${from} compares two builds; publish a run without PINHOLE_BENCH_BEFORE`);
mkdirSync(dirname(published), { recursive: true });
if (from !== published) copyFileSync(from, published);
spawnSync("oxfmt", [published], { stdio: "inherit" });

const missing = rows.filter(({ id }) => report.results.every((row) => row.id !== id));
if (missing.length > 0)
  process.stderr.write(`not in ${from}: ${missing.map(({ id }) => id).join(", ")}\n`);

const picture = join(project, "docs/images/bench.svg");
mkdirSync(dirname(picture), { recursive: true });
writeFileSync(picture, plot(report));
const readme = join(project, "README.md");
writeFileSync(readme, readmeWith(report, readFileSync(readme, "utf8")));
const benchReadme = join(project, "bench/README.md");
writeFileSync(benchReadme, benchReadmeWith(report, readFileSync(benchReadme, "utf8")));
