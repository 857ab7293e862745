// Prints "passed failed skipped" from vitest's JSON report. Usage: counts.mjs REPORT EXIT_STATUS
import { readFileSync } from "node:fs";

const [path, status] = process.argv.slice(2);
const report = JSON.parse(readFileSync(path, "utf8"));
// A file that could not be loaded has no tests that failed; it is a failure all the same.
const broken = report.testResults.filter(
  (file) =>
    file.status === "failed" && !file.assertionResults.some((one) => one.status === "failed"),
).length;
let failed = report.numFailedTests + broken;
// An unhandled rejection fails the run without failing a test.
if (failed === 0 && status !== "0") failed = 1;
console.log(report.numPassedTests, failed, report.numPendingTests + report.numTodoTests);
