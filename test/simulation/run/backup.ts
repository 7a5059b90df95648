import type { MemoryStorageContents } from "@sessionstream/server-node";

export type Contents = MemoryStorageContents;

/** What is stored, as a copy of the disk would have it. Records are immutable, so they are shared. */
export function copyContents(contents: Contents): Contents {
  return new Map(
    [...contents].map(([name, { head, events, commands, entities }]) => [
      name,
      { head, events: [...events], commands: new Map(commands), entities: new Map(entities) },
    ]),
  );
}
