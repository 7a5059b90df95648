/**
 * Owns what one audience may see of records, as JSON text: redaction first, then encoding, each once per record.
 * Does not choose records and does not build frames.
 * A record that cannot be redacted or encoded is hidden and reported: showing it unredacted is not an option (L13).
 */
import type { Message } from "@bufbuild/protobuf";
import {
  type ChangeHeader,
  diffPayload,
  type EntityMeta,
  encodePayload,
  type PatchBody,
  type PayloadRegistry,
  spliceEntity,
  splicePatch,
  splicePut,
  spliceRemove,
} from "@sessionstream/protocol/codec";
import { atOnce } from "../platform/hooks.ts";
import type { Audience, EntityKind } from "../projection/define-entity-kind.ts";
import type { EntityRecord } from "../projection/view.ts";
import type { EntityDelta } from "./committed-change.ts";
import type { AnyRecord, OpaqueRecord, RemovedRecord } from "./lane-reader.ts";

export interface AudienceLens {
  /** Whether the record counts as a row for this audience. */
  isRow(record: AnyRecord): boolean;
  /** SnapshotEntity JSON; `null` when hidden. */
  entity(record: AnyRecord): string | null;
  /** The same as a reference peer may see it. */
  referenceEntity(record: AnyRecord): string | null;
  /**
   * What a delta says of a record outside the window, or hidden now though perhaps not before: the key alone. `null`
   * for kinds this audience never hears of.
   */
  trace(record: AnyRecord): string | null;
  tombstone(removal: RemovedRecord): string | null;
  /** EntityChange JSON; `null` when this audience sees nothing of it. */
  change(delta: EntityDelta, commitOrdinal: bigint): string | null;
}

export interface AudienceLensOptions {
  readonly audience: Audience;
  readonly registry: PayloadRegistry;
  readonly kinds: ReadonlyMap<string, EntityKind>;
  readonly report: (error: unknown, subject: string) => void;
}

const NOTHING_CHANGED: PatchBody = { set: {}, clear: [], append: [] };

export function createAudienceLens({ audience, registry, kinds, report }: AudienceLensOptions): AudienceLens {
  const shown = new WeakMap<EntityRecord, Message | null>();
  const entityTexts = new WeakMap<AnyRecord, string | null>();
  const referenceTexts = new WeakMap<AnyRecord, string | null>();

  /** The payload as this audience may see it. */
  function show(record: EntityRecord): Message | null {
    const known = shown.get(record);
    if (known !== undefined) return known;
    let message: Message | null = null;
    if (record.kind.visibility === "public") {
      try {
        message = atOnce(record.kind.redact(record.payload, audience), "redact");
      } catch (error) {
        report(error, `redact ${record.kind.kind}/${record.id}`);
      }
    }
    shown.set(record, message);
    return message;
  }

  function hide(record: EntityRecord, error: unknown): null {
    report(error, `encode ${record.kind.kind}/${record.id}`);
    shown.set(record, null);
    return null;
  }

  function encodeEntity(record: EntityRecord, reference: boolean): string | null {
    const message = show(record);
    if (message === null) return null;
    try {
      return spliceEntity(metaOf(record), encodePayload(record.kind.schema, message, registry), { reference });
    } catch (error) {
      return hide(record, error);
    }
  }

  /** What nobody can decode, nobody can redact: of a known kind only the key is shown. */
  function opaqueEntity(record: OpaqueRecord, reference: boolean): string | null {
    const kind = kinds.get(record.kind);
    if (kind === undefined) return spliceEntity(record, record.payload, { reference });
    return kind.visibility === "public" ? spliceEntity(record, null, { reference }) : null;
  }

  function render(record: AnyRecord, reference: boolean, texts: WeakMap<AnyRecord, string | null>): string | null {
    const known = texts.get(record);
    if (known !== undefined) return known;
    const text = isOpaque(record) ? opaqueEntity(record, reference) : encodeEntity(record, reference);
    texts.set(record, text);
    return text;
  }

  function visibleChange(before: EntityRecord | undefined, after: EntityRecord, delta: EntityDelta): string | null {
    const message = show(after);
    const old = before === undefined ? null : show(before);
    if (message === null) return before === undefined || old === null ? null : spliceRemove(headerOf(after));
    const opened = after.open && before?.open !== true;
    if (before === undefined || old === null || delta.recreated || opened) return put(after, old !== null);
    // A hint speaks of the stored text; what redaction made of it is compared.
    const appends = message === after.payload && old === before.payload ? delta.appends : [];
    try {
      const body = diffPayload(after.kind.schema, old, message, { registry, appends });
      return splicePatch(headerOf(after), before.lastEventOrdinal, body ?? NOTHING_CHANGED);
    } catch (error) {
      hide(after, error);
      return spliceRemove(headerOf(after));
    }
  }

  function put(record: EntityRecord, held: boolean): string | null {
    const text = render(record, false, entityTexts);
    if (text !== null) return splicePut(headerOf(record), text);
    return held ? spliceRemove(headerOf(record)) : null;
  }

  return {
    isRow: (record) =>
      isOpaque(record) ? kinds.get(record.kind)?.row === true : record.kind.row && show(record) !== null,
    entity: (record) => render(record, false, entityTexts),
    referenceEntity(record) {
      const kind = isOpaque(record) ? kinds.get(record.kind) : record.kind;
      return kind?.reference === false ? null : render(record, true, referenceTexts);
    },
    trace(record) {
      const kind = isOpaque(record) ? kinds.get(record.kind) : record.kind;
      if (kind?.visibility === "server") return null;
      const tombstone = !isOpaque(record) && show(record) === null;
      return spliceEntity({ ...metaOf(record), open: false }, null, { tombstone });
    },
    tombstone: (removal) =>
      removal.kindIsPublic ? spliceEntity({ ...removal, createdAt: 0, open: false }, null, { tombstone: true }) : null,
    change(delta, commitOrdinal) {
      const { before, after } = delta;
      if (after !== undefined) return visibleChange(before, after, delta);
      if (before === undefined || show(before) === null) return null;
      return spliceRemove({ ...headerOf(before), ordinal: commitOrdinal, open: false });
    },
  };
}

export function isOpaque(record: AnyRecord): record is OpaqueRecord {
  return "opaque" in record;
}

function metaOf(record: AnyRecord): EntityMeta {
  return isOpaque(record) ? record : { ...record, kind: record.kind.kind };
}

function headerOf(record: EntityRecord): ChangeHeader {
  return {
    kind: record.kind.kind,
    id: record.id,
    ordinal: record.lastEventOrdinal,
    createdOrdinal: record.createdOrdinal,
    updatedAt: record.updatedAt,
    open: record.open,
  };
}
