/** Owns the notes module as an operator deploys it after a poisoned text was found: its projection reads every text. */
import { type HubModule, on, type Projection, put } from "@sessionstream/server-node";
import {
  Note,
  Noted,
  notesModule,
  notesProjection,
  POISON,
  tallyProjection,
} from "../../../packages/server-node/src/hub/testing/notes-module.ts";

const mendedProjection: Projection = {
  ...notesProjection,
  version: notesProjection.version + 1,
  on: [
    on(Noted, ({ payload, commandId }) => [
      put(Note, payload.field, payload.text === POISON ? { ...payload, text: "cured" } : payload, { commandId }),
    ]),
    ...notesProjection.on.filter(({ event }) => event.name !== Noted.name),
  ],
};

export const mendedNotes: HubModule = { ...notesModule(), projections: [mendedProjection, tallyProjection] };
