/**
 * Owns the lines of an exported log: one JSON object each, a header first and an end last, so that a file that was cut
 * short is known to be. Texts travel as they are stored.
 */
import { type JsonObject, type JsonValue, parseOrdinal, SessionStreamError } from "@sessionstream/protocol";
import type { SessionHead, SessionKey, StoredEntity, StoredEvent } from "../storage/contract.ts";

export interface ExportHeader {
  readonly type: "header";
  readonly format: "sessionstream-log";
  readonly version: 1;
  readonly tenant: string;
  readonly session: string;
  readonly epoch: string;
  readonly ordinal: bigint;
  /** Events up to here were not kept; `base` lines say what was there. */
  readonly floor: bigint;
}

export type ExportLine =
  | ExportHeader
  | { readonly type: "base"; readonly entity: StoredEntity }
  | { readonly type: "event"; readonly event: StoredEvent }
  | { readonly type: "entity"; readonly entity: StoredEntity }
  | { readonly type: "end"; readonly lines: number };

export function headerOf({ tenant, session }: SessionKey, { epoch, ordinal, floor }: SessionHead): ExportHeader {
  return { type: "header", format: "sessionstream-log", version: 1, tenant, session, epoch, ordinal, floor };
}

export function writeLine(line: ExportLine): string {
  return JSON.stringify(line, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value));
}

/** `number`: of the line, from 1. @throws bad_request */
export function readLine(text: string, number: number): ExportLine {
  const fields = fieldsOf(parse(text, number), number);
  const type = fields.text("type");
  switch (type) {
    case "header": {
      const known = fields.text("format") === "sessionstream-log" && fields.number("version") === 1;
      if (!known) throw bad(number, "this is no export that this version reads");
      const session = { tenant: fields.text("tenant"), session: fields.text("session") };
      const [epoch, ordinal, floor] = [fields.text("epoch"), fields.ordinal("ordinal"), fields.ordinal("floor")];
      return { type, format: "sessionstream-log", version: 1, ...session, epoch, ordinal, floor };
    }
    case "event":
      return { type, event: eventOf(fields.inner("event")) };
    case "base":
    case "entity":
      return { type, entity: entityOf(fields.inner("entity")) };
    case "end":
      return { type, lines: fields.number("lines") };
    default:
      throw bad(number, `there are no lines of the type "${type}"`);
  }
}

function eventOf(fields: Fields): StoredEvent {
  const commandId = fields.optionalText("commandId");
  const skippedBy = fields.optionalTexts("skippedBy");
  return {
    ordinal: fields.ordinal("ordinal"),
    id: fields.text("id"),
    at: fields.number("at"),
    name: fields.text("name"),
    payload: fields.text("payload"),
    ...(commandId !== undefined && { commandId }),
    ...(skippedBy !== undefined && { skippedBy }),
  };
}

function entityOf(fields: Fields): StoredEntity {
  const commandId = fields.optionalText("commandId");
  return {
    kind: fields.text("kind"),
    id: fields.text("id"),
    createdOrdinal: fields.ordinal("createdOrdinal"),
    createdIndex: fields.number("createdIndex"),
    lastEventOrdinal: fields.ordinal("lastEventOrdinal"),
    createdAt: fields.number("createdAt"),
    updatedAt: fields.number("updatedAt"),
    ...(commandId !== undefined && { commandId }),
    open: fields.flag("open"),
    removed: fields.flag("removed"),
    payload: fields.text("payload"),
  };
}

interface Fields {
  text(name: string): string;
  number(name: string): number;
  ordinal(name: string): bigint;
  flag(name: string): boolean;
  optionalText(name: string): string | undefined;
  optionalTexts(name: string): readonly string[] | undefined;
  inner(name: string): Fields;
}

function fieldsOf(value: JsonValue, number: number): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw bad(number, "it is no JSON object");
  const object: JsonObject = value;
  function field(name: string): JsonValue | undefined {
    return Object.hasOwn(object, name) ? object[name] : undefined;
  }
  function wrong(name: string): never {
    throw bad(number, `"${name}" is missing, or not what it should be`);
  }
  return {
    text(name) {
      const found = field(name);
      return typeof found === "string" && !/\p{Surrogate}/u.test(found) && !found.includes("\0") ? found : wrong(name);
    },
    number(name) {
      const found = field(name);
      return typeof found === "number" ? found : wrong(name);
    },
    ordinal(name) {
      const found = field(name);
      return (typeof found === "string" ? parseOrdinal(found) : null) ?? wrong(name);
    },
    flag(name) {
      const found = field(name);
      return typeof found === "boolean" ? found : wrong(name);
    },
    optionalText(name) {
      return field(name) === undefined ? undefined : this.text(name);
    },
    optionalTexts(name) {
      const found = field(name);
      if (found === undefined) return undefined;
      return Array.isArray(found) && found.every((item) => typeof item === "string") ? found : wrong(name);
    },
    inner(name) {
      return fieldsOf(field(name) ?? null, number);
    },
  };
}

function parse(text: string, number: number): JsonValue {
  try {
    // CAST: what JSON.parse gives is JSON.
    return JSON.parse(text) as JsonValue;
  } catch {
    throw bad(number, "it is no JSON");
  }
}

export function bad(number: number, problem: string): SessionStreamError {
  return new SessionStreamError("bad_request", `Line ${number} cannot be imported: ${problem}.`);
}
