/**
 * Owns the way from a row to what shows it. A pending row goes through the renderer of its future entity, at the same
 * place in the tree, so that the server's confirmation changes props and mounts nothing.
 */
import type { PendingMessage, TimelineEntity, TranscriptRow } from "@sessionstream/client";
import { entityKey } from "@sessionstream/protocol";
import { memo } from "react";
import { useEntity } from "../hooks/use-entity.ts";
import { EntityBoundary, type RenderErrorHandler } from "./entity-boundary.tsx";
import { UnknownCard } from "./fallback-card.tsx";
import { useRenderers } from "./renderer-context.tsx";

export interface RowOutletProps {
  readonly row: TranscriptRow;
  readonly onRenderError?: RenderErrorHandler | undefined;
}

export const RowOutlet = /* @__PURE__ */ memo(function RowOutlet({ row, onRenderError }: RowOutletProps) {
  const stored = useEntity(row.type === "entity" ? row.entity : undefined);
  const pending = row.type === "pending" ? row.message : undefined;
  const entity = pending === undefined ? stored : standIn(pending);
  const registry = useRenderers();
  if (entity === undefined) return null;

  const Renderer = registry.find(entity.kind);
  if (Renderer === null) return null;
  return (
    <EntityBoundary entity={entity} onError={onRenderError}>
      {Renderer === undefined ? (
        <UnknownCard entity={entity} />
      ) : (
        <Renderer entity={entity} payload={entity.payload} pending={pending} />
      )}
    </EntityBoundary>
  );
});

function standIn({ commandId, text, createdAt }: PendingMessage): TimelineEntity {
  return {
    key: entityKey("ChatMessage", commandId),
    kind: "ChatMessage",
    id: commandId,
    createdOrdinal: 0n,
    createdIndex: 0,
    lastEventOrdinal: 0n,
    createdAt,
    updatedAt: createdAt,
    open: false,
    commandId,
    payload: { role: "user", content: text, text, status: "pending", streaming: false, error: "" },
  };
}
