/**
 * Owns the plainest possible client: PROTOCOL.md's rules, one by one, on JSON, with no thought of speed. It proves the
 * golden scripts; no client is built on it.
 */
import { applyEntityPatch } from "../entity-patch/apply.ts";
import type {
  ClientFrameJson,
  EntityChangeJson,
  EphemeralFrameJson,
  ServerFrameJson,
  SnapshotEntityJson,
  SnapshotFrameJson,
  TimelineFrameJson,
  UiEventFrameJson,
} from "../gen/sessionstream/v1/transport_pb.ts";
import type { JsonObject } from "../json.ts";
import type { ScriptEntity, ScriptTimeline } from "./frame-script.ts";

type MapEvent = (fold: ReferenceFold, event: UiEventFrameJson) => void;

/** `wanted`: something did not fit; the client has to subscribe again before anything counts. */
type Awaiting = null | "wanted" | { readonly requestId: string };

export class ReferenceFold {
  readonly entities = new Map<string, ScriptEntity>();
  readonly #ephemerals = new Map<string, JsonObject>();
  readonly #session: string;
  readonly #mapEvent: MapEvent;
  #cursor = { epoch: "", view: "", ordinal: "0", tag: "" };
  #floor = 0n;
  #hasEarlier = false;
  #awaiting: Awaiting = "wanted";
  #page: string | null = null;
  #parts: SnapshotEntityJson[] = [];
  #early: UiEventFrameJson[] = [];
  /** Ordinal of the reference server's snapshot. */
  #boundary = 0n;

  constructor(session: string, mapEvent: MapEvent) {
    this.#session = session;
    this.#mapEvent = mapEvent;
  }

  /** Whether the client still owes a subscribe. */
  get owesSubscribe(): boolean {
    return this.#awaiting === "wanted";
  }

