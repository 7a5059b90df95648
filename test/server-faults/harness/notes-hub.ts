/** Owns a production hub over the small notes module on manual time, and followers that fold what they are sent. */
import { createHub, type ErrorRecord, type Hub, type HubOptions, memoryStorage } from "@sessionstream/server-node";
import { FoldClient } from "../../../packages/server-node/src/fan-out/testing/fold-client.ts";
import { ScriptedSink } from "../../../packages/server-node/src/fan-out/testing/scripted-sink.ts";
import { attachRequest } from "../../../packages/server-node/src/hub/testing/hub-scene.ts";
import { notesModule } from "../../../packages/server-node/src/hub/testing/notes-module.ts";
import { type ManualPlatform, manualPlatform } from "../../../packages/server-node/src/testing/manual-platform.ts";

export const ada = { id: "ada", tenant: "acme" };

export const sessionKey = (session: string) => ({ tenant: ada.tenant, session });

export interface NotesHub {
  readonly hub: Hub;
  readonly platform: ManualPlatform;
  readonly storage: HubOptions["storage"];
  readonly errors: ErrorRecord[];
}

/** Its process ends when nobody holds it any more: call `hub.close()` only where a clean end is meant. */
export function notesHub(
  options: Partial<Omit<HubOptions, "platform">> & { readonly platform?: ManualPlatform } = {},
): NotesHub {
  const { platform = manualPlatform(), storage = memoryStorage() } = options;
  const errors: ErrorRecord[] = [];
  const hub = createHub({
    modules: [notesModule()],
    authorize: () => true,
    onError: (record) => void errors.push(record),
    ...options,
    platform,
    storage,
  });
  return { hub, platform, storage, errors };
}

export interface Follower {
  readonly sink: ScriptedSink;
  detach(): void;
  /** Folds the frames that came since the last call. */
  read(): FoldClient;
}

/** Subscribes as our client does. `sink` decides how fast it reads. */
export async function follow(hub: Hub, session: string, sink = new ScriptedSink()): Promise<Follower> {
  const subscription = await hub.attach(ada, attachRequest({ session: sessionKey(session), sink }));
  const fold = new FoldClient();
  let read = 0;
  return {
    sink,
    detach: () => subscription.detach(),
    read() {
      for (const frame of sink.frames().slice(read)) fold.receive(frame);
      read = sink.sent.length;
      return fold;
    },
  };
}

/** The notes of a session as `id:text`, in creation order; what cannot be read as `id:?`. */
export async function notesIn(hub: Hub, session: string): Promise<readonly string[]> {
  const snapshot = await hub.snapshot({ principal: ada, session });
  return (snapshot?.entities ?? [])
    .filter(({ kind }) => (typeof kind === "string" ? kind : kind.kind) === "Note")
    .map(({ id, payload }) => `${id}:${typeof payload === "object" && "text" in payload ? payload.text : "?"}`);
}

/** The texts of a fold's notes as `id:text`, in creation order. */
export function foldedNotes(fold: FoldClient): readonly string[] {
  return fold
    .timeline()
    .filter(({ kind }) => kind === "Note")
    .map(({ id, payload }) => `${id}:${payload?.["text"] ?? "?"}`);
}

/** All events of a session, in order. */
export async function logOf(storage: HubOptions["storage"], session: string) {
  const events = await storage.events(sessionKey(session), { after: 0n, limit: 1_000_000 });
  return events === "gone" ? [] : events;
}

export function writeNote(hub: Hub, session: string, id: string, note: string, text = "") {
  return hub.submit({ principal: ada, session, command: "WriteNote", id, payload: { field: note, text } });
}
