/** What must never be, and what the product does where it is all the same: that session starts over, on record. */
import { event, type MemoryStorageContents, memoryStorage } from "@sessionstream/server-node";
import { ChatMessage, ChatRun, ChatTextPatch, chat, createChatService } from "@sessionstream/server-node/chat";
import { describe, expect, it } from "vitest";
import { arms } from "../../packages/server-node/src/fan-out/testing/fan-out-scene.ts";
import { noted } from "../../packages/server-node/src/hub/testing/notes-module.ts";
import { storageOver } from "../setup/storage-over.ts";
import { ada, foldedNotes, follow, notesHub, notesIn, sessionKey } from "./harness/notes-hub.ts";

const room = sessionKey("room");
const texts = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`);

/** A hub whose disk is replaced, under its feet, by an older copy that others have written to since. */
async function restoredBackup(theirs: readonly string[]) {
  const disk: MemoryStorageContents = new Map();
  let current = memoryStorage(disk);
  const scene = notesHub({ storage: storageOver(() => current) });
  for (const text of texts("a", 6)) await scene.hub.publish(room, [noted(text)]);
  const backup = memoryStorage(structuredClone(disk));
  for (const text of texts("b", 4)) await scene.hub.publish(room, [noted(text)]);
  const other = notesHub({ storage: backup });
  for (const text of theirs) await other.hub.publish(room, [noted(text)]);
  return {
    ...scene,
    restore() {
      current = backup;
    },
  };
}

describe("a log that changed under a running hub", () => {
  it.each([
    ["shorter", texts("c", 2)],
    ["as long", texts("c", 4)],
    ["longer", texts("c", 9)],
  ])(
    "I2 I6 F-D10: %s than what the hub knew: it starts over from what is stored, clients are told everything, on record",
    async (_, theirs) => {
      const { hub, restore } = await restoredBackup(theirs);
      const client = await follow(hub, "room");
      expect(foldedNotes(client.read())).toHaveLength(10);
      restore();
      await hub.publish(room, [noted("last")]).catch(() => undefined);
      await hub.publish(room, [noted("very last")]);
      const stored = [...texts("a", 6), ...theirs].map((text) => `${text}:`);
      const shown = await notesIn(hub, "room");
      expect(shown.slice(0, stored.length)).toEqual(stored);
      expect(shown.at(-1)).toBe("very last:");
      expect(arms(client.sink.frames()).filter((arm) => arm === "FULL")).toHaveLength(2);
      expect(foldedNotes(client.read())).toEqual(shown);
      expect(await hub.errors({ session: room })).toMatchObject([
        {
          kind: "storage",
          code: "corrupt_data",
          subject: "history",
          message: expect.stringContaining("another history"),
        },
      ]);
    },
  );
});

describe("a run that is over", () => {
  it("I10 takes no word more, whoever publishes one", async () => {
    const { hub, platform } = notesHub({
      modules: [
        chat({
          engine: async function* () {
            yield { type: "text-delta", id: "t", text: "all there is" };
          },
        }),
      ],
    });
    const service = createChatService({ hub, mintId: () => platform.randomId() });
    await service.submitPrompt({ principal: ada, session: "room", prompt: "go" });
    await platform.advance(1_000);
    const entities = async () => (await hub.snapshot({ principal: ada, session: "room" }))?.entities ?? [];
    const before = await entities();
    const run = before.find(({ kind }) => typeof kind !== "string" && kind.kind === ChatRun.kind);
    const answer = before.findLast(({ kind }) => typeof kind !== "string" && kind.kind === ChatMessage.kind);
    if (run === undefined || answer === undefined) throw new Error("there was no answer");
    expect(run.open).toBe(false);
    await hub.publish(room, [event(ChatTextPatch, { messageId: answer.id, text: " and more" })]);
    const after = (await entities()).find(({ id }) => id === answer.id);
    expect(after?.payload).toEqual(answer.payload);
  });
});
