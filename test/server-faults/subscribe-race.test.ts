import type { Cursor } from "@sessionstream/protocol";
import { type MessageStorageAdapter, memoryStorage } from "@sessionstream/server-node";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FoldClient } from "../../packages/server-node/src/fan-out/testing/fold-client.ts";
import { ScriptedSink } from "../../packages/server-node/src/fan-out/testing/scripted-sink.ts";
import { attachRequest } from "../../packages/server-node/src/hub/testing/hub-scene.ts";
import { grown, noted } from "../../packages/server-node/src/hub/testing/notes-module.ts";
import { ada, foldedNotes, follow, notesHub, sessionKey } from "./harness/notes-hub.ts";

const room = sessionKey("room");
const SCHEDULES = Number(process.env["SCHEDULES"] ?? 5_000);

/** The log before the race: a note and one letter, as a client saw them. Then another process serves the session. */
async function writtenLog() {
  const storage = memoryStorage();
  const { hub } = notesHub({ storage });
  await hub.publish(room, [noted("a")]);
  await hub.publish(room, [grown("a", "0")]);
  const seen = await follow(hub, room.session);
  await hub.drain();
  const loaded = await storage.load(room);
  const log = await storage.events(room, { after: 0n, limit: 9 });
  if (loaded === null || log === "gone") throw new Error("nothing was written");
  return { loaded, log, seen: seen.sink.frames() };
}

/** Reads and commits come back when the scheduler lets them. */
function scheduled(storage: MessageStorageAdapter, scheduler: fc.Scheduler): MessageStorageAdapter {
  const later = <Result>(label: string, call: () => Promise<Result>) =>
    scheduler
      .schedule(Promise.resolve(), label)
      .then(call)
      .then((result) => scheduler.schedule(Promise.resolve(result), `${label} answered`));
  return {
    ...storage,
    load: (session) => later("load", () => storage.load(session)),
    events: (session, query) => later("events", () => storage.events(session, query)),
    commit: (commit) => later("commit", () => storage.commit(commit)),
    command: (session, id) => storage.command(session, id),
    remove: (session) => storage.remove(session),
    close: () => storage.close(),
  };
}

describe("a subscriber that comes in the middle", () => {
  it(`F-S6 L4: in ${SCHEDULES} orders of load, attach, five commits and draining, it sees each ordinal above its snapshot once`, async () => {
    const { loaded, log, seen } = await writtenLog();
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.boolean(), fc.boolean(), async (scheduler, resumes, holds) => {
        // A turn of the event loop between two of them: who runs the tests is to hear from this process.
        await new Promise((resolve) => setImmediate(resolve));
        const inner = memoryStorage();
        await inner.commit({
          session: room,
          expect: null,
          head: loaded.head,
          events: log,
          entities: { put: loaded.entities, forget: [] },
        });
        const { hub } = notesHub({ storage: scheduled(inner, scheduler) });
        // Room for one frame or two, so that the race goes through falling behind as well.
        const sink = new ScriptedSink({ holds, maxQueuedBytes: 700 });
        const fold = new FoldClient();
        for (const frame of resumes ? seen : []) fold.receive(frame);
        const { epoch, view, ordinal, tag } = fold;
        const cursor: Cursor | null = resumes ? { epoch, view, ordinal, tag } : null;
        const read = () => {
          for (const frame of holds ? sink.take() : []) fold.receive(frame);
        };
        // One begins after the other; when each is through is the scheduler's choice.
        const published: Promise<unknown>[] = [];
        const begun = ["1", "2", "3", "4", "5"].reduce(async (before, letter) => {
          await before;
          await scheduler.schedule(Promise.resolve(), `publish ${letter}`);
          published.push(hub.publish(room, [grown("a", letter)]));
        }, Promise.resolve());
        const attached = scheduler
          .schedule(Promise.resolve(), "subscribe")
          .then(() =>
            hub.attach(
              ada,
              attachRequest({ session: room, cursor, sinceSnapshotOrdinal: cursor?.ordinal ?? 0n, sink }),
            ),
          );
        const drains = Array.from({ length: 3 }, () => scheduler.schedule(Promise.resolve(), "drain").then(read));
        await scheduler.waitFor(Promise.all([begun, attached, ...drains]));
        await scheduler.waitFor(Promise.all(published));
        for (let turn = 0; turn < 4; turn += 1) read();
        if (!holds) for (const frame of sink.frames()) fold.receive(frame);
        expect(fold.violations).toEqual([]);
        expect(fold.ordinal).toBe(7n);
        expect(foldedNotes(fold)).toEqual(["a:012345"]);
      }),
      { numRuns: SCHEDULES },
    );
  });
});
