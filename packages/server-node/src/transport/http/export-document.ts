/**
 * Owns a session as a file to keep: its transcript as JSON or Markdown, or its entities line by line. All of it is what
 * the snapshot over HTTP has, public and redacted; whole logs are exported on the server's own side (`operate`).
 */
import { type JsonObject, SessionStreamError } from "@sessionstream/protocol";
import { markdownOf, transcriptOf } from "../../operate/transcript.ts";

export interface ExportDocument {
  readonly text: string;
  readonly contentType: string;
  readonly fileName: string;
}

const FORMATS = ["json", "markdown", "jsonl"] as const;
export type ExportFormat = (typeof FORMATS)[number];

/** @throws bad_request */
export function readExportFormat(asked: string | null): ExportFormat {
  const format = FORMATS.find((known) => known === (asked ?? "json"));
  if (format === undefined) throw new SessionStreamError("bad_request", '"format" is "json", "markdown" or "jsonl".');
  return format;
}

/** `snapshotText`: the session's public JSON. */
export function exportDocument(format: ExportFormat, session: string, snapshotText: string): ExportDocument {
  // CAST: this server's own encoder wrote it, as one object.
  const snapshot = JSON.parse(snapshotText) as JsonObject;
  switch (format) {
    case "json":
      return {
        text: JSON.stringify(transcriptOf(snapshot)),
        contentType: "application/json",
        fileName: `${session}.json`,
      };
    case "markdown":
      return { text: markdownOf(transcriptOf(snapshot)), contentType: "text/markdown", fileName: `${session}.md` };
    case "jsonl":
      return { text: lines(snapshot), contentType: "application/x-ndjson", fileName: `${session}.jsonl` };
  }
}

function lines({ entities, ...head }: JsonObject): string {
  const rows = Array.isArray(entities) ? entities : [];
  return [head, ...rows].map((row) => `${JSON.stringify(row)}\n`).join("");
}
