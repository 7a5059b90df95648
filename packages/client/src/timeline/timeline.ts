import type { Cursor, EntityKey } from "@sessionstream/protocol";
import type { TimelineEntity } from "./entity.ts";

export interface Ephemeral {
  readonly key: string;
  readonly payload: unknown;
}

/** Read side of the timeline store. `get…` results keep their identity until they change. */
export interface Timeline {
  getEntity(key: EntityKey): TimelineEntity | undefined;
  /** Keys of the list (createdOrdinal ≥ floor) and beside it (below the floor and open), in display order. */
  getOrder(): readonly EntityKey[];
  getCursor(): Cursor;
  /** Whether older rows exist on the server. */
  getHasEarlier(): boolean;
  getEphemerals(): readonly Ephemeral[];
  /** Called after the entity changed, appeared or went. At most once per frame. */
  subscribeEntity(key: EntityKey, listener: () => void): () => void;
  /** Called when `getOrder` or `getHasEarlier` changed. */
  subscribeOrder(listener: () => void): () => void;
  /** Called once per flush, whatever changed. */
  subscribe(listener: () => void): () => void;
}
