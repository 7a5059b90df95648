import { cpus } from "node:os";
import type { Comparison, Spread, VariantResult } from "./measure.ts";

/** Owns how results are printed: a table for people, JSON lines for machines. */
function figure({ median, low, high }: Spread): string {
  return `${median.toFixed(2)} [${low.toFixed(2)}–${high.toFixed(2)}]`;
}

export function printComparison(comparison: Comparison, results: readonly VariantResult[]): void {
  const { id, title, operation, operations, rounds } = comparison;
  console.log(`\n${id}  ${title}`);
  console.log(`    µs per ${operation}; ${operations} a round, median [low–high] of ${rounds} rounds`);
  const rows = results.map(({ variant, cpu, wall, ratio }) => [
    variant,
    figure(cpu),
    figure(wall),
    `× ${figure(ratio)}`,
  ]);
  printRows([["", "cpu", "wall", "cpu to bound"], ...rows]);
  printJson(id, { title, operation, operations, rounds, results });
}

export function printFacts(id: string, title: string, facts: Readonly<Record<string, string | number>>): void {
  console.log(`\n${id}  ${title}`);
  printRows(Object.entries(facts).map(([name, value]) => [name, typeof value === "number" ? rounded(value) : value]));
  printJson(id, { title, ...facts });
}

function printRows(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows) {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    console.log(`    ${cells.join("   ")}`);
  }
}

function rounded(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString("en") : value.toFixed(2);
}

export function printJson(id: string, data: unknown): void {
  console.log(`JSON ${JSON.stringify({ id, data })}`);
}

export function printMachine(): void {
  const [cpu] = cpus();
  const model = cpu?.model ?? "unknown cpu";
  console.log(`node ${process.version}, ${process.platform} ${process.arch}, ${cpus().length} × ${model}`);
}
