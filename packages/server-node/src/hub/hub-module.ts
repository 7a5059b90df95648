import type { CommandType } from "../command/define-command.ts";
import type { DueEffect } from "../effect/effect.ts";
import type { EventType } from "../event/define-event.ts";
import type { EntityKind } from "../projection/define-entity-kind.ts";
import type { Projection } from "../projection/define-projection.ts";
import type { SessionView } from "../projection/view.ts";

/** A feature as the hub takes it: plain declarations, no access to the hub's insides. */
export interface HubModule {
  readonly name: string;
  readonly commands: readonly CommandType[];
  readonly events: readonly EventType[];
  readonly kinds: readonly EntityKind[];
  readonly projections: readonly Projection[];
  /** Pure: the effects this view calls for. Asked after each commit, at load and by the sweeper. */
  due(view: SessionView): readonly DueEffect[];
}
