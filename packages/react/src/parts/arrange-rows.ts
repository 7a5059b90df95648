/**
 * Owns where the outcome of a run is read: after what the run said, before the next question or the next try at the same
 * one, and not where the run began. Rows and their identity come from the thread.
 */
import type { ChatThread, TranscriptRow } from "@sessionstream/client";
import type { EntityKey } from "@sessionstream/protocol";

const RUN_PREFIX = "ChatRun/";

/** The thread's rows with one row per run woven in; the same array while neither changed. */
export function createTranscriptRows(): (thread: ChatThread) => readonly TranscriptRow[] {
  const runRows = new Map<EntityKey, TranscriptRow>();
  let source: readonly TranscriptRow[] | undefined;
  let order: readonly EntityKey[] | undefined;
  let woven: readonly TranscriptRow[] = [];

  const runRow = (key: EntityKey): TranscriptRow => {
    const known = runRows.get(key);
    if (known !== undefined) return known;
    const row: TranscriptRow = { type: "entity", key, entity: key };
    runRows.set(key, row);
    return row;
  };

  return (thread) => {
    const { timeline } = thread;
    const nextSource = thread.getRows();
    const nextOrder = timeline.getOrder();
    if (nextSource === source && nextOrder === order) return woven;
    source = nextSource;
    order = nextOrder;

    const byEntity = new Map(nextSource.map((row) => [row.type === "entity" ? row.entity : undefined, row]));
    const rows: TranscriptRow[] = [];
    let runs: TranscriptRow[] = [];
    for (const key of nextOrder) {
      if (key.startsWith(RUN_PREFIX)) {
        // A run right after another, without a question between them, tries the same one again.
        rows.push(...runs);
        runs = [runRow(key)];
        continue;
      }
      const row = byEntity.get(key);
      if (row === undefined) continue;
      if (runs.length > 0 && timeline.getEntity(key)?.payload["role"] === "user") {
        rows.push(...runs);
        runs = [];
      }
      rows.push(row);
    }
    woven = [...rows, ...runs, ...nextSource.filter((row) => row.type === "pending")];
    return woven;
  };
}
