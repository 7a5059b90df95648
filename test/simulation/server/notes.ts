/**
 * The notes of the live-equals-reload tests, with a projection that may fail on an event that is not stored yet: what a
 * replay makes of an event must be what was made of it live.
 */
import type { HubModule } from "@sessionstream/server-node";
import { notesModule } from "../../live-equals-reload/notes-module.ts";

export function flakyNotes(fails: (eventId: string) => boolean): HubModule {
  const projections = notesModule.projections.map((projection) => ({
    ...projection,
    on: projection.on.map((handler) => ({
      ...handler,
      project: (...given: Parameters<typeof handler.project>) => {
        if (fails(given[0].id)) throw new Error("the projection failed this once");
        return handler.project(...given);
      },
    })),
  }));
  return { ...notesModule, projections };
}
