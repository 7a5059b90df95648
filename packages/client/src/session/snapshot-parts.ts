/** Owns putting a snapshot's parts together. A part out of line discards the assembly (F-W4): never half a snapshot. */
import type { SnapshotFrame } from "../decode/server-frame.ts";

export interface SnapshotParts {
  readonly first: SnapshotFrame;
  readonly parts: readonly SnapshotFrame[];
}

export type Assembled =
  | { readonly type: "whole"; readonly snapshot: SnapshotFrame }
  | { readonly type: "partial"; readonly parts: SnapshotParts }
  | { readonly type: "surprise" };

export function addPart(parts: SnapshotParts | null, frame: SnapshotFrame): Assembled {
  if (frame.part !== (parts?.parts.length ?? 0)) return { type: "surprise" };
  if (parts === null) {
    if (frame.lastPart) return { type: "whole", snapshot: frame };
    return { type: "partial", parts: { first: frame, parts: [frame] } };
  }
  if (!sameSnapshot(parts.first, frame)) return { type: "surprise" };
  const all = [...parts.parts, frame];
  if (!frame.lastPart) return { type: "partial", parts: { first: parts.first, parts: all } };
  const entities = all.flatMap((part) => part.entities);
  const removed = all.flatMap((part) => part.removed);
  return { type: "whole", snapshot: { ...frame, entities, removed } };
}

function sameSnapshot(a: SnapshotFrame, b: SnapshotFrame): boolean {
  return (
    a.requestId === b.requestId &&
    a.mode === b.mode &&
    a.ordinal === b.ordinal &&
    a.epoch === b.epoch &&
    a.view === b.view &&
    a.tag === b.tag &&
    a.sinceOrdinal === b.sinceOrdinal
  );
}
