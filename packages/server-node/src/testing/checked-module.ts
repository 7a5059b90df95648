/**
 * Owns finding projections that are not pure: each runs twice on the same event and view, and another answer the second
 * time counts as its throw. For tests and development: what differs there would differ after every reload.
 */
import { isDeepStrictEqual } from "node:util";
import type { HubModule } from "../hub/hub-module.ts";
import type { EventHandler } from "../projection/define-projection.ts";

/** The same module, whose projections fail where they do not give the same writes for the same event and view. */
export function checkedModule(module: HubModule): HubModule {
  return {
    ...module,
    due: (view) => module.due(view),
    projections: module.projections.map((projection) => ({
      ...projection,
      on: projection.on.map((handler) => checked(projection.name, handler)),
    })),
  };
}

function checked(projection: string, { event, project }: EventHandler): EventHandler {
  return {
    event,
    project(happened, view) {
      const writes = project(happened, view);
      if (isDeepStrictEqual(writes, project(happened, view))) return writes;
      throw new Error(`Projection "${projection}" gives another result the second time it reads ${event.name}`);
    },
  };
}
