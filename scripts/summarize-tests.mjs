// Prints `N passed, N failed, N skipped` from the JSON report of a Vitest run: node scripts/summarize-tests.mjs report.json
// A test file that failed before its tests could run has no failed test in the report; it counts as one.
// So does, with `--failed`, a run that failed although no test did: an error that nobody caught, a worker that died.
import { readFileSync } from "node:fs";

const report = JSON.parse(readFileSync(process.argv[2], "utf8"));
const brokenFiles = report.testResults.filter(
  (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
);
const leastFailed = process.argv.includes("--failed") ? 1 : 0;
const failed = Math.max(report.numFailedTests + brokenFiles.length, leastFailed);
console.log(
  `${report.numPassedTests} passed, ${failed} failed, ${report.numPendingTests + report.numTodoTests} skipped`,
);
