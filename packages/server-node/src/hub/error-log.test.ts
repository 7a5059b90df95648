import { SessionStreamError } from "@sessionstream/protocol";
import { describe, expect, it } from "vitest";
import { manualPlatform } from "../testing/manual-platform.ts";
import { ErrorLog } from "./error-log.ts";
import type { ErrorRecord, ErrorRecordStorage } from "./error-records.ts";
import { memoryErrorRecords } from "./memory-error-records.ts";
import { hubScene, room } from "./testing/hub-scene.ts";
import { noted, notesModule, POISON } from "./testing/notes-module.ts";

function scene(storage: ErrorRecordStorage = memoryErrorRecords(), onRecord = (_: ErrorRecord) => {}) {
  const seen: ErrorRecord[] = [];
  const observer = (record: ErrorRecord) => {
    seen.push(record);
    onRecord(record);
  };
  return { log: new ErrorLog({ platform: manualPlatform(), storage, observer }), seen };
}

describe("ErrorLog", () => {
  it("H38 keeps kind, session, ordinal, subject, code, message, raw text and metadata, newest first, up to a limit", async () => {
    const { log } = scene(memoryErrorRecords(3));
    const other = { tenant: "acme", session: "room-2" };
    for (const ordinal of [1n, 2n, 3n]) {
      const error = new SessionStreamError("invalid_event", `event ${ordinal}`);
      log.report({
        kind: "decode",
        error,
        subject: "Noted",
        session: room,
        ordinal,
        raw: "{",
        metadata: { page: "1" },
      });
    }
    const errorId = log.report({ kind: "effect", error: new Error("boom"), subject: "run", session: other });
    const [newest, ...rest] = await log.list({ limit: 10 });
    expect(newest).toMatchObject({
      errorId,
      kind: "effect",
      code: "internal",
      message: "boom",
      raw: null,
      ordinal: null,
    });
    expect(rest).toHaveLength(2);
    expect(await log.list({ session: room, limit: 1 })).toEqual([
      {
        errorId: expect.any(String),
        kind: "decode",
        at: Date.UTC(2026, 0, 1),
        session: room,
        ordinal: 3n,
        subject: "Noted",
        code: "invalid_event",
        message: "event 3",
        raw: "{",
        metadata: { page: "1" },
      },
    ]);
  });

  it("H40 a storage that fails is reported as such, with the original's kind, and then the original", async () => {
    const failing: ErrorRecordStorage = {
      async record() {
        throw new Error("table missing");
      },
      list: async () => [],
      discard: async () => undefined,
    };
    const { log, seen } = scene(failing);
    const errorId = log.report({ kind: "projection", error: new Error("boom"), subject: "notes@1" });
    await log.settled();
    expect(seen).toMatchObject([
      { kind: "storage", message: "table missing", metadata: { originalKind: "projection", originalId: errorId } },
      { kind: "projection", message: "boom", errorId },
    ]);
  });

  it("H39 an observer that throws affects nobody and is itself on record, once", async () => {
    const { log, seen } = scene(memoryErrorRecords(), () => {
      throw new Error("observer down");
    });
    log.report({ kind: "effect", error: new Error("boom"), subject: "run" });
    await log.settled();
    expect(seen).toHaveLength(1);
    expect(await log.list({ limit: 10 })).toMatchObject([
      { kind: "observer", subject: "onError", message: "observer down" },
      { kind: "effect", message: "boom" },
    ]);
  });

  it("an observer cannot change a record", async () => {
    const { log } = scene(memoryErrorRecords(), (record) => {
      // CAST: a caller that ignores `readonly`.
      (record as { message: string }).message = "nothing happened";
    });
    log.report({ kind: "effect", error: new Error("boom"), subject: "run" });
    expect((await log.list({ limit: 10 })).map(({ message }) => message)).toContain("boom");
  });
});

it("H38 H39 each kind of fault of a hub is on record, and no observer's throw reaches a publisher", async () => {
  const faulty = hubScene({
    modules: [
      notesModule({
        due: () => {
          throw new Error("due failed");
        },
      }),
    ],
    onPipeline() {
      throw new Error("observer failed");
    },
    onError() {
      throw new Error("observer of errors failed");
    },
  });
  faulty.onFanOut = () => {
    throw new Error("fan-out failed");
  };
  faulty.storage.faults.push("lost");
  expect(await faulty.hub.publish(room, [noted("a", POISON)])).toMatchObject({ status: "committed" });
  await faulty.hub.publish(room, [noted("b")]);
  const kinds = (await faulty.hub.errors({ session: room })).map(({ kind }) => kind);
  expect(new Set(kinds)).toEqual(new Set(["storage", "projection", "fan-out", "effect"]));
  const all = await faulty.hub.errors();
  expect(new Set(all.filter(({ kind }) => kind === "observer").map(({ subject }) => subject))).toEqual(
    new Set(["onPipeline", "onError"]),
  );
});
