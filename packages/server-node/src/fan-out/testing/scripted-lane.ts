/**
 * A lane that does what a test says: it folds writes into records and tells its fan-out, without commands, storage or
 * time. It keeps the view of every ordinal, so that a test can ask what was true then.
 */
import { create, type DescMessage, equals, type MessageShape } from "@bufbuild/protobuf";
import { type AppendHint, encodePayload } from "@sessionstream/protocol/codec";
import type { EventType } from "../../event/define-event.ts";
import type { EntityWrite } from "../../projection/define-projection.ts";
import type { EntityRecord } from "../../projection/view.ts";
import type { SessionKey } from "../../storage/contract.ts";
import { isOpaque } from "../audience-lens.ts";
import type { CommittedEvent, EntityDelta } from "../committed-change.ts";
import type { AnyRecord, LaneHead, LaneReader, RemovedRecord, SessionFanOut } from "../lane-reader.ts";
import { noted, sampleRegistry } from "./sample-kinds.ts";

export interface ScriptedEvent {
  readonly writes: readonly EntityWrite[];
  readonly type?: EventType;
}

/** The lane as it was, or is: a reader that does not change. */
interface Moment {
  readonly head: LaneHead;
  readonly records: readonly AnyRecord[];
  readonly removals: readonly RemovedRecord[];
}

interface Draft {
  readonly appends: AppendHint[];
  /** After a put, appends no longer speak of the text before the commit. */
  rewritten: boolean;
  recreated: boolean;
}

const BIRTH = 1_767_225_600_000;

const UNBORN_MOMENT: Moment = {
  head: { epoch: "", view: "v1", ordinal: 0n, tag: "", horizon: 0n, floor: 0n },
  records: [],
  removals: [],
};

function momentKey(epoch: string, ordinal: bigint): string {
  return `${epoch}:${ordinal}`;
}

export class ScriptedLane implements LaneReader {
  readonly session: SessionKey;
  /** Where commits go: set it to what `createSessionFanOut` gave. */
  fanOut: SessionFanOut | null = null;
  /** What `catchUp` and `tagAt` wait for: a test can make them slow or fail. */
  storage: () => Promise<void> = () => Promise.resolve();
  #moment: Moment = UNBORN_MOMENT;
  readonly #history = new Map([[momentKey("", 0n), UNBORN_MOMENT]]);
  #epochs = 0;
  #views = 1;

  constructor(session: SessionKey = { tenant: "acme", session: "s-1" }) {
    this.session = session;
  }

  head(): LaneHead {
    return this.#moment.head;
  }

  records(): readonly AnyRecord[] {
    return this.#moment.records;
  }

  removals(): readonly RemovedRecord[] {
    return this.#moment.removals;
  }

  async tagAt(ordinal: bigint): Promise<string | "gone"> {
    await this.storage();
    return ordinal <= this.head().floor ? "gone" : this.#tag(ordinal);
  }

  catchUp(): Promise<void> {
    return this.storage();
  }

  /** One commit of one event per argument. */
  commit(...events: readonly ScriptedEvent[]): void {
    const before = this.#moment;
    const { head } = before;
    const epoch = head.epoch === "" ? this.#mintEpoch() : head.epoch;
    const drafts = new Map<string, Draft>();
    let records = new Map(before.records.map((record) => [keyOf(record), record]));
    const removals = new Map(before.removals.map((removal) => [keyOf(removal), removal]));
    const committed: CommittedEvent[] = [];
    let ordinal = head.ordinal;
    for (const { writes, type = noted } of events) {
      ordinal += 1n;
      const view = new Map(records);
      let createdIndex = 0;
      for (const write of writes) {
        if (apply(write, { ordinal, createdIndex }, view, removals, drafts)) createdIndex += 1;
      }
      records = view;
      const payload = encodePayload(type.schema, create(type.schema), sampleRegistry);
      committed.push({ type, name: type.name, ordinal, payload });
    }
    const tag = this.#tag(ordinal, epoch);
    const view = `v${this.#views}`;
    this.#become({
      head: { ...head, epoch, view, ordinal, tag },
      records: [...records.values()].sort(inLaneOrder),
      removals: [...removals.values()],
    });
    const deltas = [...drafts].flatMap(([key, draft]) =>
      deltaOf(before.records.find(hasKey(key)), records.get(key), draft),
    );
    this.fanOut?.commit({ epoch, prevOrdinal: head.ordinal, ordinal, tag, deltas, events: committed });
  }

  /** The same log under another projection, which here makes the same entities. */
  rebuild(): void {
    this.#views += 1;
    this.#become({ ...this.#moment, head: { ...this.head(), view: `v${this.#views}` } });
    this.fanOut?.replaced();
  }

  /** The log ends. */
  remove(): void {
    this.#views = 1;
    this.#become(UNBORN_MOMENT);
    this.fanOut?.replaced();
  }

  /** Removals up to the head are forgotten. */
  forgetRemovals(): void {
    this.#become({ ...this.#moment, head: { ...this.head(), horizon: this.head().ordinal }, removals: [] });
  }

  truncate(floor: bigint): void {
    this.#become({ ...this.#moment, head: { ...this.head(), floor } });
  }

  addOpaque(record: AnyRecord): void {
    this.#become({ ...this.#moment, records: [...this.#moment.records, record].sort(inLaneOrder) });
  }

  /** A reader for how the lane stood at `ordinal` of the log `epoch`. */
  at(epoch: string, ordinal: bigint): LaneReader {
    const moment = this.#history.get(momentKey(epoch, ordinal));
    if (moment === undefined) throw new Error(`The lane never stood at ${epoch}:${ordinal}`);
    return {
      session: this.session,
      head: () => moment.head,
      records: () => moment.records,
      removals: () => moment.removals,
      tagAt: () => Promise.resolve("gone"),
      catchUp: () => Promise.resolve(),
    };
  }

  #become(moment: Moment): void {
    this.#history.set(momentKey(moment.head.epoch, moment.head.ordinal), moment);
    this.#moment = moment;
  }

  #mintEpoch(): string {
    this.#epochs += 1;
    return `e${this.#epochs}`;
  }

  #tag(ordinal: bigint, epoch = this.head().epoch): string {
    return `${epoch}:${ordinal}`;
  }
}

