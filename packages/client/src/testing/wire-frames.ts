/** Builds the frames a server of our wire sends, from what they mean. */
import {
  type EntityChangeJson,
  formatOrdinal,
  type ServerFrameJson,
  type SnapshotEntityJson,
} from "@sessionstream/protocol";
import type { EntityChange, TimelineUpdate } from "../backend/chat-backend.ts";
import type { TimelineEntity } from "../timeline/entity.ts";

type UpdateOf<Type extends TimelineUpdate["type"]> = Extract<TimelineUpdate, { readonly type: Type }>;

export function helloFrame(hello: NonNullable<ServerFrameJson["hello"]> = {}): ServerFrameJson {
  return { hello: { connectionId: "c-1", capabilities: ["timeline"], protocolMin: 1, protocolMax: 1, ...hello } };
}

export interface SnapshotAddress {
  readonly sessionId: string;
  readonly requestId?: string;
  /** Entities per part. Default: all in one. */
  readonly partSize?: number;
}

/** A FULL, DELTA or PAGE, in as many parts as it takes. Pages stand at `cursor`, which they do not say themselves. */
export function snapshotFrames(
  update: UpdateOf<"full"> | UpdateOf<"delta"> | UpdateOf<"page">,
  address: SnapshotAddress,
  at: UpdateOf<"full">["cursor"],
  sinceOrdinal = 0n,
): readonly ServerFrameJson[] {
  const removed = update.type === "delta" ? update.removed : [];
  const entities = [
    ...removed.map(({ kind, id }) => ({ kind, id, tombstone: true })),
    ...update.entities.map(entityJson),
  ];
  const size = address.partSize ?? Math.max(1, entities.length);
  const parts = Math.max(1, Math.ceil(entities.length / size));
  return Array.from({ length: parts }, (_, part) => ({
    snapshot: {
      sessionId: address.sessionId,
      requestId: address.requestId ?? "",
      epoch: at.epoch,
      view: at.view,
      snapshotOrdinal: formatOrdinal(at.ordinal),
      tag: at.tag,
      mode: MODES[update.type],
      sinceOrdinal: formatOrdinal(sinceOrdinal),
      windowFloor: formatOrdinal(update.floor),
      hasEarlier: update.hasEarlier,
      part,
      lastPart: part === parts - 1,
      entities: entities.slice(part * size, (part + 1) * size),
    },
  }));
}

const MODES = { full: "SNAPSHOT_MODE_FULL", delta: "SNAPSHOT_MODE_DELTA", page: "SNAPSHOT_MODE_PAGE" } as const;

export function timelineFrame(sessionId: string, prevOrdinal: bigint, commit: UpdateOf<"commit">): ServerFrameJson {
  return {
    timeline: {
      sessionId,
      epoch: commit.epoch,
      prevOrdinal: formatOrdinal(prevOrdinal),
      ordinal: formatOrdinal(commit.ordinal),
      tag: commit.tag,
      changes: commit.changes.map(changeJson),
    },
  };
}

function entityJson(entity: TimelineEntity): SnapshotEntityJson {
  const { kind, id, createdIndex, createdAt, updatedAt, open, commandId, payload } = entity;
  return {
    kind,
    id,
    createdOrdinal: formatOrdinal(entity.createdOrdinal),
    lastEventOrdinal: formatOrdinal(entity.lastEventOrdinal),
    createdIndex,
    createdAt,
    updatedAt,
    open,
    ...(commandId === undefined ? {} : { commandId }),
    // CAST: the type wants the "@type" that a server's registry adds.
    payload: payload as NonNullable<SnapshotEntityJson["payload"]>,
  };
}

function changeJson(change: EntityChange): EntityChangeJson {
  if (change.type === "put") {
    const { kind, id, updatedAt, open } = change.entity;
    const ordinal = formatOrdinal(change.entity.lastEventOrdinal);
    const createdOrdinal = formatOrdinal(change.entity.createdOrdinal);
    return { kind, id, ordinal, createdOrdinal, updatedAt, open, put: entityJson(change.entity) };
  }
  const { kind, id } = change;
  const target = {
    kind,
    id,
    ordinal: formatOrdinal(change.ordinal),
    createdOrdinal: formatOrdinal(change.createdOrdinal),
  };
  if (change.type === "remove") return { ...target, remove: {} };
  const { updatedAt, open } = change;
  return { ...target, updatedAt, open, patch: { ...change.patch, baseOrdinal: formatOrdinal(change.baseOrdinal) } };
}
