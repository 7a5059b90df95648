/**
 * A module whose events say directly what becomes of its entities, so that generated scripts reach every kind of
 * change: creation, appended text, settling and reopening, removal, creation anew, siblings, and a projection that throws.
 */
import { ChatMessageEntitySchema, TextPatchSchema } from "@sessionstream/protocol/chat/v1";
import {
  append,
  defineEntityKind,
  defineEvent,
  defineProjection,
  type EventInput,
  event,
  type HubModule,
  on,
  put,
  remove,
} from "@sessionstream/server-node";

const Note = defineEntityKind("Note", ChatMessageEntitySchema, { row: true, open: (note) => note.streaming });
const NoteWritten = defineEvent("NoteWritten", TextPatchSchema);
const NoteGrew = defineEvent("NoteGrew", TextPatchSchema);
const NoteRemoved = defineEvent("NoteRemoved", TextPatchSchema);
const NotePoisoned = defineEvent("NotePoisoned", TextPatchSchema);

export type NoteChange =
  | {
      readonly type: "write";
      readonly id: string;
      readonly text: string;
      readonly open: boolean;
      readonly twin: boolean;
    }
  | { readonly type: "grow"; readonly id: string; readonly text: string }
  | { readonly type: "remove"; readonly id: string }
  | { readonly type: "poison"; readonly id: string };

export function noteEvent(change: NoteChange): EventInput {
  switch (change.type) {
    case "write":
      return event(NoteWritten, {
        messageId: change.id,
        text: change.text,
        status: change.open ? "open" : "settled",
        final: change.twin,
      });
    case "grow":
      return event(NoteGrew, { messageId: change.id, text: change.text });
    case "remove":
      return event(NoteRemoved, { messageId: change.id });
    case "poison":
      return event(NotePoisoned, { messageId: change.id });
  }
}

export const notesModule: HubModule = {
  name: "notes",
  commands: [],
  events: [NoteWritten, NoteGrew, NoteRemoved, NotePoisoned],
  kinds: [Note],
  projections: [
    defineProjection({
      name: "notes",
      version: 1,
      writes: [Note],
      on: [
        on(NoteWritten, ({ payload }) => {
          const note = { messageId: payload.messageId, content: payload.text, streaming: payload.status === "open" };
          const written = put(Note, payload.messageId, note);
          return payload.final ? [written, put(Note, `${payload.messageId}-twin`, note)] : [written];
        }),
        on(NoteGrew, ({ payload }, view) =>
          view.get(Note, payload.messageId) === undefined
            ? []
            : [append(Note, payload.messageId, "content", payload.text)],
        ),
        on(NoteRemoved, ({ payload }, view) =>
          view.get(Note, payload.messageId) === undefined ? [] : [remove(Note, payload.messageId)],
        ),
        on(NotePoisoned, () => {
          throw new Error("this projection cannot read this event");
        }),
      ],
    }),
  ],
  due: () => [],
};
