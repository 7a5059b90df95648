/**
 * Owns what is true: it looks at the storage itself after every write, keeps every event it ever saw, and checks what
 * must hold of a log whoever wrote it (I1, I2, I4, I10, I11) and of the entities beside it (I5).
 */

import { type EntityKey, entityKey, type JsonObject } from "@sessionstream/protocol";
import { encodePayload } from "@sessionstream/protocol/codec";
import type {
  AnyRecord,
  MemoryStorageContents,
  SessionKey,
  SharedMemory,
  StoredEntity,
  StoredEvent,
} from "@sessionstream/server-node";
import { chat } from "@sessionstream/server-node/chat";
import { ErrorLog } from "../../../packages/server-node/src/hub/error-log.ts";
import { createHubRegistry } from "../../../packages/server-node/src/hub/hub-registry.ts";
import { isOpaque, keyOf } from "../../../packages/server-node/src/hub/records.ts";
import { nodePlatform } from "../../../packages/server-node/src/platform/node-platform.ts";
import { notesModule } from "../../live-equals-reload/notes-module.ts";
import type { Judge } from "../run/violation.ts";
import type { DoneCalls } from "./done-calls.ts";
import { type Fold, LogFold } from "./log-fold.ts";
import { RunWatch } from "./run-watch.ts";
import type { StopWishes } from "./stop-wishes.ts";

type StoredSession = MemoryStorageContents extends Map<string, infer Stored> ? Stored : never;

/** What an independent reader knows of the modules. */
const REGISTRY = createHubRegistry([chat({ engine: async function* () {} }), notesModule]);

/** The event of a person's message. */
const SAYS = "ChatUserMessageAccepted";

interface Life {
  readonly fold: LogFold;
  readonly runs: RunWatch;
  /** Ids of its events. */
  readonly ids: Set<string>;
  /** Ids of commands that have events. */
  readonly effects: Set<string>;
  /** What people have said. */
  readonly said: Set<string>;
}

export interface LogWatch {
  /** Whether an event is, or ever was, in a log. */
  has(eventId: string): boolean;
  /** Something was written to this session. */
  look(session: SessionKey): void;
  /** An older copy took the storage's place: what came after it never was. */
  restored(): void;
  /** The fold at the event with this id, of whatever life it belonged to. */
  foldAt(tag: string): Fold | undefined;
  /** The log as it is now; `null`: there is none. */
  current(session: SessionKey): { readonly epoch: string; readonly events: readonly StoredEvent[] } | null;
  /** Whether there ever was a log of this epoch. */
  hadLog(session: SessionKey, epoch: string): boolean;
  hasCommand(session: SessionKey, commandId: string): boolean;
  /** Whether a command of this id has, or ever had, events. */
  hadEffect(commandId: string): boolean;
  /** Whether somebody's message of this text is, or ever was, in a log. */
  wasSaid(text: string): boolean;
  /** Ids of runs without an end. */
  openRuns(session: SessionKey): readonly string[];
  /** What an entity of a fold says, in the log's own encoding. */
  payloadOf(record: AnyRecord): JsonObject;
}

export interface LogWatchOptions {
  /** The disk, whatever is in its place. */
  readonly storage: { readonly memory: SharedMemory };
  readonly judge: Judge;
  readonly stops: StopWishes;
  readonly calls: DoneCalls;
}

