import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHub } from "@sessionstream/server-node";
import { sqliteStorage } from "@sessionstream/server-node/sqlite";
import Database from "libsql";
import { describe, expect, it, onTestFinished } from "vitest";
import { expectSound } from "./after-crash.ts";
import { ada, idleChatModule, recital } from "./chat-under-test.ts";
import type { Acknowledged, SentCommand } from "./crashing-server.ts";
import { expectRunsSound } from "./runs-in-log.ts";

const SENT: readonly SentCommand[] = [1, 2].map((n) => ({
  id: `command-${n}`,
  session: "session-1",
  prompt: `say ${n}`,
}));

/** A file as a server leaves it that was closed properly. */
async function aSoundFile() {
  const folder = mkdtempSync(join(tmpdir(), "sessionstream-sound-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "chat.db");
  const hub = createHub({ storage: sqliteStorage({ path }), modules: [idleChatModule()], authorize: () => true });
  const acknowledged = new Map<string, Acknowledged>();
  for (const { id, session, prompt } of SENT) {
    const ack = await hub.submit({ principal: ada, session, command: "ChatStartInference", id, payload: { prompt } });
    acknowledged.set(id, { type: "acknowledged", id, ...ack, outcome: JSON.stringify(ack.outcome) });
  }
  await hub.close();
  return { path, acknowledged };
}

const DAMAGES: readonly { readonly what: string; readonly sql: string }[] = [
  {
    what: "an acknowledged command that is not there",
    sql: "DELETE FROM sessionstream_command WHERE id = 'command-2'",
  },
  { what: "an outcome other than the acknowledged one", sql: "UPDATE sessionstream_command SET outcome = '{}'" },
  { what: "a hole in the log", sql: "DELETE FROM sessionstream_event WHERE ordinal = 2" },
  { what: "a log shorter than its head", sql: "DELETE FROM sessionstream_event WHERE ordinal = 4" },
  {
    what: "an event twice",
    sql: "UPDATE sessionstream_event SET id = (SELECT id FROM sessionstream_event WHERE ordinal = 1)",
  },
  {
    what: "an entity that is no fold of the log",
    sql: "UPDATE sessionstream_entity SET last_event_ordinal = last_event_ordinal - 1",
  },
  { what: "a missing entity", sql: "DELETE FROM sessionstream_entity WHERE kind = 'ChatRun'" },
];

describe("what is checked after a crash", () => {
  it("a file that was closed properly is sound", async () => {
    const { path, acknowledged } = await aSoundFile();
    await expectSound(path, SENT, acknowledged);
  });

  it.each(DAMAGES)("notices $what", async ({ sql }) => {
    const { path, acknowledged } = await aSoundFile();
    const database = new Database(path);
    database.exec(sql);
    database.close();
    await expect(expectSound(path, SENT, acknowledged)).rejects.toThrow();
  });
});

describe("what is checked of runs", () => {
  const queued = ["ChatRunQueued", { messageId: "m", prompt: recital("one") }] as const;
  const delta = ["ChatTextPatch", { messageId: "m:text:1", text: "one/0 one/1" }] as const;
  const end = ["ChatRunInterrupted", { messageId: "m" }] as const;
  const logOf = (...events: readonly (readonly [string, object])[]) =>
    events.map(([name, payload], index) => ({
      ordinal: BigInt(index) + 1n,
      id: `e${index}`,
      at: 0,
      name,
      payload: JSON.stringify({ ...payload, correlation: { runId: "r" } }),
    }));

  it("a run that ends once after the beginning of its answer is sound", () => {
    expect(expectRunsSound(logOf(queued, delta, end))).toEqual(["ChatRunInterrupted"]);
  });

  it.each([
    ["I10 a second end", [queued, end, ["ChatRunFinished", { messageId: "m" }]]],
    ["I10 a delta after the end", [queued, end, delta]],
    ["F-R2 a delta in another message", [queued, ["ChatTextPatch", { messageId: "n:text:1", text: "one/0" }]]],
    ["F-R2 the text of another answer", [queued, ["ChatTextPatch", { messageId: "m:text:1", text: "two/0" }]]],
  ] as const)("%s is noticed", (_what, events) => {
    expect(() => expectRunsSound(logOf(...events))).toThrow();
  });
});
