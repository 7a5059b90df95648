/** One case in a process of its own: a heap and compiled code that no other case has touched. */
import { CASES } from "../cases.ts";
import { sayAndEnd } from "../run-process.ts";

const [id = "", speed] = process.argv.slice(2);
const load = CASES[id];
if (load === undefined) throw new Error(`There is no case "${id}": use one of ${Object.keys(CASES).join(", ")}`);
const quick = speed === "quick";
const bench = await load();
const verdicts = await bench.run({ quick, pick: (full, short) => (quick ? short : full) });
sayAndEnd(verdicts);
