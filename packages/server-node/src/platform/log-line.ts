/**
 * Owns how an error becomes one line of a log: whatever strangers wrote into it, it stays one line and moves no
 * terminal's cursor (X32). What caused it is left out: causes quote what could not be read.
 */
export function logLine(subject: string, error: unknown): string {
  if (!(error instanceof Error)) return escaped(`${subject}: ${String(error)}`);
  const code = "code" in error && typeof error.code === "string" ? ` ${error.code}` : "";
  const frames = (error.stack ?? "").split("\n").filter((line) => /^ {4}at /.test(line));
  const where = frames.length === 0 ? "" : ` (${frames.map((line) => line.trim()).join(" < ")})`;
  return escaped(`${subject}: ${error.name}${code}: ${error.message}${where}`);
}

const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

function escaped(line: string): string {
  return line.replace(CONTROL, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
