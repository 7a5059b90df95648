import type { EntityKey } from "@sessionstream/protocol";
import type { RemovedRecord } from "../fan-out/lane-reader.ts";

/** The newest removals of a session, and how far back they are complete. */
export class Tombstones {
  readonly #newest = new Map<EntityKey, RemovedRecord>();
  readonly #capacity: number;
  #horizon: bigint;

  constructor(horizon = 0n, capacity = 1_000) {
    this.#horizon = horizon;
    this.#capacity = capacity;
  }

  /** Removals up to here may be forgotten. */
  get horizon(): bigint {
    return this.#horizon;
  }

  get(key: EntityKey): RemovedRecord | undefined {
    return this.#newest.get(key);
  }

  all(): readonly RemovedRecord[] {
    return [...this.#newest.values()];
  }

  add(key: EntityKey, removal: RemovedRecord): void {
    this.#newest.delete(key);
    this.#newest.set(key, removal);
  }

  /** The entity exists again. */
  drop(key: EntityKey): void {
    this.#newest.delete(key);
  }

  /** Forgets what is beyond the capacity, oldest first. */
  trim(): readonly EntityKey[] {
    const forgotten: EntityKey[] = [];
    for (const [key, removal] of this.#newest) {
      if (this.#newest.size <= this.#capacity) break;
      this.#newest.delete(key);
      if (removal.lastEventOrdinal > this.#horizon) this.#horizon = removal.lastEventOrdinal;
      forgotten.push(key);
    }
    return forgotten;
  }
}
