/** Owns the port through which local sessions outlive their page. What keeps them comes in: nothing of it is in the main entry. */
import type { SessionId } from "@sessionstream/protocol";
import type { TimelineEntity } from "../../timeline/entity.ts";
import type { LocalChange } from "./local-log.ts";

export interface LocalHistory {
  /** What was kept, in display order. Rejects when it cannot be read; the reader is offered another try. */
  load(session: SessionId): Promise<readonly TimelineEntity[]>;
  /** Told of entities that have settled, some of them more than once. Never throws, and gives none of them up. */
  keep(session: SessionId, settled: readonly TimelineEntity[]): void;
  /** Tells of what others keep in the session. Returns how to stop. */
  observe(session: SessionId, next: (change: LocalChange) => void): () => void;
}
