/**
 * Owns the changes of a batch that is not committed yet, laid over the view they will change. What is read through it
 * is the state with those changes. `rollback` takes a unit's changes back and leaves those of the units before.
 */
import type { DescMessage } from "@bufbuild/protobuf";
import { type EntityKey, entityKey } from "@sessionstream/protocol";
import type { AppendHint } from "@sessionstream/protocol/codec";
import type { AnyRecord, RemovedRecord } from "../fan-out/lane-reader.ts";
import type { EntityKind } from "../projection/define-entity-kind.ts";
import type { EntityRecord, SessionView } from "../projection/view.ts";
import type { SessionKey } from "../storage/contract.ts";
import { byCreation, decoded } from "./records.ts";
import type { ViewState } from "./view-state.ts";

/** How one entity differs from the base. Immutable, so that a rollback is putting the old one back. */
export class StagedChange {
  constructor(
    readonly before: AnyRecord | undefined,
    readonly after: EntityRecord | undefined,
    /** The newest removal within the batch, even when the entity exists again. */
    readonly removal: RemovedRecord | undefined,
    readonly bytes: number,
    /** Newest first; `"unknown"` once a write did more than append. */
    readonly appends: AppendChain | "unknown" | null,
    readonly recreated: boolean,
  ) {}

  /** In the order they happened. */
  hints(): readonly AppendHint[] {
    if (this.appends === null || this.appends === "unknown" || this.recreated) return [];
    const hints: AppendHint[] = [];
    for (let link: AppendChain | null = this.appends; link !== null; link = link.earlier) hints.push(link.hint);
    return hints.reverse();
  }
}

export interface AppendChain {
  readonly hint: AppendHint;
  readonly earlier: AppendChain | null;
}

interface JournalEntry {
  readonly key: EntityKey;
  readonly previous: StagedChange | undefined;
}

export interface Savepoint {
  readonly journal: number;
  readonly ordinal: bigint;
  readonly epoch: string;
}

export class StagedView implements SessionView {
  epoch: string;
  ordinal: bigint;
  count: number;
  totalBytes: number;
  readonly #base: ViewState;
  readonly #changes = new Map<EntityKey, StagedChange>();
  readonly #journal: JournalEntry[] = [];

  constructor(base: ViewState) {
    this.#base = base;
    this.epoch = base.epoch;
    this.ordinal = base.ordinal;
    this.count = base.count;
    this.totalBytes = base.totalBytes;
  }

  get session(): SessionKey {
    return this.#base.session;
  }

  changes(): ReadonlyMap<EntityKey, StagedChange> {
    return this.#changes;
  }

  change(key: EntityKey): StagedChange | undefined {
    return this.#changes.get(key);
  }

  /** The entity with the staged changes. */
  record(key: EntityKey): AnyRecord | undefined {
    const change = this.#changes.get(key);
    return change === undefined ? this.#base.record(key) : change.after;
  }

  bytesOf(key: EntityKey): number {
    return this.#changes.get(key)?.bytes ?? this.#base.bytesOf(key);
  }

  /** The removal to remember, if the entity is gone. */
  removal(key: EntityKey): RemovedRecord | undefined {
    const change = this.#changes.get(key);
    return change === undefined ? this.#base.tombstones.get(key) : change.removal;
  }

  stage(key: EntityKey, change: StagedChange): void {
    const previous = this.#changes.get(key);
    this.#journal.push({ key, previous });
    this.#measure(key, change);
    this.#changes.set(key, change);
  }

  savepoint(): Savepoint {
    return { journal: this.#journal.length, ordinal: this.ordinal, epoch: this.epoch };
  }

  rollback(savepoint: Savepoint): void {
    for (const { key, previous } of this.#journal.splice(savepoint.journal).reverse()) {
      this.#measure(key, previous);
      if (previous === undefined) this.#changes.delete(key);
      else this.#changes.set(key, previous);
    }
    this.ordinal = savepoint.ordinal;
    this.epoch = savepoint.epoch;
  }

  get<Desc extends DescMessage>(kind: EntityKind<Desc>, id: string): EntityRecord<Desc> | undefined {
    // CAST: records are filed under the name of their kind, and a name has one schema.
    return decoded(this.record(entityKey(kind.kind, id))) as EntityRecord<Desc> | undefined;
  }

  list<Desc extends DescMessage>(kind: EntityKind<Desc>): readonly EntityRecord<Desc>[] {
    return this.#overlay(kind, this.#base.list(kind), () => true);
  }

  listOpen<Desc extends DescMessage>(kind: EntityKind<Desc>): readonly EntityRecord<Desc>[] {
    return this.#overlay(kind, this.#base.listOpen(kind), (record) => record.open);
  }

  #overlay<Desc extends DescMessage>(
    kind: EntityKind<Desc>,
    base: readonly EntityRecord<Desc>[],
    wanted: (record: EntityRecord) => boolean,
  ): readonly EntityRecord<Desc>[] {
    const untouched = base.filter((record) => !this.#changes.has(entityKey(kind.kind, record.id)));
    const changed: EntityRecord[] = [];
    for (const { after } of this.#changes.values()) {
      if (after !== undefined && after.kind.kind === kind.kind && wanted(after)) changed.push(after);
    }
    // CAST: as in `get`.
    return [...untouched, ...(changed as unknown as EntityRecord<Desc>[])].sort(byCreation);
  }

  #measure(key: EntityKey, next: StagedChange | undefined): void {
    const existed = this.record(key) !== undefined;
    this.totalBytes -= existed ? this.bytesOf(key) : 0;
    this.count -= existed ? 1 : 0;
    const exists = next === undefined ? this.#base.record(key) !== undefined : next.after !== undefined;
    this.totalBytes += exists ? (next?.bytes ?? this.#base.bytesOf(key)) : 0;
    this.count += exists ? 1 : 0;
  }
}
