/**
 * Owns where a lane stands: its view, what it knows of storage's head, and what storage does not know yet. Data and
 * small facts; who changes it is in lane.ts's list.
 */
import type { EntityKey } from "@sessionstream/protocol";
import type { LaneHead } from "../fan-out/lane-reader.ts";
import type { SessionHead, SessionKey, StoredEvent } from "../storage/contract.ts";
import { RecentTags } from "./recent-tags.ts";
import { ViewState } from "./view-state.ts";

export class LaneState {
  readonly view: ViewState;
  /** Name of the view in memory. Storage's may be another one: then this lane commits events only. */
  readonly viewId: string;
  /** As last seen; `null`: no log. */
  stored: SessionHead | null;
  tag: string;
  /** Time of the newest event. */
  lastAt: number;
  /** Entities whose stored rows are older than the view. */
  readonly dirty = new Set<EntityKey>();
  readonly tags = new RecentTags();

  constructor(start: { view: ViewState; viewId: string; stored: SessionHead | null; lastAt: number }) {
    this.view = start.view;
    this.viewId = start.viewId;
    this.stored = start.stored;
    this.tag = start.stored?.tag ?? "";
    this.lastAt = start.lastAt;
    this.tags.add(start.stored?.ordinal ?? 0n, this.tag);
  }

  /** The state of a session without a log. */
  static unborn(session: SessionKey, viewId: string): LaneState {
    return new LaneState({ view: new ViewState(session, { epoch: "", ordinal: 0n }), viewId, stored: null, lastAt: 0 });
  }

  get isUnborn(): boolean {
    return this.stored === null;
  }

  /** Storage holds entities that other projections made: checkpoints are theirs (see DESIGN, view identity). */
  get isForeign(): boolean {
    return this.stored !== null && this.stored.view !== this.viewId;
  }

  head(): LaneHead {
    return {
      epoch: this.view.epoch,
      view: this.viewId,
      ordinal: this.view.ordinal,
      tag: this.tag,
      horizon: this.view.tombstones.horizon,
      floor: this.stored?.floor ?? 0n,
    };
  }

  /** Storage's rows of these are older than the view. */
  markDirty(...keys: readonly (readonly EntityKey[])[]): void {
    for (const some of keys) for (const key of some) this.dirty.add(key);
  }

  /** Events became part of the view. */
  advance(events: readonly StoredEvent[]): void {
    for (const event of events) this.tags.add(event.ordinal, event.id);
    const last = events.at(-1);
    if (last === undefined) return;
    this.tag = last.id;
    this.lastAt = last.at;
  }
}
