/**
 * Owns what a golden script's server lived through: which entity changed at which ordinal, and when. Gathered from all
 * frames of the script, late ones included, because a page shows what a window had left out.
 * Where only an entity's later state is known, it is born blank: what matters is where and when it was created.
 */
import type { EntityPatchJson, ServerFrameJson, SnapshotEntityJson } from "@sessionstream/protocol";
import type { FrameScript } from "@sessionstream/protocol/testing";

export type Fact =
  | { readonly type: "birth"; readonly kind: string; readonly id: string; readonly commandId: string | undefined }
  | { readonly type: "whole"; readonly kind: string; readonly id: string; readonly entity: SnapshotEntityJson }
  | { readonly type: "patch"; readonly kind: string; readonly id: string; readonly patch: EntityPatchJson }
  | { readonly type: "gone"; readonly kind: string; readonly id: string };

interface Entry {
  readonly epoch: string;
  /** The reading of the log that says so; `null`: every one. */
  readonly view: string | null;
  readonly ordinal: bigint;
  readonly at: number;
  readonly fact: Fact;
}

/** Of several facts about one entity at one ordinal, the one that says most. */
const WEIGHT: Readonly<Record<Fact["type"], number>> = { birth: 0, gone: 1, patch: 2, whole: 3 };

export class ScriptHistory {
  readonly #entries: Entry[] = [];

  /** @param unseen entities as they were before frames of the script that show only what changed. */
  constructor(script: FrameScript, unseen: readonly SnapshotEntityJson[]) {
    let epoch = "";
    for (const step of script.steps) {
      if (step.from !== "server") continue;
      const about = step.frame.snapshot ?? step.frame.timeline;
      if (about?.sessionId !== script.session) continue;
      epoch = about.epoch ?? epoch;
      this.#read(step.frame, epoch);
    }
    for (const entity of unseen) this.#readEntity(entity, epoch, null);
  }

  /** What happened at `ordinal` as `view` reads it, one fact per entity. */
  facts(epoch: string, view: string, ordinal: bigint): readonly Fact[] {
    const chosen = new Map<string, Fact>();
    const here = this.#entries.filter((entry) => entry.epoch === epoch && entry.ordinal === ordinal);
    for (const { fact } of here.toSorted((a, b) => weight(a, view) - weight(b, view))) {
      chosen.set(`${fact.kind}/${fact.id}`, fact);
    }
    return [...chosen.values()];
  }

  /** When `ordinal` happened, as far as any entity tells. */
  at(epoch: string, ordinal: bigint): number | undefined {
    return this.#entries.find((entry) => entry.epoch === epoch && entry.ordinal === ordinal)?.at;
  }

  #read({ snapshot, timeline }: ServerFrameJson, epoch: string): void {
    for (const entity of snapshot?.entities ?? []) this.#readEntity(entity, epoch, snapshot?.view ?? null);
    for (const change of timeline?.changes ?? []) {
      const { kind = "", id = "", ordinal = "0", updatedAt = 0, put, patch } = change;
      if (put !== undefined) this.#readEntity(put, epoch, null);
      else {
        const fact: Fact = patch === undefined ? { type: "gone", kind, id } : { type: "patch", kind, id, patch };
        this.#entries.push({ epoch, view: null, ordinal: BigInt(ordinal), at: Number(updatedAt), fact });
      }
    }
  }

  #readEntity(entity: SnapshotEntityJson, epoch: string, view: string | null): void {
    const { kind = "", id = "", commandId, createdAt = 0, updatedAt = 0 } = entity;
    const about = { kind, id };
    const [created, last] = [BigInt(entity.createdOrdinal ?? "0"), BigInt(entity.lastEventOrdinal ?? "0")];
    const fact: Fact = entity.tombstone === true ? { ...about, type: "gone" } : { ...about, type: "whole", entity };
    this.#entries.push({ epoch, view, ordinal: last, at: Number(updatedAt), fact });
    if (created === last || entity.tombstone === true) return;
    this.#entries.push({
      epoch,
      view: null,
      ordinal: created,
      at: Number(createdAt),
      fact: { ...about, type: "birth", commandId },
    });
  }
}

/** Another view's reading counts where this one has none, and less than anything that holds in every view. */
function weight({ view, fact }: Entry, wanted: string): number {
  return view === null || view === wanted ? WEIGHT[fact.type] : 0.5;
}
