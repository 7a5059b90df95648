import { CHAT_COMMANDS, createChatClient, type SessionObserver } from "@sessionstream/client";
import {
  appendText,
  assistantMessage,
  createManualPlatform,
  fakeHub,
  finishText,
  toolCall,
  userMessage,
} from "@sessionstream/client/testing";
import { SessionStreamError, sessionId } from "@sessionstream/protocol";
import { describe, expect, it, vi } from "vitest";
import { createEventLog } from "./event-log.ts";
import { watchBackend } from "./watch-backend.ts";

const SECRET = "canary-5f1d";
const session = sessionId("s-1");

async function watched({ raw = false } = {}) {
  const hub = fakeHub();
  const log = createEventLog({ raw });
  const client = createChatClient({ backend: watchBackend(hub.backend, log) });
  const { thread } = client.acquire(session);
  await vi.waitFor(() => expect(thread.getStatus().hydration.type).toBe("ready"));
  return { hub, log, client, thread, session: hub.session(session) };
}

const noted = (type: string) => ({ family: "diagnostic", type, session: null, facts: {} }) as const;

describe("a watched backend", () => {
  it("V23 tells states, commits, deltas and commands apart", async () => {
    const { log, thread, session, client } = await watched();
    await thread.send({ text: "hello" });
    session.commit([assistantMessage({ id: "a", text: "One", streaming: true })]);
    session.commit([appendText("a", " two")]);
    session.commit([finishText("a")]);
    client.close();
    const seen = log.getEvents().map(({ family, type }) => `${family} ${type}`);
    expect(seen).toContain("connection open");
    expect(seen).toContain("state full");
    expect(seen).toContain("command submit");
    expect(seen).toContain("command accepted");
    expect(seen.filter((event) => event === "delta commit")).toHaveLength(1);
    expect(seen.filter((event) => event === "commit commit").length).toBeGreaterThanOrEqual(2);
  });

  it("V23 a delta is whatever only lets text grow, of any kind", async () => {
    const { log, session, client } = await watched();
    session.commit([toolCall("t", { toolName: "find", status: "running", input: "{" })]);
    session.commit([{ type: "patch", kind: "ChatToolCall", id: "t", append: { input: '"a": 1}' } }]);
    client.close();
    expect(log.getEvents().at(-1)).toMatchObject({
      family: "delta",
      facts: { changes: [{ kind: "ChatToolCall", append: [{ field: "input", length: 7 }] }] },
    });
  });

  it("K39 keeps nothing of what people wrote, nor of the words of errors", async () => {
    const { hub, log, thread, session, client } = await watched();
    session.commit([userMessage({ id: "u", text: SECRET }), assistantMessage({ id: "a", text: SECRET })]);
    session.commit([appendText("a", SECRET)]);
    hub.failSubmits(new SessionStreamError("forbidden", SECRET));
    await expect(thread.send({ text: SECRET })).rejects.toThrow(SECRET);
    log.error(new Error(SECRET), { type: "render", kind: "ChatMessage", id: "a" });
    log.diagnostic({ type: "mapping-failed", mapping: "m", event: "E", error: new Error(SECRET) });
    client.close();
    expect(log.getEvents().length).toBeGreaterThan(6);
    expect(JSON.stringify([log.getEvents(), log.getErrors()])).not.toContain(SECRET);
    expect(log.getErrors().map(({ type }) => type)).toEqual(["not-sent", "render", "mapping-failed"]);
    expect(log.getErrors()[0]?.facts).toMatchObject({
      command: CHAT_COMMANDS.start,
      code: "forbidden",
      retryable: false,
    });
  });

  it("K39 keeps it where the app asks for it", async () => {
    const { log, thread, session, client } = await watched({ raw: true });
    session.commit([assistantMessage({ id: "a", text: SECRET })]);
    await thread.send({ text: "my words" });
    client.close();
    const raw = JSON.stringify(log.getEvents().map((event) => event.raw));
    expect(raw).toContain(SECRET);
    expect(raw).toContain("my words");
  });

  it("V26 a failed load is an error, and what the observer answered is handed on", async () => {
    const hub = fakeHub();
    const log = createEventLog();
    hub.failLoads(new SessionStreamError("storage_unavailable", "away"));
    const observer: SessionObserver = { apply: () => "mismatch", connection: () => {}, hydration: () => {} };
    const handle = watchBackend(hub.backend, log).open(session, observer);
    const failure = { type: "load-failed", facts: { code: "storage_unavailable" } };
    await vi.waitFor(() => expect(log.getErrors()).toMatchObject([failure]));
    hub.healLoads();
    handle.reconnect();
    const refused = { type: "full", facts: expect.objectContaining({ result: "mismatch" }) };
    await vi.waitFor(() => expect(log.getEvents()).toContainEqual(expect.objectContaining(refused)));
    handle.close();
  });
});

describe("the event log", () => {
  it("K39 V23 is bounded, and numbers go on", () => {
    const log = createEventLog({ capacity: 10 });
    for (let n = 0; n < 1234; n += 1) log.record(noted(`e${n}`));
    expect(log.getEvents()).toHaveLength(10);
    expect(log.getEvents().at(-1)).toMatchObject({ number: 1234, type: "e1233" });
    expect(log.getEvents()).toBe(log.getEvents());
    expect(() => createEventLog({ capacity: 0 })).toThrow(/whole number/);
  });

  it("V26 a flood washes no error away; dismissed, it stays among the events", () => {
    const log = createEventLog({ capacity: 10 });
    log.error(new SessionStreamError("forbidden", "no"));
    for (let n = 0; n < 50; n += 1) log.record(noted("flood"));
    expect(log.getErrors()).toMatchObject([{ number: 1, facts: { code: "forbidden" } }]);
    log.error(new TypeError("late"));
    log.dismiss(1);
    expect(log.getErrors()).toMatchObject([{ number: 52, facts: { name: "TypeError" } }]);
    log.dismiss();
    expect(log.getErrors()).toEqual([]);
    expect(log.getEvents().at(-1)).toMatchObject({ number: 52 });
  });

  it("V23 tells its listeners once of many", () => {
    const platform = createManualPlatform();
    const log = createEventLog({ platform });
    let calls = 0;
    const unsubscribe = log.subscribe(() => {
      calls += 1;
    });
    for (let n = 0; n < 100; n += 1) log.record(noted("e"));
    platform.advance(1_000);
    expect(calls).toBe(1);
    log.record(noted("e"));
    platform.advance(1_000);
    expect(calls).toBe(2);
    unsubscribe();
    log.record(noted("e"));
    platform.advance(1_000);
    expect(calls).toBe(2);
  });
});
