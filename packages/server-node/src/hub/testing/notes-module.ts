/** A small feature for tests of the hub: notes that are written, grow, settle and go, and a tally of them. */
import { SubscriptionHeadSchema, TextAppendSchema } from "@sessionstream/protocol/sessionstream/v1";
import { accept, defineCommand, reject } from "../../command/define-command.ts";
import type { DueEffect } from "../../effect/effect.ts";
import { defineEvent, event } from "../../event/define-event.ts";
import { defineEntityKind } from "../../projection/define-entity-kind.ts";
import { append, defineProjection, on, put, remove } from "../../projection/define-projection.ts";
import type { SessionView } from "../../projection/view.ts";
import type { HubModule } from "../hub-module.ts";

/** `field` is the note's id. Open while its offset is 1. */
export const Note = defineEntityKind("Note", TextAppendSchema, { row: true, open: ({ offset }) => offset === 1 });
/** `ordinal` counts the notes ever written. */
export const Tally = defineEntityKind("Tally", SubscriptionHeadSchema, { reference: false });

export const Noted = defineEvent("Noted", TextAppendSchema);
const Grown = defineEvent("Grown", TextAppendSchema);
const Settled = defineEvent("Settled", TextAppendSchema);
const Erased = defineEvent("Erased", TextAppendSchema);
/** No projection knows it. */
const Remarked = defineEvent("Remarked", TextAppendSchema);

/** A text that makes the notes projection throw. */
export const POISON = "poison";

export const noted = (id: string, text = "", open = false) => event(Noted, { field: id, text, offset: open ? 1 : 0 });
export const grown = (id: string, text: string) => event(Grown, { field: id, text });
export const settled = (id: string) => event(Settled, { field: id });
export const erased = (id: string) => event(Erased, { field: id });
export const remarked = (text = "") => event(Remarked, { text });

export const notesProjection = defineProjection({
  name: "notes",
  version: 1,
  writes: [Note],
  on: [
    on(Noted, ({ payload, commandId }) => {
      if (payload.text === POISON) throw new Error("the note is poisoned");
      return [put(Note, payload.field, payload, { commandId })];
    }),
    on(Grown, ({ payload }) => [append(Note, payload.field, "text", payload.text)]),
    on(Settled, ({ payload }) => [append(Note, payload.field, "text", "", { offset: 0 })]),
    on(Erased, ({ payload }) => [remove(Note, payload.field)]),
  ],
});

export const tallyProjection = defineProjection({
  name: "tally",
  version: 1,
  writes: [Tally],
  on: [
    on(Noted, (_, view) => {
      const before = view.get(Tally, "all")?.payload.ordinal ?? 0n;
      return [put(Tally, "all", { ordinal: before + 1n })];
    }),
  ],
});

/** Writes a note; an id that is taken is rejected. The outcome says how many there were. */
const WriteNote = defineCommand({
  name: "WriteNote",
  schema: TextAppendSchema,
  decide({ payload }, view) {
    if (view.get(Note, payload.field) !== undefined) return reject("command_rejected", "Take another id.", "taken");
    return accept([noted(payload.field, payload.text)], { outcome: { notes: view.list(Note).length + 1 } });
  },
});

/** Accepted without a trace but for its id. */
const Knock = defineCommand({
  name: "Knock",
  schema: TextAppendSchema,
  decide: () => accept([], { outcome: { heard: true } }),
});

export interface NotesOptions {
  readonly due?: (view: SessionView) => readonly DueEffect[];
}

export function notesModule({ due = () => [] }: NotesOptions = {}): HubModule {
  return {
    name: "notes",
    commands: [WriteNote, Knock],
    events: [Noted, Grown, Settled, Erased, Remarked],
    kinds: [Note, Tally],
    projections: [notesProjection, tallyProjection],
    due,
  };
}