export function createLogWatch({ storage, judge, stops, calls }: LogWatchOptions): LogWatch {
  const platform = nodePlatform();
  const core = {
    registry: REGISTRY,
    errors: new ErrorLog({
      platform,
      storage: { record: async () => undefined, list: async () => [], discard: async () => undefined },
      observer: undefined,
    }),
  };
  const lives = new Map<string, Life>();
  const folds = new Map<string, Fold>();
  const everEffective = new Set<string>();
  const everSaid = new Set<string>();
  const texts = new WeakMap<AnyRecord, string>();
  const payloads = new WeakMap<AnyRecord, JsonObject>();
  const byKey = new WeakMap<Fold, ReadonlyMap<EntityKey, AnyRecord>>();
  const confirmed = new WeakMap<StoredEntity, AnyRecord>();

  function textOf(record: AnyRecord): string {
    if (isOpaque(record)) return record.payload;
    return remembered(texts, record, () => encodePayload(record.kind.schema, record.payload, REGISTRY.payloads));
  }

  function storedOf(session: SessionKey): StoredSession | undefined {
    return storage.memory.contents.get(nameOf(session));
  }

  function lifeOf(session: SessionKey, epoch: string): Life {
    const name = lifeName(session, epoch);
    const known = lives.get(name);
    if (known !== undefined) return known;
    const life = {
      fold: new LogFold(core, session, epoch),
      runs: new RunWatch(judge, (runId) => stops.covers(session, runId)),
      ids: new Set<string>(),
      effects: new Set<string>(),
      said: new Set<string>(),
    };
    lives.set(name, life);
    return life;
  }

  function look(session: SessionKey): void {
    const stored = storedOf(session);
    if (stored === undefined) return;
    const life = lifeOf(session, stored.head.epoch);
    const { events } = life.fold;
    const name = `${session.tenant}/${session.session}`;
    events.forEach((event, index) => {
      if (stored.events[index] !== event) judge.violate("I2", `event ${index + 1} of ${name} changed or went`);
    });
    const added = stored.events.slice(events.length);
    checkEffects(life, added);
    checkSaid(name, life, added);
    for (const event of added) {
      if (event.ordinal !== BigInt(events.length) + 1n) {
        judge.violate("I1", `${name} has event ${event.ordinal} after ${events.length}`);
        return;
      }
      // A publish whose first attempt landed in a log that was then removed may be in the next one, too: once in each.
      if (life.ids.has(event.id)) judge.violate("I2", `event ${event.id} is in a log twice`);
      life.ids.add(event.id);
      folds.set(event.id, life.fold.add(event));
      life.runs.see(event);
      calls.see(event);
    }
    const { ordinal, tag } = stored.head;
    if (ordinal !== BigInt(events.length) || tag !== (events.at(-1)?.id ?? "")) {
      judge.violate("I1", `the head of ${name} says ${ordinal} ${tag}, the log ends at ${events.length}`);
    }
    checkEntities(name, life, stored);
  }

  /** One command, one commit with events of it. */
  function checkEffects({ effects }: Life, added: readonly StoredEvent[]): void {
    const ids = new Set(added.flatMap(({ commandId }) => commandId ?? []));
    for (const id of ids) {
      if (effects.has(id)) judge.violate("I4", `command ${id} took effect twice`);
      effects.add(id);
      everEffective.add(id);
      const said = added.filter((event) => event.commandId === id && event.name === SAYS);
      if (said.length > 1) judge.violate("I4", `command ${id} said its message ${said.length} times`);
    }
  }

  /** No two texts are typed that are the same. */
  function checkSaid(name: string, { said }: Life, added: readonly StoredEvent[]): void {
    for (const text of added.flatMap(saidIn)) {
      if (said.has(text)) judge.violate("I4", `"${text}" was typed once, and is in the log of ${name} twice`);
      said.add(text);
      everSaid.add(text);
    }
  }

  /** What is stored beside the log is its fold, up to where the head says. */
  function checkEntities(name: string, { fold }: Life, { head, entities }: StoredSession): void {
    const { projected } = head;
    const at = projected === 0n ? undefined : folds.get(fold.events[Number(projected) - 1]?.id ?? "");
    const records =
      at === undefined ? NOTHING : remembered(byKey, at, () => new Map(at.records.map((one) => [keyOf(one), one])));
    let present = 0;
    for (const entity of entities.values()) {
      if (entity.removed) continue;
      present += 1;
      const record = records.get(entityKey(entity.kind, entity.id));
      if (record !== undefined && (confirmed.get(entity) === record || isSame(entity, record))) {
        confirmed.set(entity, record);
        continue;
      }
      judge.violate("I5", `stored ${entity.kind}/${entity.id} of ${name} is not the fold at ${projected}`);
    }
    if (present !== records.size) {
      judge.violate("I5", `${name} stores ${present} entities, the fold at ${projected} has ${records.size}`);
    }
  }

  function isSame(entity: StoredEntity, record: AnyRecord): boolean {
    return (
      entity.createdOrdinal === record.createdOrdinal &&
      entity.createdIndex === record.createdIndex &&
      entity.lastEventOrdinal === record.lastEventOrdinal &&
      entity.createdAt === record.createdAt &&
      entity.updatedAt === record.updatedAt &&
      entity.open === record.open &&
      entity.commandId === record.commandId &&
      entity.payload === textOf(record)
    );
  }

  return {
    has: (eventId) => folds.has(eventId),
    look,
    restored() {
      lives.clear();
      calls.restored();
      for (const name of storage.memory.contents.keys()) {
        // CAST: names are made by the memory storage, of a pair of texts.
        const [tenant, session] = JSON.parse(name) as [string, string];
        relive({ tenant, session });
      }
    },
    foldAt: (tag) => folds.get(tag),
    current(session) {
      const stored = storedOf(session);
      return stored === undefined ? null : { epoch: stored.head.epoch, events: stored.events };
    },
    hadLog: (session, epoch) => lives.has(lifeName(session, epoch)),
    hasCommand: (session, commandId) => storedOf(session)?.commands.has(commandId) === true,
    hadEffect: (commandId) => everEffective.has(commandId),
    wasSaid: (text) => everSaid.has(text),
    openRuns(session) {
      const stored = storedOf(session);
      return stored === undefined ? [] : lifeOf(session, stored.head.epoch).runs.open();
    },
    // CAST: a payload's text is that of a JSON object.
    payloadOf: (record) => remembered(payloads, record, () => JSON.parse(textOf(record)) as JsonObject),
  };

  /** Reads a restored log from its beginning. */
  function relive(session: SessionKey): void {
    const stored = storedOf(session);
    if (stored === undefined) return;
    const life = lifeOf(session, stored.head.epoch);
    for (const event of stored.events) {
      folds.set(event.id, life.fold.add(event));
      life.ids.add(event.id);
      life.runs.see(event);
      calls.see(event);
      if (event.commandId !== undefined) life.effects.add(event.commandId);
      for (const text of saidIn(event)) life.said.add(text);
    }
  }
}

/** As the memory storage names sessions. */
export function nameOf({ tenant, session }: SessionKey): string {
  return JSON.stringify([tenant, session]);
}

function saidIn({ name, payload }: StoredEvent): readonly string[] {
  if (name !== SAYS) return [];
  // CAST: the payload of this event.
  return [(JSON.parse(payload) as { readonly content: string }).content];
}

function lifeName(session: SessionKey, epoch: string): string {
  return `${nameOf(session)} ${epoch}`;
}

const NOTHING: ReadonlyMap<EntityKey, AnyRecord> = new Map();

/** Folds and their records never change: what was made of one is made once. */
function remembered<Of extends object, Made>(made: WeakMap<Of, Made>, of: Of, make: () => Made): Made {
  const known = made.get(of);
  if (known !== undefined) return known;
  const fresh = make();
  made.set(of, fresh);
  return fresh;
}
