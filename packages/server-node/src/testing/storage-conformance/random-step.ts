/** Owns the steps of random histories: what a hub might ask of a store next, and what it must never get wrong. */
import type { EntityChanges, MessageStorageAdapter, SessionHead, SessionKey } from "../../storage/contract.ts";
import { sorted } from "./check.ts";
import { aCommand, anEntity, anEvent, aPayload, commitAfter } from "./records.ts";

export interface Step {
  readonly what: string;
  /** The answer, in a comparable form. */
  run(storage: MessageStorageAdapter): Promise<unknown>;
}

/** A whole number below `bound`. */
export type Random = (bound: number) => number;

/** The same numbers for the same seed, everywhere (xorshift32). */
export function seededRandom(seed: number): Random {
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  return (bound) => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % bound;
  };
}

/** `name` makes what the step writes unique in its history. */
export function randomStep(random: Random, session: SessionKey, head: SessionHead | null, name: string): Step {
  const kind = random(20);
  if (kind === 0) return removal(session);
  if (kind < 3) return eventsRead(session, BigInt(random(12)), 1 + random(6));
  if (kind < 5) return loading(session);
  if (kind < 7) return commandRead(session, randomCommandId(random));
  return commit(random, session, head, name);
}

function removal(session: SessionKey): Step {
  return { what: "remove", run: (storage) => storage.remove(session) };
}

function eventsRead(session: SessionKey, after: bigint, limit: number): Step {
  return {
    what: `events after ${after}, ${limit} of them`,
    run: (storage) => storage.events(session, { after, limit }),
  };
}

function loading(session: SessionKey): Step {
  return {
    what: "load",
    run: async (storage) => {
      const loaded = await storage.load(session);
      return loaded && { head: loaded.head, entities: sorted(loaded.entities) };
    },
  };
}

function commandRead(session: SessionKey, id: string): Step {
  return { what: `command ${id}`, run: (storage) => storage.command(session, id) };
}

function commit(random: Random, session: SessionKey, head: SessionHead | null, name: string): Step {
  const ordinal = head?.ordinal ?? 0n;
  const events = Array.from({ length: random(4) }, (_, index) =>
    anEvent(ordinal + BigInt(index) + 1n, { id: `${name}-${index}`, ...(random(4) === 0 && { skippedBy: ["p@1"] }) }),
  );
  const parts = {
    events,
    head: randomPositions(random, head, ordinal + BigInt(events.length)),
    ...(random(3) === 0 && { command: aCommand(randomCommandId(random), { outcome: name }) }),
    ...(random(2) === 0 && { entities: randomEntities(random, name) }),
  };
  const regular = commitAfter(head, name, parts, session);
  const fate = random(8);
  const sent = fate === 0 ? { ...regular, expect: "stale" } : fate === 1 ? { ...regular, expect: null } : regular;
  return {
    what: `commit ${JSON.stringify(sent, (_, value) => (typeof value === "bigint" ? `${value}n` : value))}`,
    run: (storage) => storage.commit(sent),
  };
}

/** Positions only ever rise, and `floor <= projected <= ordinal`. */
function randomPositions(random: Random, head: SessionHead | null, ordinal: bigint): Partial<SessionHead> {
  const floor = head?.floor ?? 0n;
  const projected = random(2) === 0 ? ordinal : (head?.projected ?? 0n);
  return { projected, floor: random(6) === 0 && floor < projected ? floor + 1n : floor };
}

function randomCommandId(random: Random): string {
  return `command-${random(6)}`;
}

function randomEntities(random: Random, name: string): EntityChanges {
  const ids = ["a", "b", "c", "d", "e"];
  const changed = ids.filter(() => random(2) === 0);
  const forgotten = changed.filter(() => random(3) === 0);
  return {
    put: changed
      .filter((id) => !forgotten.includes(id))
      .map((id) =>
        random(4) === 0 ? anEntity(id, { removed: true, payload: "" }) : anEntity(id, { payload: aPayload(name) }),
      ),
    forget: forgotten.map((id) => ({ kind: "Message", id })),
    ...(random(6) === 0 && { replace: true }),
  };
}
