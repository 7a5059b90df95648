import type { JsonObject } from "@sessionstream/protocol";
import { describe, expect, it } from "vitest";
import type { RuntimeEvent } from "../engine/runtime-event.ts";
import { ChatMessage } from "../kinds.ts";
import { chatHarness } from "../testing/chat-harness.ts";
import { followSession } from "../testing/follow-session.ts";
import { manualEngine, textDeltas } from "../testing/manual-engine.ts";
import { AgentMode, agentModePlugin } from "./agent-mode.ts";

const custom = (name: string, payload: JsonObject): RuntimeEvent => ({ type: "custom", name, payload });
const preview = (candidateMode: string) =>
  custom("agent-mode-preview", { candidateMode, analysis: "Reads like a review.", parseState: "partial" });
const commit = (from: string, to: string) =>
  custom("agent-mode-commit", { title: "Another mode", from, to, analysis: "• Reads like a review." });

/** A run that has begun to answer, and a subscriber who watches. */
async function answering() {
  const manual = manualEngine();
  const chat = Object.assign(chatHarness({ engine: manual.engine, plugins: [agentModePlugin()] }), { manual });
  const follower = await followSession(chat.hub);
  const { outcome } = await chat.prompt("Review this");
  await chat.platform.settle();
  const previews = () => follower.ephemerals().map(({ payload }) => payload?.["candidateMode"] ?? null);
  const say = async (...events: readonly RuntimeEvent[]) => {
    manual.call.say(...events);
    await chat.platform.settle();
  };
  return Object.assign(chat, { follower, previews, say, messageId: String(outcome["messageId"]) });
}

describe("agent mode", () => {
  it("C31 shows a preview beside the log and stores the commit, which takes the preview away", async () => {
    await using chat = await answering();
    await chat.say(preview("rev"), preview("review"));
    expect(chat.previews()).toEqual(["rev", "review"]);
    expect(await chat.records(AgentMode)).toEqual([]);
    await chat.say(commit("chat", "review"));
    const { messageId } = chat;
    const payload = { title: "Another mode", from: "chat", to: "review", analysis: "• Reads like a review." };
    expect((await chat.records(AgentMode)).map((record) => record.payload)).toMatchObject([{ messageId, ...payload }]);
    expect(chat.follower.ephemerals().map(({ key }) => key)).toEqual(Array(3).fill(`agent-mode/${messageId}`));
    expect(chat.previews().at(-1)).toBeNull();
    expect((await chat.names()).filter((name) => name.startsWith("ChatAgentMode"))).toEqual(["ChatAgentModeCommitted"]);
  });

  it.each<[string, (chat: Awaited<ReturnType<typeof answering>>) => unknown]>([
    ["finished", (chat) => chat.manual.call.end()],
    ["failed", (chat) => chat.manual.call.fail(new Error("model gone"))],
    ["stopped", (chat) => chat.stop()],
  ])("C31 takes the preview of a run away that %s, by the id it was shown with", async (end, how) => {
    await using chat = await answering();
    await chat.say(preview("review"));
    await how(chat);
    await chat.platform.settle();
    expect(await chat.runs()).toEqual([end]);
    const [shown, gone] = chat.follower.ephemerals();
    expect(gone?.key).toBe(shown?.key);
    expect(chat.previews()).toEqual(["review", null]);
  });

  it("C31 takes the preview away with the text it was read from", async () => {
    await using chat = await answering();
    await chat.say(...textDeltas("1", "mode: rev"), preview("review"), { type: "text-end", id: "1" });
    expect(chat.previews()).toEqual(["review", null]);
  });

  it("C31 a change has an id of its own: no message's, and no other change's", async () => {
    await using chat = await answering();
    await chat.say(...textDeltas("1", "Hm."), commit("chat", "plan"), commit("plan", "review"));
    const modes = await chat.records(AgentMode);
    expect(modes.map(({ payload }) => payload.to)).toEqual(["plan", "review"]);
    const ids = [...modes, ...(await chat.records(ChatMessage))].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).not.toContain(chat.messageId);
  });

  it("C31 a preview that is none costs only itself", async () => {
    await using chat = await answering();
    await chat.say(custom("agent-mode-preview", { candidateMode: 7 }), commit("chat", "review"));
    expect(await chat.records(AgentMode)).toHaveLength(1);
    expect((await chat.hub.errors()).map(({ subject }) => subject)).toContain("chat-run: chat plugin agent-mode");
  });
});
