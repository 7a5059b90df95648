import type { EntityKey, JsonObject } from "@sessionstream/protocol";

/**
 * One entity as the timeline keeps it: plain, immutable, serialisable but for its bigints. `payload` is the protobuf
 * JSON object of the kind's schema, with "@type". A change makes another object; what did not change keeps its identity.
 */
export interface TimelineEntity<Payload = JsonObject> {
  readonly key: EntityKey;
  readonly kind: string;
  readonly id: string;
  readonly createdOrdinal: bigint;
  readonly createdIndex: number;
  readonly lastEventOrdinal: bigint;
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly open: boolean;
  /** Id of the command whose effect it is: what an optimistic row is matched by. */
  readonly commandId: string | undefined;
  readonly payload: Payload;
}
