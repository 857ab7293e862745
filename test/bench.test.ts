import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { plot } from "../bench/plot.ts";
import { compareBuilds, type Measured } from "../bench/results.ts";
import { benchReadmeWith, readmeWith } from "../bench/summary.ts";
import { type Report, table } from "../bench/table.ts";

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

function measured(server: string, rounds: readonly number[]): Measured {
  return { server, rounds, median: 0, min: 0, max: 0, faults: {} };
}

test("two builds are compared round by round, the lowest and the highest ratio left out", () => {
  const before = measured("before", [100, 200, 100, 200, 100, 200, 100, 200, 100, 200]);
  const after = measured("after", [90, 10, 92, 186, 94, 190, 96, 194, 98, 400]);
  const { compared } = compareBuilds(after, before);
  expect(compared?.median).toBeCloseTo(0.945);
  expect(compared?.low).toBeCloseTo(0.9);
  expect(compared?.high).toBeCloseTo(0.98);
  expect(compareBuilds(after, undefined)).toEqual({});
});

test.each([
  [{ median: 0.95, low: 0.93, high: 0.99 }, "0.950 × (0.930 to 0.990): slower"],
  [{ median: 0.99, low: 0.93, high: 1.02 }, "0.990 × (0.930 to 1.020): no difference seen"],
  [{ median: 1.2, low: 1.1, high: 1.3 }, "1.200 × (1.100 to 1.300): faster"],
])("the table says of %j what it means", (compared, words) => {
  const row = { id: "small", title: "small", unit: "/s", measured: [], verdicts: [], notes: [] };
  const report = { machine: {}, rounds: 10, seconds: 4, results: [{ ...row, compared }] };
  expect(table(report)).toContain(`beside the build before: ${words}`);
});
