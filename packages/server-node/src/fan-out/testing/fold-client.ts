/**
 * The smallest client that follows PROTOCOL.md: it folds frames into a timeline and refuses to guess. Written apart from
 * the real client, so that the law test does not test a reader against itself.
 */
import {
  applyEntityPatch,
  type EntityChangeJson,
  type JsonObject,
  parseOrdinal,
  type ServerFrameJson,
  type SnapshotEntityJson,
  type SnapshotFrameJson,
  type TimelineFrameJson,
} from "@sessionstream/protocol";

export interface FoldedEntity {
  readonly kind: string;
  readonly id: string;
  readonly createdOrdinal: bigint;
  readonly createdIndex: number;
  readonly lastEventOrdinal: bigint;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly open: boolean;
  readonly commandId: string;
  readonly payload: JsonObject | null;
}

export class FoldClient {
  epoch = "";
  view = "";
  ordinal = 0n;
  tag = "";
  floor = 0n;
  hasEarlier = false;
  /** Frames that nobody may send: the reason a real client would resync. */
  readonly violations: string[] = [];
  readonly #entities = new Map<string, FoldedEntity>();
  #parts: SnapshotFrameJson[] = [];

  /** Whether what is shown may have changed. */
  receive(frame: ServerFrameJson): boolean {
    if (frame.timeline !== undefined) return this.#timeline(frame.timeline);
    if (frame.snapshot !== undefined) return this.#part(frame.snapshot);
    return false;
  }

  /** The connection is gone: parts that never came do not come. */
  forgetParts(): void {
    this.#parts = [];
  }

  /** In lane order. */
  timeline(): readonly FoldedEntity[] {
    return [...this.#entities.values()].sort((a, b) => {
      if (a.createdOrdinal !== b.createdOrdinal) return a.createdOrdinal < b.createdOrdinal ? -1 : 1;
      return a.createdIndex - b.createdIndex || (keyOf(a) < keyOf(b) ? -1 : 1);
    });
  }

  #timeline(frame: TimelineFrameJson): boolean {
    const epoch = frame.epoch ?? "";
    if (epoch !== this.epoch && !(this.epoch === "" && this.ordinal === 0n)) return this.#refuse("another epoch");
    const ordinal = parse(frame.ordinal);
    if (ordinal <= this.ordinal) return this.#refuse(`duplicate ${ordinal}`);
    if (parse(frame.prevOrdinal) !== this.ordinal) return this.#refuse(`gap before ${ordinal}`);
    for (const change of frame.changes ?? []) this.#change(change);
    this.epoch = epoch;
    this.ordinal = ordinal;
    this.tag = frame.tag ?? "";
    return true;
  }

  #part(frame: SnapshotFrameJson): boolean {
    if ((frame.part ?? 0) !== this.#parts.length) return this.#refuse(`part ${frame.part} out of turn`);
    this.#parts.push(frame);
    if (frame.lastPart !== true) return false;
    const entities = this.#parts.flatMap((part) => part.entities ?? []);
    this.#parts = [];
    return this.#snapshot(frame, entities);
  }

  #snapshot(frame: SnapshotFrameJson, entities: readonly SnapshotEntityJson[]): boolean {
    const ordinal = parse(frame.snapshotOrdinal);
    const sameView = frame.epoch === this.epoch && frame.view === this.view;
    switch (frame.mode) {
      case "SNAPSHOT_MODE_PAGE":
        if (ordinal !== this.ordinal) return this.#refuse(`page at ${ordinal}`);
        break;
      case "SNAPSHOT_MODE_DELTA":
        if (!sameView) return this.#refuse("delta of another view");
        if (parse(frame.sinceOrdinal) > this.ordinal || this.ordinal > ordinal)
          return this.#refuse(`delta to ${ordinal}`);
        break;
      default:
        this.#entities.clear();
    }
    const isPage = frame.mode === "SNAPSHOT_MODE_PAGE";
    const floor = parse(frame.windowFloor);
    this.floor = isPage && floor > this.floor ? this.floor : floor;
    this.hasEarlier = frame.hasEarlier ?? false;
    if (!isPage) {
      this.epoch = frame.epoch ?? "";
      this.view = frame.view ?? "";
      this.ordinal = ordinal;
      this.tag = frame.tag ?? "";
    }
    for (const entity of entities) this.#keep(entity, entity.tombstone === true);
    return true;
  }

  #change(change: EntityChangeJson): void {
    const key = keyOf({ kind: change.kind ?? "", id: change.id ?? "" });
    const held = this.#entities.get(key);
    if (change.put !== undefined) this.#keep(change.put, false);
    else if (change.remove !== undefined) this.#entities.delete(key);
    else if (held === undefined) {
      if (parse(change.createdOrdinal) >= this.floor) this.#refuse(`patch of ${key}, which is not held`);
    } else {
      const patch = change.patch ?? {};
      const patched = applyEntityPatch(held.payload ?? {}, patch);
      if (parse(patch.baseOrdinal) !== held.lastEventOrdinal) this.#refuse(`patch of ${key} on another base`);
      if (!patched.ok) this.#refuse(`patch of ${key}: ${patched.reason}`);
      else {
        this.#set({
          ...held,
          payload: patched.payload,
          lastEventOrdinal: parse(change.ordinal),
          updatedAt: number(change.updatedAt),
          open: change.open ?? false,
        });
      }
    }
  }

  #keep(entity: SnapshotEntityJson, gone: boolean): void {
    const { kind = "", id = "" } = entity;
    if (gone) this.#entities.delete(keyOf({ kind, id }));
    else {
      this.#set({
        kind,
        id,
        createdOrdinal: parse(entity.createdOrdinal),
        createdIndex: entity.createdIndex ?? 0,
        lastEventOrdinal: parse(entity.lastEventOrdinal),
        createdAt: number(entity.createdAt),
        updatedAt: number(entity.updatedAt),
        open: entity.open ?? false,
        commandId: entity.commandId ?? "",
        // CAST: an Any in protobuf JSON is an object.
        payload: (entity.payload ?? null) as JsonObject | null,
      });
    }
  }

  /** The list is what was created at the floor or later; beside it stands what is open; nothing else is kept. */
  #set(entity: FoldedEntity): void {
    if (entity.createdOrdinal >= this.floor || entity.open) this.#entities.set(keyOf(entity), entity);
    else this.#entities.delete(keyOf(entity));
  }

  #refuse(what: string): false {
    this.violations.push(what);
    return false;
  }
}

function keyOf(entity: { readonly kind: string; readonly id: string }): string {
  return `${entity.kind}/${entity.id}`;
}

function parse(json: string | undefined): bigint {
  const ordinal = parseOrdinal(json);
  if (ordinal === null) throw new Error(`"${json}" is no ordinal`);
  return ordinal;
}

function number(json: number | string | undefined): number {
  return Number(json ?? 0);
}
