import type { MessageRowStore } from "@sessionstream/protocol/message-rows";
import { expect, it, onTestFinished, vi } from "vitest";
import { demoEngine } from "../../engines/demo/index.ts";
import { createHub } from "../../hub/create-hub.ts";
import type { Hub } from "../../hub/hub.ts";
import { chat } from "../chat.ts";
import type { EngineMessage } from "../engine/engine.ts";
import { fromMessageRows } from "./from-message-rows.ts";
import { memoryMessageRows } from "./memory-message-rows.ts";

const ada = { id: "ada", tenant: "acme" };
const session = "session-1";
const answer = demoEngine({ speed: Number.POSITIVE_INFINITY });

function aServer(table: MessageRowStore) {
  const heard: (readonly EngineMessage[])[] = [];
  const hub = createHub({
    storage: fromMessageRows(table),
    modules: [
      chat({
        engine: (request, signal) => {
          heard.push(request.history);
          return answer(request, signal);
        },
      }),
    ],
    authorize: () => true,
    checkpoint: "always",
  });
  onTestFinished(() => hub.close());
  return { hub, heard };
}

async function ask(hub: Hub, id: string, prompt: string): Promise<void> {
  await hub.submit({ principal: ada, session, command: "ChatStartInference", id, payload: { prompt } });
  await vi.waitFor(async () => {
    const snapshot = await hub.snapshot({ principal: ada, session });
    expect(snapshot?.entities.filter((entity) => entity.open)).toEqual([]);
  });
}

/** What a reader sees of the thread. */
async function transcriptOf(hub: Hub) {
  const snapshot = await hub.snapshot({ principal: ada, session });
  return snapshot?.entities.flatMap(({ kind, id, payload, createdAt }) =>
    typeof kind !== "string" && kind.row ? [{ kind: kind.kind, id, payload, createdAt }] : [],
  );
}

it("H55 a restarted server shows the thread as it was, and the model hears its earlier answers", async () => {
  const table = memoryMessageRows();
  const before = aServer(table);
  await ask(before.hub, "c1", "think and use a tool");
  await ask(before.hub, "c2", "hello");
  const transcript = await transcriptOf(before.hub);
  const rows = table.rows;
  await before.hub.close();

  const after = aServer(table);
  expect(await transcriptOf(after.hub)).toEqual(transcript);
  // Rows stand for a log that nobody has: that it cannot be read is no news for an operator.
  expect(await after.hub.errors()).toEqual([]);
  expect(new Set(transcript?.map(({ kind }) => kind))).toEqual(
    new Set(["ChatMessage", "ChatToolCall", "ChatToolResult"]),
  );
  expect(table.rows).toEqual(rows);

  await ask(after.hub, "c3", "and now?");
  const answered = expect.objectContaining({ role: "assistant" });
  const asked = expect.objectContaining({ role: "user", text: "hello" });
  expect(before.heard[1]).toHaveLength(2);
  expect(after.heard[0]).toEqual([...(before.heard[1] ?? []), asked, answered]);
  expect(table.rows.slice(0, rows.length)).toEqual(rows);
  expect(table.rows.slice(rows.length).map((row) => row.authorRole)).toEqual(["user", "agent"]);
});
