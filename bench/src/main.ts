/**
 * The suite: bundles the programs, runs each case in a process of its own, and ends with the table of goals.
 * `--quick` for under a minute, `G3 G5` for those alone, `--prof` writes CPU profiles to
 * node_modules/.cache/bench-profiles.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { startPostgres } from "../../test/services/start-postgres.ts";
import { bundlePrograms } from "./bundle.ts";
import { CASES } from "./cases.ts";
import { goalTable, isMet, type Verdict } from "./goal.ts";
import { printJson, printMachine } from "./report.ts";

const PROGRAMS = {
  "run-case": new URL("./processes/run-case.ts", import.meta.url),
  "load-clients": new URL("./processes/load-clients.ts", import.meta.url),
  publisher: new URL("./processes/publisher.ts", import.meta.url),
  "read-answer": new URL("./processes/read-answer.ts", import.meta.url),
};

const args = process.argv.slice(2);
const quick = args.includes("--quick");
const asked = args.filter((arg) => !arg.startsWith("--"));
const ids = asked.length === 0 ? Object.keys(CASES) : asked;

printMachine();
const programs = await bundlePrograms(PROGRAMS);
// Of its own, unless one is given: with the settings PostgreSQL comes with, on the disk of the temporary folder.
const givenPostgres = process.env["BENCH_POSTGRES_URL"];
const postgres = givenPostgres === undefined && ids.includes("G11") ? await startPostgres() : null;
const postgresUrl = givenPostgres ?? postgres?.url;
const verdicts: Verdict[] = [];
let failures = 0;
try {
  for (const id of ids) verdicts.push(...(await runCase(id)));
} finally {
  programs.remove();
  await postgres?.stop();
}
console.log(`\nGoals (G2, the cost of React, needs a browser and is not measured here)\n\n${goalTable(verdicts)}`);
printJson(
  "goals",
  verdicts.map((verdict) => ({ ...verdict, met: isMet(verdict) })),
);
if (failures > 0) process.exitCode = 1;

async function runCase(id: string): Promise<readonly Verdict[]> {
  const execArgv = [
    "--expose-gc",
    "--enable-source-maps",
    ...(args.includes("--prof") ? ["--cpu-prof", "--cpu-prof-dir=node_modules/.cache/bench-profiles"] : []),
  ];
  const child = fork(join(programs.folder, "run-case.mjs"), [id, quick ? "quick" : "full"], {
    execArgv,
    env: { ...process.env, ...(postgresUrl !== undefined && { BENCH_POSTGRES_URL: postgresUrl }) },
  });
  const answers = collect(child);
  const [code] = await once(child, "exit");
  if (code === 0) return answers;
  failures += 1;
  console.log(`\n${id} ended with code ${code}: nothing of it was measured`);
  return [];
}

/** What the case says; its process is this project's own. */
function collect(child: ChildProcess): Verdict[] {
  const answers: Verdict[] = [];
  child.on("message", (message) => {
    // CAST: run-case.ts sends its verdicts and nothing else.
    answers.push(...(message as Verdict[]));
  });
  return answers;
}
