import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { plot } from "../bench/plot.ts";
import { benchReadmeWith, readmeWith } from "../bench/summary.ts";
import type { Report } from "../bench/table.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");
// A file that `npm run bench` has written.
const published = JSON.parse(read("bench/results/published.json")) as Report;

test("the figures of both READMEs and the picture are those of the published run: npm run bench:publish writes them", () => {
  const readme = read("README.md");
  expect(readmeWith(published, readme)).toBe(readme);
  const benchReadme = read("bench/README.md");
  expect(benchReadmeWith(published, benchReadme)).toBe(benchReadme);
  expect(read("docs/images/bench.svg")).toBe(plot(published));
});
