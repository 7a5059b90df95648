/** Owns telling where a fence of code begins and ends, line by line. */
// A line may end in "\r", which a dot leaves out.
const FENCE = /^ {0,3}(`{3,}|~{3,})(.*)$/s;

/** @returns the marks it was opened with. */
export function openedFence(line: string): string | null {
  const [, marks, info] = FENCE.exec(line) ?? [];
  if (marks === undefined) return null;
  // Backticks after backticks are inline code.
  return marks.startsWith("`") && info?.includes("`") ? null : marks;
}

export function closesFence(line: string, fence: string): boolean {
  const marks = FENCE.exec(line)?.[1];
  return marks !== undefined && marks[0] === fence[0] && marks.length >= fence.length && line.trim() === marks;
}
