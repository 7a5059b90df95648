/** Owns what a measured goal is, and the table that ends a run. */
export interface Verdict {
  /** G1 … G11. */
  readonly goal: string;
  readonly what: string;
  readonly measured: number;
  readonly limit: number;
  /** Whether `measured` must stay below `limit` or reach it. */
  readonly must: "at most" | "at least";
  readonly unit: "×" | "ms" | "kB";
}

export function atMost(
  goal: string,
  what: string,
  measured: number,
  limit: number,
  unit: Verdict["unit"] = "×",
): Verdict {
  return { goal, what, measured, limit, must: "at most", unit };
}

export function atLeast(goal: string, what: string, measured: number, limit: number): Verdict {
  return { goal, what, measured, limit, must: "at least", unit: "×" };
}

export function isMet({ measured, limit, must }: Verdict): boolean {
  return must === "at most" ? measured <= limit : measured >= limit;
}

export function goalTable(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map((verdict) => {
    const { goal, what, measured, limit, must, unit } = verdict;
    const sign = must === "at most" ? "≤" : "≥";
    return [
      goal,
      what,
      `${sign} ${limit} ${unit}`,
      `${measured.toFixed(2)} ${unit}`,
      isMet(verdict) ? "met" : "NOT MET",
    ];
  });
  const table = [["goal", "what", "limit", "measured", ""], ...rows];
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
