/** Kinds and one event for tests of the substrate: what they mean does not matter, how they differ does. */
import { create } from "@bufbuild/protobuf";
import { createPayloadRegistry } from "@sessionstream/protocol/codec";
import { SubscriptionHeadSchema, TextAppendSchema } from "@sessionstream/protocol/sessionstream/v1";
import { defineEvent } from "../../event/define-event.ts";
import { defineEntityKind, type EntityKind } from "../../projection/define-entity-kind.ts";

/** A row; open while its offset is 1. */
export const note = defineEntityKind("Note", TextAppendSchema, { row: true, open: ({ offset }) => offset === 1 });

/** No row and unknown to reference peers; open while its ordinal is 1. */
export const marker = defineEntityKind("Marker", SubscriptionHeadSchema, {
  reference: false,
  open: ({ ordinal }) => ordinal === 1n,
});

/** Never leaves the process. */
export const secret = defineEntityKind("Secret", TextAppendSchema, { visibility: "server" });

/** A row whose text only staff may read, others see how long it is; hidden from them while its field is "hidden". */
export const guarded = defineEntityKind("Guarded", TextAppendSchema, {
  row: true,
  redact(payload, audience) {
    if (audience === "staff") return payload;
    return payload.field === "hidden"
      ? null
      : create(TextAppendSchema, { ...payload, text: "•".repeat(payload.text.length) });
  },
});

export const sampleKinds: ReadonlyMap<string, EntityKind> = new Map(
  [note, marker, secret, guarded].map((kind) => [kind.kind, kind]),
);

export const sampleRegistry = createPayloadRegistry([TextAppendSchema, SubscriptionHeadSchema]);

export const noted = defineEvent("Noted", TextAppendSchema);
export const whispered = defineEvent("Whispered", TextAppendSchema, { visibility: "server" });