/** Answers whether an entity was created. */
function apply(
  write: EntityWrite,
  at: { readonly ordinal: bigint; readonly createdIndex: number },
  view: Map<string, AnyRecord>,
  removals: Map<string, RemovedRecord>,
  drafts: Map<string, Draft>,
): boolean {
  const key = `${write.kind.kind}/${write.id}`;
  const held = view.get(key);
  const old = held === undefined || isOpaque(held) ? undefined : held;
  const draft = drafts.get(key) ?? { appends: [], rewritten: false, recreated: false };
  const updatedAt = BIRTH + Number(at.ordinal);
  if (write.op === "remove") {
    if (old === undefined) return false;
    view.delete(key);
    removals.set(key, {
      kind: write.kind.kind,
      id: write.id,
      createdOrdinal: old.createdOrdinal,
      createdIndex: old.createdIndex,
      lastEventOrdinal: at.ordinal,
      updatedAt,
      kindIsPublic: write.kind.visibility === "public",
    });
    drafts.set(key, draft);
    return false;
  }
  if (write.op === "append" && old === undefined) return false;
  const payload = write.op === "put" ? write.payload : appended(write, old, draft);
  const open = write.kind.open(payload);
  if (old !== undefined && old.open === open && equals(write.kind.schema, old.payload, payload)) return false;
  if (write.op === "put") draft.rewritten = true;
  if (old === undefined && removals.delete(key)) draft.recreated = true;
  drafts.set(key, draft);
  view.set(key, {
    kind: write.kind,
    id: write.id,
    payload,
    createdOrdinal: old?.createdOrdinal ?? at.ordinal,
    createdIndex: old?.createdIndex ?? at.createdIndex,
    lastEventOrdinal: at.ordinal,
    createdAt: old?.createdAt ?? updatedAt,
    updatedAt,
    open,
    commandId: write.op === "put" ? (old?.commandId ?? write.commandId) : old?.commandId,
  });
  return old === undefined;
}

function appended(
  write: EntityWrite & { op: "append" },
  old: EntityRecord | undefined,
  draft: Draft,
): MessageShape<DescMessage> {
  // CAST: append() names a string field of the kind's message.
  const fields = { ...old?.payload, ...write.set } as Record<string, string> & MessageShape<DescMessage>;
  const text = fields[write.field] ?? "";
  draft.appends.push({ field: write.field, offset: text.length, text: write.text });
  return create(write.kind.schema, { ...fields, [write.field]: text + write.text });
}

function deltaOf(before: AnyRecord | undefined, after: AnyRecord | undefined, draft: Draft): EntityDelta[] {
  if ((before !== undefined && isOpaque(before)) || (after !== undefined && isOpaque(after))) return [];
  return before === undefined && after === undefined
    ? []
    : [{ before, after, appends: draft.rewritten ? [] : draft.appends, recreated: draft.recreated }];
}

function keyOf(record: AnyRecord | RemovedRecord): string {
  return `${typeof record.kind === "string" ? record.kind : record.kind.kind}/${record.id}`;
}

function hasKey(key: string): (record: AnyRecord) => boolean {
  return (record) => keyOf(record) === key;
}

function inLaneOrder(a: AnyRecord, b: AnyRecord): number {
  if (a.createdOrdinal !== b.createdOrdinal) return a.createdOrdinal < b.createdOrdinal ? -1 : 1;
  return a.createdIndex - b.createdIndex || (keyOf(a) < keyOf(b) ? -1 : 1);
}
