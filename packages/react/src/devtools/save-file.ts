/** Owns handing plain JSON to the reader as a file, in the form they ask for. */
import { toYaml } from "./to-yaml.ts";

export type ExportFormat = "json" | "yaml";

function formatted(value: unknown, format: ExportFormat): string {
  return format === "json" ? `${JSON.stringify(value, null, 2)}\n` : toYaml(value);
}

/** `name`: without its ending. What no file name may hold becomes a dash. */
export function saveFile(name: string, value: unknown, format: ExportFormat): void {
  const type = format === "json" ? "application/json" : "application/yaml";
  const address = URL.createObjectURL(new Blob([formatted(value, format)], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `${name.replace(/[^\w.-]+/g, "-")}.${format}`;
  link.click();
  URL.revokeObjectURL(address);
}
