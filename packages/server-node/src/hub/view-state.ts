/**
 * Owns a session's entities at one ordinal: immutable records in mutable maps, so that a lookup is O(1) and a commit
 * costs what it changed. Changes arrive only through `apply`, a whole commit at a time.
 */
import type { DescMessage } from "@bufbuild/protobuf";
import { type EntityKey, entityKey } from "@sessionstream/protocol";
import type { EntityDelta } from "../fan-out/committed-change.ts";
import type { AnyRecord, RemovedRecord } from "../fan-out/lane-reader.ts";
import type { EntityKind } from "../projection/define-entity-kind.ts";
import type { EntityRecord, SessionView } from "../projection/view.ts";
import type { SessionKey } from "../storage/contract.ts";
import { byCreation, decoded, isOpaque, keyOf } from "./records.ts";
import type { StagedView } from "./staged-view.ts";
import { Tombstones } from "./tombstones.ts";

export interface AppliedChanges {
  readonly deltas: readonly EntityDelta[];
  /** Changed or removed. */
  readonly touched: readonly EntityKey[];
  /** Removals beyond what is remembered: their rows may go. */
  readonly forgotten: readonly EntityKey[];
}

export class ViewState implements SessionView {
  readonly session: SessionKey;
  readonly tombstones: Tombstones;
  epoch: string;
  ordinal: bigint;
  totalBytes = 0;
  /** In creation order: a map keeps the order of insertion, and what is created is inserted last. */
  readonly #records = new Map<EntityKey, AnyRecord>();
  readonly #bytes = new Map<EntityKey, number>();
  readonly #open = new Map<string, Map<string, EntityRecord>>();

  constructor(session: SessionKey, at: { epoch: string; ordinal: bigint }, tombstones = new Tombstones()) {
    this.session = session;
    this.epoch = at.epoch;
    this.ordinal = at.ordinal;
    this.tombstones = tombstones;
  }

  get count(): number {
    return this.#records.size;
  }

  record(key: EntityKey): AnyRecord | undefined {
    return this.#records.get(key);
  }

  removal(key: EntityKey): RemovedRecord | undefined {
    return this.tombstones.get(key);
  }

  bytesOf(key: EntityKey): number {
    return this.#bytes.get(key) ?? 0;
  }

  records(): readonly AnyRecord[] {
    return [...this.#records.values()];
  }

  get<Desc extends DescMessage>(kind: EntityKind<Desc>, id: string): EntityRecord<Desc> | undefined {
    // CAST: records are filed under the name of their kind, and a name has one schema.
    return decoded(this.#records.get(entityKey(kind.kind, id))) as EntityRecord<Desc> | undefined;
  }

  list<Desc extends DescMessage>(kind: EntityKind<Desc>): readonly EntityRecord<Desc>[] {
    const listed: EntityRecord[] = [];
    for (const record of this.#records.values()) {
      if (!isOpaque(record) && record.kind.kind === kind.kind) listed.push(record);
    }
    // CAST: as in `get`.
    return listed as unknown as readonly EntityRecord<Desc>[];
  }

  listOpen<Desc extends DescMessage>(kind: EntityKind<Desc>): readonly EntityRecord<Desc>[] {
    const open = [...(this.#open.get(kind.kind)?.values() ?? [])].sort(byCreation);
    // CAST: as in `get`.
    return open as unknown as readonly EntityRecord<Desc>[];
  }

  /** Adds a record that was loaded. Records come in creation order. */
  insert(record: AnyRecord, bytes: number): void {
    this.#set(keyOf(record), record, bytes);
  }

  /** Brings records that were inserted out of order into creation order. */
  sort(): void {
    const sorted = [...this.#records].sort(([, a], [, b]) => byCreation(a, b));
    this.#records.clear();
    for (const [key, record] of sorted) this.#records.set(key, record);
  }

  /** Takes over everything staged, in one synchronous step. */
  apply(staged: StagedView): AppliedChanges {
    const deltas: EntityDelta[] = [];
    const touched: EntityKey[] = [];
    const created: { key: EntityKey; record: AnyRecord; bytes: number }[] = [];
    for (const [key, change] of staged.changes()) {
      touched.push(key);
      const { before, after, recreated } = change;
      if (change.removal !== undefined) this.tombstones.add(key, change.removal);
      if (after === undefined || recreated) this.#delete(key);
      if (after !== undefined) {
        if (before === undefined || recreated) created.push({ key, record: after, bytes: change.bytes });
        else this.#set(key, after, change.bytes);
        this.tombstones.drop(key);
      }
      if (before === undefined && after === undefined) continue;
      deltas.push({ before: decoded(before), after, appends: change.hints(), recreated });
    }
    created.sort((a, b) => byCreation(a.record, b.record));
    for (const { key, record, bytes } of created) this.#set(key, record, bytes);
    this.epoch = staged.epoch;
    this.ordinal = staged.ordinal;
    return { deltas, touched, forgotten: this.tombstones.trim() };
  }

  #set(key: EntityKey, record: AnyRecord, bytes: number): void {
    this.totalBytes += bytes - this.bytesOf(key);
    this.#records.set(key, record);
    this.#bytes.set(key, bytes);
    if (!isOpaque(record)) this.#indexOpen(record);
  }

  #delete(key: EntityKey): void {
    const record = this.#records.get(key);
    if (record === undefined) return;
    this.totalBytes -= this.bytesOf(key);
    this.#records.delete(key);
    this.#bytes.delete(key);
    if (!isOpaque(record)) this.#open.get(record.kind.kind)?.delete(record.id);
  }

  #indexOpen(record: EntityRecord): void {
    const open = this.#open.get(record.kind.kind);
    if (!record.open) open?.delete(record.id);
    else if (open !== undefined) open.set(record.id, record);
    else this.#open.set(record.kind.kind, new Map([[record.id, record]]));
  }
}
