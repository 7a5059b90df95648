/**
 * The client of a reference server, as strict as that one's schema: a frame, a field or a form of an ordinal that the
 * reference does not have ends it. It holds messages as its own reducers make them: snapshot, then events by name.
 */
import { once } from "node:events";
import type { JsonObject } from "@sessionstream/protocol";
import { WebSocket } from "ws";

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  hello: ["connectionId"],
  snapshot: ["sessionId", "snapshotOrdinal", "entities"],
  subscribed: ["sessionId", "sinceSnapshotOrdinal"],
  unsubscribed: ["sessionId"],
  uiEvent: ["sessionId", "eventOrdinal", "name", "payload"],
  error: ["code", "message", "sessionId", "detail"],
  ping: ["nonce"],
  pong: ["nonce"],
};
const ENTITY_FIELDS = ["kind", "id", "createdOrdinal", "lastEventOrdinal", "tombstone", "payload"];
const KINDS = ["ChatMessage", "ChatToolCall", "ChatToolResult"];
const ORDINAL = /^(0|[1-9][0-9]*)$/;

export interface ReferenceMessage {
  readonly role: string;
  readonly content: string;
}

export class StrictReferenceClient implements AsyncDisposable {
  /** By id, in the order in which they came up. */
  readonly messages = new Map<string, ReferenceMessage>();
  /** What each frame was, events by name. */
  readonly seen: string[] = [];
  /** `since` of the last `subscribed`. */
  since: string | null = null;
  lastError: unknown = null;
  readonly #socket: WebSocket;
  #state: "connecting" | "open" | "hydrating" | "ready" = "connecting";
  #boundary = 0n;
  #newest = 0n;
  #failure: Error | null = null;
  #changed = () => {};

  /** A client that has its hello. */
  static async connect(url: string): Promise<StrictReferenceClient> {
    const client = new StrictReferenceClient(url);
    await client.until(() => client.#state === "open");
    return client;
  }

  private constructor(url: string) {
    this.#socket = new WebSocket(url);
    this.#socket.on("message", (data) => {
      try {
        this.#receive(JSON.parse(String(data)));
      } catch (error) {
        this.#failure ??= error instanceof Error ? error : new Error(String(error));
      }
      this.#changed();
    });
  }

  /** Resolves when the session is ready. */
  async subscribe(sessionId: string, sinceSnapshotOrdinal?: string): Promise<void> {
    this.#state = "open";
    this.send({ subscribe: { sessionId, ...(sinceSnapshotOrdinal === undefined ? {} : { sinceSnapshotOrdinal }) } });
    await this.until(() => this.#state === "ready");
  }

  send(frame: object): void {
    this.#socket.send(JSON.stringify(frame));
  }

  /** Resolves when it holds; rejects with whatever the client could not read. */
  async until(condition: () => boolean): Promise<void> {
    while (this.#failure === null && !condition()) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
    if (this.#failure !== null) throw this.#failure;
  }

  /** Of the newest event, or of the snapshot. */
  get ordinal(): string {
    return String(this.#newest);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    this.#socket.close();
    await once(this.#socket, "close");
  }

  #receive(frame: JsonObject): void {
    const [arm = "", ...others] = Object.keys(frame);
    const body = asObject(frame[arm]);
    insist(others.length === 0 && FIELDS[arm] !== undefined, `unknown frame ${JSON.stringify(frame)}`);
    insistKnown(body, FIELDS[arm] ?? [], arm);
    this.seen.push(arm === "uiEvent" ? String(body["name"]) : arm);
    if (arm === "hello") this.#state = "open";
    else if (arm === "snapshot") this.#snapshot(body);
    else if (arm === "uiEvent") this.#event(body);
    else if (arm === "subscribed") this.#subscribed(body);
    else if (arm === "error") this.lastError = body;
  }

  #snapshot(body: JsonObject): void {
    insist(this.#state === "open", "a snapshot that was not asked for");
    this.#state = "hydrating";
    this.#boundary = ordinalOf(body["snapshotOrdinal"] ?? "0");
    this.#newest = this.#boundary;
    this.messages.clear();
    for (const entity of Array.isArray(body["entities"]) ? body["entities"].map(asObject) : []) {
      insistKnown(entity, ENTITY_FIELDS, "entity");
      insist(KINDS.includes(String(entity["kind"])), `unknown kind ${entity["kind"]}`);
      insist(ordinalOf(entity["lastEventOrdinal"]) >= ordinalOf(entity["createdOrdinal"]), "an entity out of time");
      const payload = payloadOf(entity);
      if (entity["kind"] === "ChatMessage")
        this.#write(String(entity["id"]), payload, String(payload["content"] ?? ""));
    }
  }

  #subscribed(body: JsonObject): void {
    insist(this.#state === "hydrating", "subscribed before the snapshot");
    this.#state = "ready";
    this.since = String(ordinalOf(body["sinceSnapshotOrdinal"] ?? "0"));
  }

  #event(body: JsonObject): void {
    insist(this.#state === "hydrating" || this.#state === "ready", "an event before the snapshot");
    const ordinal = ordinalOf(body["eventOrdinal"]);
    insist(ordinal > this.#boundary && ordinal >= this.#newest, `event ${ordinal} out of order`);
    this.#newest = ordinal;
    const payload = payloadOf(body);
    const id = String(payload["messageId"] ?? "");
    const held = this.messages.get(id)?.content ?? "";
    const text = String(payload["text"] ?? "");
    if (body["name"] === "ChatUserMessageAccepted") this.#write(id, payload, String(payload["content"] ?? text));
    else if (body["name"] === "ChatTextPatch") this.#write(id, payload, appends(payload) ? held + text : text);
    else if (body["name"] === "ChatTextSegmentFinished") this.#write(id, payload, text === "" ? held : text);
  }

  #write(id: string, payload: JsonObject, content: string): void {
    this.messages.set(id, { role: String(payload["role"]), content });
  }
}

function appends({ mode = "CHAT_STREAM_PATCH_MODE_UNSPECIFIED" }: JsonObject): boolean {
  return mode === "CHAT_STREAM_PATCH_MODE_UNSPECIFIED" || mode === "CHAT_STREAM_PATCH_MODE_APPEND";
}

function payloadOf(body: JsonObject): JsonObject {
  const payload = asObject(body["payload"]);
  insist(String(payload["@type"]).startsWith("type.googleapis.com/"), "a payload without its type");
  return payload;
}

function ordinalOf(value: unknown): bigint {
  insist(typeof value === "string" && ORDINAL.test(value), `not an ordinal: ${JSON.stringify(value)}`);
  return BigInt(String(value));
}

function insistKnown(body: JsonObject, fields: readonly string[], where: string): void {
  const unknown = Object.keys(body).filter((field) => !fields.includes(field));
  insist(unknown.length === 0, `unknown fields of ${where}: ${unknown.join()}`);
}

function asObject(value: unknown): JsonObject {
  insist(typeof value === "object" && value !== null && !Array.isArray(value), "not an object");
  // CAST: just checked; it came out of JSON.parse.
  return value as JsonObject;
}

function insist(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(`protocol error: ${otherwise}`);
}
