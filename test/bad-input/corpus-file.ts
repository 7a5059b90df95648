/**
 * Owns what a file of the corpus is. One file is one bad input, the code it has to be answered with, and what becomes of
 * whoever sent it; `why` says what is wrong with it. Long inputs are written as what they are made of.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export interface CorpusFile {
  readonly name: string;
  readonly why: string;
  /** Folder, and who plays it. */
  readonly to: string;
  readonly input: unknown;
  /** Code, diagnostic or HTTP status it is answered with; `null`: with none. */
  readonly code: string | number | null;
  readonly then: string;
}

const FOLDER = resolve(fileURLToPath(import.meta.url), "../corpus");

export function readCorpus(): readonly CorpusFile[] {
  return readdirSync(FOLDER)
    .sort()
    .flatMap((to) =>
      readdirSync(join(FOLDER, to))
        .sort()
        .map((file) => {
          // CAST: bad-input.test.ts checks that every file has these fields.
          const written = JSON.parse(readFileSync(join(FOLDER, to, file), "utf8")) as Omit<CorpusFile, "name">;
          return { ...written, name: file.replace(/\.json$/, "") };
        }),
    );
}

type Written = Readonly<Record<string, unknown>>;

function isWritten(value: unknown): value is Written {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The input as it is sent: text, or bytes where it is no text. Anything without a `$` word is sent as its JSON. */
export function spelled(input: unknown): string | Buffer {
  if (typeof input === "string") return input;
  const [word = "", parts] = isWritten(input) ? (Object.entries(input)[0] ?? []) : [];
  // CAST: the corpus is ours; a word has the parts its case reads.
  const of = parts as readonly [string, string, ...unknown[]];
  switch (word) {
    case "$base64":
      return Buffer.from(String(parts), "base64");
    case "$bytes":
      return Buffer.from(String(parts), "hex");
    case "$text":
      return String(parts);
    // prefix, unit, times, suffix
    case "$repeat":
      return of[0] + of[1].repeat(Number(of[2])) + of[3];
    // open, core, close, times
    case "$nest":
      return of[0].repeat(Number(of[3])) + of[1] + String(of[2]).repeat(Number(of[3]));
    // prefix, open, close, times, suffix
    case "$deep":
      return of[0] + of[1].repeat(Number(of[3])) + String(of[2]).repeat(Number(of[3])) + of[4];
    // prefix, suffix, count
    case "$keys":
      return of[0] + Array.from({ length: Number(of[2]) }, (_, at) => `"k${at}":0`).join(",") + of[1];
    default:
      return JSON.stringify(input);
  }
}

/** Several frames where one is not yet bad. */
export function spelledFrames(input: unknown): readonly (string | Buffer)[] {
  const times = isWritten(input) ? input["$times"] : undefined;
  if (!Array.isArray(times)) return [spelled(input)];
  return Array.from({ length: Number(times[1]) }, () => spelled(times[0]));
}

export function fields(input: unknown): Written {
  if (isWritten(input)) return input;
  throw new Error("this input has fields");
}
