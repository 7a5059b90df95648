/**
 * Owns one life of one session's log as an independent reader has it: every event as it was first seen, and the fold up
 * to each. The fold is made one event at a time from the log alone; no hub, no checkpoint and no frame has a part in it.
 */
import type { AnyRecord, SessionKey, StoredEvent } from "@sessionstream/server-node";
import type { HubCore } from "../../../packages/server-node/src/hub/core.ts";
import { stageReplay } from "../../../packages/server-node/src/hub/replay.ts";
import { ViewState } from "../../../packages/server-node/src/hub/view-state.ts";

export type FoldCore = Pick<HubCore, "registry" | "errors">;

/** A session at one ordinal, in creation order. */
export interface Fold {
  readonly epoch: string;
  readonly ordinal: bigint;
  readonly tag: string;
  readonly records: readonly AnyRecord[];
}

export class LogFold {
  readonly session: SessionKey;
  readonly epoch: string;
  readonly events: StoredEvent[] = [];
  readonly #core: FoldCore;
  readonly #view: ViewState;

  constructor(core: FoldCore, session: SessionKey, epoch: string) {
    this.session = session;
    this.epoch = epoch;
    this.#core = core;
    this.#view = new ViewState(session, { epoch, ordinal: 0n });
  }

  add(event: StoredEvent): Fold {
    this.events.push(event);
    // CAST: replay uses nothing else of a core.
    this.#view.apply(stageReplay(this.#core as HubCore, this.#view, this.epoch, [event], "as-of"));
    return { epoch: this.epoch, ordinal: event.ordinal, tag: event.id, records: this.#view.records() };
  }
}