  get timeline(): ScriptTimeline {
    const entities = [...this.entities.values()].sort(inDisplayOrder);
    return {
      cursor: this.#cursor,
      windowFloor: String(this.#floor),
      hasEarlier: this.#hasEarlier,
      entities,
      ephemerals: [...this.#ephemerals].map(([key, payload]) => ({ key, payload })),
    };
  }

  sent({ subscribe, page }: ClientFrameJson): void {
    if (subscribe !== undefined) {
      this.#awaiting = { requestId: subscribe.requestId ?? "" };
      this.#parts = [];
    }
    if (page !== undefined) this.#page = page.requestId ?? "";
  }

  received({ hello, snapshot, timeline, ephemeral, uiEvent }: ServerFrameJson): void {
    if (hello !== undefined) this.#awaiting = "wanted";
    if (snapshot?.sessionId === this.#session) this.#snapshot(snapshot);
    if (timeline?.sessionId === this.#session) this.#timeline(timeline);
    if (ephemeral?.sessionId === this.#session) this.#ephemeral(ephemeral);
    if (uiEvent?.sessionId === this.#session) this.#uiEvent(uiEvent);
  }

  #timeline(frame: TimelineFrameJson): void {
    const { epoch = "", prevOrdinal = "0", ordinal = "0", tag = "", changes = [] } = frame;
    const cursor = this.#cursor;
    if (this.#awaiting !== null) return;
    const unborn = cursor.epoch === "" && cursor.ordinal === "0";
    if (epoch !== cursor.epoch && !unborn) this.#awaiting = "wanted";
    else if (BigInt(ordinal) <= BigInt(cursor.ordinal)) return;
    else if (prevOrdinal !== cursor.ordinal) this.#awaiting = "wanted";
    else {
      for (const change of changes) this.#change(change);
      this.#cursor = { epoch, view: cursor.view, ordinal, tag };
    }
  }

  #change(change: EntityChangeJson): void {
    const { kind = "", id = "", ordinal = "0", createdOrdinal = "0", updatedAt = 0, open = false, put, patch } = change;
    const key = `${kind}/${id}`;
    if (put !== undefined) this.#hold(read(put));
    else if (patch === undefined || !this.#isHeld(createdOrdinal, open)) this.entities.delete(key);
    else {
      const before = this.entities.get(key);
      if (before?.lastEventOrdinal !== patch.baseOrdinal) throw new Error(`${key} at ${ordinal}: another base`);
      const result = applyEntityPatch(before?.payload ?? {}, patch);
      if (before === undefined || !result.ok) throw new Error(`${key} at ${ordinal}: the patch does not fit`);
      this.#hold({ ...before, lastEventOrdinal: ordinal, updatedAt: Number(updatedAt), open, payload: result.payload });
    }
  }

  #snapshot(frame: SnapshotFrameJson): void {
    const { mode, requestId = "", entities = [], lastPart = false } = frame;
    if (mode === undefined) {
      this.#referenceSnapshot(frame);
      return;
    }
    const answers = this.#awaiting === null ? requestId === "" || requestId === this.#page : this.#isAnswer(requestId);
    if (!answers) return;
    this.#parts.push(...entities);
    if (!lastPart) return;
    const whole = this.#parts;
    this.#parts = [];
    this.#assign(frame, whole);
  }

  #isAnswer(requestId: string): boolean {
    return this.#awaiting !== null && this.#awaiting !== "wanted" && this.#awaiting.requestId === requestId;
  }

  #assign(frame: SnapshotFrameJson, entities: readonly SnapshotEntityJson[]): void {
    const { mode, epoch = "", view = "", tag = "", snapshotOrdinal: ordinal = "0", sinceOrdinal = "0" } = frame;
    const at = BigInt(this.#cursor.ordinal);
    if (mode === "SNAPSHOT_MODE_PAGE") {
      if (ordinal !== this.#cursor.ordinal) throw new Error("A script pages at the client's cursor");
      this.#page = null;
    } else if (mode === "SNAPSHOT_MODE_DELTA") {
      const continues = epoch === this.#cursor.epoch && view === this.#cursor.view;
      if (!continues || BigInt(sinceOrdinal) > at || at > BigInt(ordinal)) throw new Error("The DELTA does not fit");
    } else this.entities.clear();
    this.#cursor = { epoch, view, ordinal, tag };
    this.#floor = BigInt(frame.windowFloor ?? "0");
    this.#hasEarlier = frame.hasEarlier ?? false;
    this.#awaiting = null;
    for (const entity of entities) this.#hold(read(entity), entity.tombstone);
  }

  #hold(entity: ScriptEntity, gone = false): void {
    const key = `${entity.kind}/${entity.id}`;
    if (!gone && this.#isHeld(entity.createdOrdinal, entity.open)) this.entities.set(key, entity);
    else this.entities.delete(key);
  }

  #isHeld(createdOrdinal: string, open: boolean): boolean {
    return BigInt(createdOrdinal) >= this.#floor || open;
  }

  #ephemeral({ key = "", payload }: EphemeralFrameJson): void {
    // CAST: an Any in JSON is an object.
    if (payload !== undefined) this.#ephemerals.set(key, payload as JsonObject);
    else this.#ephemerals.delete(key);
  }

  #referenceSnapshot({ snapshotOrdinal = "0", entities = [] }: SnapshotFrameJson): void {
    this.entities.clear();
    for (const entity of entities) this.#hold(read(entity));
    this.#cursor = { epoch: "", view: "", ordinal: snapshotOrdinal, tag: "" };
    this.#boundary = BigInt(snapshotOrdinal);
    this.#awaiting = null;
    for (const event of this.#early.splice(0)) this.#uiEvent(event);
  }

  #uiEvent(event: UiEventFrameJson): void {
    const { eventOrdinal = "0" } = event;
    if (this.#awaiting !== null) this.#early.push(event);
    else if (BigInt(eventOrdinal) > this.#boundary) {
      this.#mapEvent(this, event);
      this.#cursor = { ...this.#cursor, ordinal: eventOrdinal };
    }
  }
}

function read(entity: SnapshotEntityJson): ScriptEntity {
  return {
    kind: entity.kind ?? "",
    id: entity.id ?? "",
    createdOrdinal: entity.createdOrdinal ?? "0",
    createdIndex: entity.createdIndex ?? 0,
    lastEventOrdinal: entity.lastEventOrdinal ?? "0",
    createdAt: Number(entity.createdAt ?? 0),
    updatedAt: Number(entity.updatedAt ?? 0),
    open: entity.open ?? false,
    ...(entity.commandId !== undefined && { commandId: entity.commandId }),
    // CAST: an Any in JSON is an object.
    payload: (entity.payload ?? {}) as JsonObject,
  };
}

function inDisplayOrder(a: ScriptEntity, b: ScriptEntity): number {
  const byCreation = BigInt(a.createdOrdinal) - BigInt(b.createdOrdinal);
  if (byCreation !== 0n) return byCreation < 0n ? -1 : 1;
  const byIndex = a.createdIndex - b.createdIndex;
  return byIndex !== 0 ? byIndex : compare(a.kind, b.kind) || compare(a.id, b.id);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
