/**
 * Owns a conversation as a document: what people and models said, as JSON and as Markdown. It is made of the session's
 * public JSON (transport/http/snapshot-json.ts), so that it holds nothing a reader of the session could not see.
 */
import type { JsonObject, JsonValue } from "@sessionstream/protocol";

interface TranscriptMessage {
  readonly id: string;
  /** `user`, `assistant`, or whatever the backend calls it. */
  readonly role: string;
  /** ISO 8601. */
  readonly at: string;
  readonly text: string;
  /** Of an answer: `thinking` is what a model said to itself. */
  readonly segment: string;
  readonly status: string;
}

interface TranscriptTool {
  readonly id: string;
  readonly tool: string;
  readonly at: string;
  readonly input: string;
  /** `""` as long as there is none. */
  readonly result: string;
  readonly status: string;
}

type TranscriptEntry =
  | ({ readonly type: "message" } & TranscriptMessage)
  | ({ readonly type: "tool" } & TranscriptTool);

export interface Transcript {
  readonly session: string;
  readonly epoch: string;
  /** The last event it covers. */
  readonly ordinal: string;
  readonly entries: readonly TranscriptEntry[];
}

/** `snapshot`: a session's public JSON. */
export function transcriptOf(snapshot: JsonObject): Transcript {
  const entities = list(snapshot["entities"]);
  const results = new Map(
    entities
      .filter(({ kind }) => kind === "ChatToolResult")
      .map(({ payload }) => [text(payload, "toolCallId"), payload]),
  );
  return {
    session: text(snapshot, "sessionId"),
    epoch: text(snapshot, "epoch"),
    ordinal: text(snapshot, "snapshotOrdinal"),
    entries: entities.flatMap((entity) => entryOf(entity, results)),
  };
}

interface Entity {
  readonly kind: string;
  readonly id: string;
  readonly createdAt: number;
  readonly payload: JsonObject;
}

function entryOf(
  { kind, id, createdAt, payload }: Entity,
  results: ReadonlyMap<string, JsonObject>,
): TranscriptEntry[] {
  const at = new Date(createdAt).toISOString();
  const status = text(payload, "status");
  if (kind === "ChatMessage") {
    const said = text(payload, "content") || text(payload, "text") || text(payload, "prompt");
    const segment = text(payload, "segmentType");
    return [{ type: "message", id, role: text(payload, "role"), at, text: said, segment, status }];
  }
  if (kind !== "ChatToolCall") return [];
  const call = text(payload, "toolCallId");
  const result = text(results.get(call) ?? {}, "result");
  return [{ type: "tool", id, tool: text(payload, "toolName"), at, input: text(payload, "input"), result, status }];
}

/** What need not be said: it was sent, or came to its end. */
const AS_EXPECTED: ReadonlySet<string> = new Set(["", "accepted", "finished", "completed"]);

export function markdownOf({ session, ordinal, entries }: Transcript): string {
  return `${[`# Session ${session}`, `Up to event ${ordinal}.`, ...entries.map(sectionOf)].join("\n\n")}\n`;
}

function sectionOf(entry: TranscriptEntry): string {
  const note = AS_EXPECTED.has(entry.status) ? "" : ` (${entry.status})`;
  if (entry.type === "message") {
    const who = entry.segment === "" || entry.segment === "text" ? entry.role : `${entry.role}, ${entry.segment}`;
    return `## ${who} · ${entry.at}${note}\n\n${entry.text}`;
  }
  const result = entry.result === "" ? [] : ["", "Result:", "", fenced(entry.result)];
  return [`## tool ${entry.tool} · ${entry.at}${note}`, "", fenced(entry.input), ...result].join("\n");
}

/** No text closes a fence that is longer than every run of backticks in it. */
function fenced(content: string): string {
  const longest = Math.max(2, ...[...content.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${content}\n${fence}`;
}

function list(value: JsonValue | undefined): readonly Entity[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isJsonObject).map((entity) => {
    const { createdAt, payload } = entity;
    return {
      kind: text(entity, "kind"),
      id: text(entity, "id"),
      createdAt: typeof createdAt === "number" ? createdAt : 0,
      payload: isJsonObject(payload) ? payload : {},
    };
  });
}

function text(of: JsonObject, field: string): string {
  const value = of[field];
  return typeof value === "string" ? value : "";
}

function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
