import { type CommandId, commandId, SessionStreamError, sessionId } from "@sessionstream/protocol";
import { describe, expect, it } from "vitest";
import type { CommandReceipt } from "../backend/chat-backend.ts";
import { createChatClient } from "../create-chat-client.ts";
import { assistantMessage, finishText, run, userMessage } from "../testing/chat-changes.ts";
import { type FakeHub, fakeHub } from "../testing/fake-hub.ts";
import { createManualPlatform } from "../testing/manual-platform.ts";
import type { ChatThread } from "./chat-thread.ts";

const SESSION = sessionId("s1");

/** Lets promises settle; nothing here waits for time. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

async function open(
  options: { readonly window?: number; readonly respond?: (prompt: string) => readonly string[] } = {},
) {
  const platform = createManualPlatform();
  const { respond } = options;
  const hub = fakeHub({
    platform,
    ...(options.window === undefined ? {} : { window: options.window }),
    ...(respond === undefined
      ? {}
      : {
          respond: async function* ({ prompt }) {
            yield* respond(prompt);
          },
        }),
  });
  const client = createChatClient({ backend: hub.backend, platform });
  const lease = client.acquire(SESSION);
  const { thread } = lease;
  await settle();
  platform.runFrames();
  return { platform, hub, client, lease, thread };
}

function texts(thread: ChatThread): readonly string[] {
  return thread
    .getRows()
    .map((row) =>
      row.type === "pending"
        ? `(${row.message.text})`
        : String(thread.timeline.getEntity(row.entity)?.payload["content"]),
    );
}

function deliveryOf(thread: ChatThread, index = 0): string | undefined {
  return thread.getStatus().pending[index]?.delivery.type;
}

describe("an own message", () => {
  it("K31 AT-11 G45 is shown at once and keeps its row key until the stored entity replaces it", async () => {
    const { hub, thread, platform } = await open();
    const release = hub.holdSubmits();
    const sent = thread.send({ text: "hello" });
    expect(texts(thread)).toEqual(["(hello)"]);
    const key = thread.getRows()[0]?.key;
    release();
    await sent;
    platform.runFrames();
    expect(texts(thread)).toEqual(["hello"]);
    expect(thread.getRows().map((row) => row.key)).toEqual([key]);
    expect(thread.getStatus().pending).toEqual([]);
  });

  it("F-C7 is shown once when its entity comes before the receipt", async () => {
    const { hub, thread, platform } = await open();
    hub.loseReceipts();
    const sent = thread.send({ text: "hello" });
    await settle();
    platform.runFrames();
    expect(texts(thread)).toEqual(["hello"]);
    await expect(sent).resolves.toBeUndefined();
    expect(hub.submissions).toHaveLength(1);
  });

  it("F-C7 leaves when the cursor reaches the receipt's ordinal, though no entity carries its id", async () => {
    const platform = createManualPlatform();
    const hub = fakeHub({ platform });
    const session = hub.session(SESSION);
    const backend = {
      ...hub.backend,
      submit: async () => ({ epoch: session.log().cursor().epoch, ordinal: session.log().cursor().ordinal + 1n }),
    };
    const { thread } = createChatClient({ backend, platform }).acquire(SESSION);
    await settle();
    await thread.send({ text: "hello" });
    expect(deliveryOf(thread)).toBe("accepted");
    session.commit([userMessage({ id: "m1", text: "hello" })]);
    platform.runFrames();
    expect(texts(thread)).toEqual(["hello"]);
  });

  it("F-C7 leaves with its receipt when the cursor has passed it before", async () => {
    const platform = createManualPlatform();
    const hub = fakeHub({ platform });
    const session = hub.session(SESSION);
    let answer = (_: CommandReceipt): void => undefined;
    const submit = () => new Promise<CommandReceipt>((resolve) => (answer = resolve));
    const { thread } = createChatClient({ backend: { ...hub.backend, submit }, platform }).acquire(SESSION);
    await settle();
    const sent = thread.send({ text: "hello" });
    await settle();
    session.commit([userMessage({ id: "m1", text: "hello" })]);
    platform.runFrames();
    answer(session.log().cursor());
    await sent;
    expect(texts(thread)).toEqual(["hello"]);
  });

  it("K31 F-C6 keeps its text when it fails for good, and goes when it is discarded", async () => {
    const { hub, thread } = await open();
    hub.failSubmits(new SessionStreamError("session_full", "The session is full"));
    await expect(thread.send({ text: "hello" })).rejects.toMatchObject({ code: "session_full" });
    expect(hub.submissions).toHaveLength(1);
    expect(deliveryOf(thread)).toBe("failed");
    expect(texts(thread)).toEqual(["(hello)"]);
    const id = thread.getStatus().pending[0]?.commandId ?? "";
    expect(thread.discard(id)).toBe("hello");
    expect(thread.getRows()).toEqual([]);
  });

  it("K31 is retried under the same id while the failure may pass, and takes effect once", async () => {
    const { hub, thread, platform } = await open();
    hub.failSubmits(new SessionStreamError("network", "lost"), 1);
    const releaseReceipts = hub.loseReceipts();
    const sent = thread.send({ text: "hello" });
    await settle();
    expect(deliveryOf(thread)).toBe("queued");
    platform.advance(1_000);
    await settle();
    releaseReceipts();
    platform.runFrames();
    await sent;
    expect(new Set(hub.submissions.map((submission) => submission.commandId)).size).toBe(1);
    expect(texts(thread)).toEqual(["hello"]);
  });

  it("F-C6 is failed after three attempts and can be retried by its user", async () => {
    const { hub, thread, platform } = await open();
    hub.failSubmits(new SessionStreamError("network", "lost"));
    const sent = thread.send({ text: "hello" });
    const rejection = expect(sent).rejects.toMatchObject({ code: "network" });
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await settle();
      platform.advance(5_000);
    }
    await rejection;
    expect(hub.submissions).toHaveLength(3);
    expect(deliveryOf(thread)).toBe("failed");
    hub.healSubmits();
    await thread.retry(thread.getStatus().pending[0]?.commandId ?? "");
    platform.runFrames();
    expect(texts(thread)).toEqual(["hello"]);
  });

  it("K31 is sent in the order it was typed, one in flight; a hopeless one does not block the next", async () => {
    const { hub, thread, platform } = await open();
    const release = hub.holdSubmits();
    hub.failSubmits(new SessionStreamError("invalid_command", "no"), 1);
    const first = expect(thread.send({ text: "a" })).rejects.toMatchObject({ code: "invalid_command" });
    const second = thread.send({ text: "b" });
    const third = thread.send({ text: "c" });
    expect([0, 1, 2].map((index) => deliveryOf(thread, index))).toEqual(["sending", "queued", "queued"]);
    release();
    await Promise.all([first, second, third]);
    platform.runFrames();
    expect(texts(thread)).toEqual(["b", "c", "(a)"]);
  });

  it("F-C6 becomes a failed one, not a ghost, when the log that took it is replaced", async () => {
    const platform = createManualPlatform();
    const hub = fakeHub({ platform });
    const session = hub.session(SESSION);
    const backend = { ...hub.backend, submit: async () => ({ epoch: session.log().cursor().epoch, ordinal: 99n }) };
    const { thread } = createChatClient({ backend, platform }).acquire(SESSION);
    await settle();
    await thread.send({ text: "hello" });
    session.reset();
    platform.runFrames();
    expect(deliveryOf(thread)).toBe("failed");
    expect(texts(thread)).toEqual(["(hello)"]);
  });

  it("F-C6 becomes a failed one, too, when the log that took it was gone before this client saw it", async () => {
    const platform = createManualPlatform();
    const hub = fakeHub({ platform });
    const backend = { ...hub.backend, submit: async () => ({ epoch: "never-seen", ordinal: 2n }) };
    const { thread } = createChatClient({ backend, platform }).acquire(SESSION);
    await settle();
    await thread.send({ text: "hello" });
    hub.goOffline();
    platform.advance(60_000);
    expect(deliveryOf(thread)).toBe("accepted");
    hub.goOnline();
    platform.advance(60_000);
    await settle();
    platform.advance(60_000);
    expect(deliveryOf(thread)).toBe("failed");
    expect(texts(thread)).toEqual(["(hello)"]);
  });

  it("K31 is one message when the same id is sent twice", async () => {
    const { hub, thread, platform } = await open();
    const input: { text: string; commandId: CommandId } = { text: "hello", commandId: commandId("mine") };
    await Promise.all([thread.send(input), thread.send(input)]);
    platform.runFrames();
    await thread.send(input);
    expect(texts(thread)).toEqual(["hello"]);
    expect(hub.submissions).toHaveLength(1);
  });

  it("Q04 K11 G40 written offline costs no attempt: it waits, in its order, and is sent when the page is back", async () => {
    const { hub, thread, platform } = await open();
    hub.goOffline();
    platform.setOnline(false);
    const sent = [thread.send({ text: "one" }), thread.send({ text: "two" })];
    for (let minute = 0; minute < 10; minute += 1) {
      platform.advance(60_000);
      await settle();
    }
    expect(texts(thread)).toEqual(["(one)", "(two)"]);
    expect([deliveryOf(thread, 0), deliveryOf(thread, 1)]).toEqual(["queued", "queued"]);

    hub.goOnline();
    platform.setOnline(true);
    await Promise.all(sent);
    platform.runFrames();
    expect(texts(thread)).toEqual(["one", "two"]);
  });

  it("F-C6 left between two attempts is sent by the next thread of the session", async () => {
    const { hub, lease, client, thread, platform } = await open();
    hub.failSubmits(new SessionStreamError("network", "lost"), 2);
    const left = expect(thread.send({ text: "hello" })).rejects.toMatchObject({ code: "network" });
    await settle();
    lease.release();
    platform.advance(900);
    await settle();
    platform.advance(100);
    await left;
    expect(hub.submissions).toHaveLength(2);
    const again = client.acquire(SESSION).thread;
    await settle();
    platform.runFrames();
    expect(texts(again)).toEqual(["hello"]);
  });

  it("K31 G46 waiting for another attempt can be discarded: the next one goes, and it never does", async () => {
    const { hub, thread, platform } = await open();
    hub.failSubmits(new SessionStreamError("network", "lost"), 1);
    const first = expect(thread.send({ text: "one" })).rejects.toMatchObject({ code: "aborted" });
    const second = thread.send({ text: "two" });
    await settle();
    expect(thread.discard(thread.getStatus().pending[0]?.commandId ?? "")).toBe("one");
    await Promise.all([first, second]);
    platform.advance(60_000);
    await settle();
    platform.runFrames();
    expect(texts(thread)).toEqual(["two"]);
  });

  it("G43 is tried again as soon as the network is back, not when its time has come", async () => {
    const { hub, thread, platform } = await open();
    hub.failSubmits(new SessionStreamError("network", "lost"), 1);
    const sent = thread.send({ text: "hello" });
    await settle();
    platform.setOnline(true);
    await sent;
    expect(hub.submissions).toHaveLength(2);
  });

  it("F-C2 L9: a thousand messages, each sent twice under the key of its intent, are a thousand", async () => {
    const { hub, thread } = await open();
    for (let burst = 0; burst < 20; burst += 1) {
      const keys = Array.from({ length: 50 }, (_, index) => commandId(`intent-${burst}-${index}`));
      await Promise.all(
        keys.flatMap((key) => [thread.send({ text: key, commandId: key }), thread.send({ text: key, commandId: key })]),
      );
    }
    expect(hub.submissions).toHaveLength(1_000);
    expect(
      hub
        .session(SESSION)
        .log()
        .entities()
        .filter(({ payload }) => payload["role"] === "user"),
    ).toHaveLength(1_000);
  });

  it("K31 that is empty is refused without a row", async () => {
    const { thread } = await open();
    await expect(thread.send({ text: "  " })).rejects.toMatchObject({ code: "empty_prompt" });
    expect(thread.getRows()).toEqual([]);
  });
});

describe("the run", () => {
  it("K25 goes on when a text segment finishes before the run does", async () => {
    const { hub, thread, platform } = await open();
    const session = hub.session(SESSION);
    session.commit([userMessage({ id: "u", text: "q" }), run("r1", "running")]);
    session.commit([assistantMessage({ id: "a", text: "let me look", streaming: true })]);
    session.commit([finishText("a")]);
    platform.runFrames();
    expect(thread.getStatus().run).toMatchObject({ id: "r1", phase: "running", active: true });
    session.commit([run("r1", "finished")]);
    platform.runFrames();
    expect(thread.getStatus().run).toMatchObject({ phase: "finished", active: false });
  });

  it("K25 is the working one before a queued one, else the latest", async () => {
    const { hub, thread, platform } = await open();
    const session = hub.session(SESSION);
    session.commit([run("r1", "failed", { errorCode: "engine_failed", error: "boom", retryable: true })]);
    platform.runFrames();
    expect(thread.getStatus().run).toMatchObject({
      id: "r1",
      error: { code: "engine_failed", message: "boom", retryable: true },
    });
    session.commit([run("r2", "running")]);
    session.commit([run("r3", "queued")]);
    platform.runFrames();
    expect(thread.getStatus().run).toMatchObject({ id: "r2" });
    session.commit([run("r2", "stopped")]);
    platform.runFrames();
    platform.runFrames();
    expect(thread.getStatus().run).toMatchObject({ id: "r3", phase: "queued" });
  });

  it("K25 is stopped on the server under one id however often stop is pressed", async () => {
    const { hub, thread, platform } = await open();
    hub.session(SESSION).commit([run("r1", "running")]);
    platform.runFrames();
    await Promise.all([thread.stop(), thread.stop()]);
    expect(hub.submissions.map(({ name, commandId: id, payload }) => [name, id, payload["runId"]])).toEqual([
      ["ChatStopInference", "stop:r1", "r1"],
      ["ChatStopInference", "stop:r1", "r1"],
    ]);
  });

  it("L9: is stopped, too, when somebody else's stop of it came first", async () => {
    const { hub, thread, platform } = await open();
    hub.session(SESSION).commit([run("r1", "running")]);
    platform.runFrames();
    hub.failSubmits(new SessionStreamError("key_reused", "Another member has used this id"));
    await expect(thread.stop()).resolves.toBeUndefined();
    hub.failSubmits(new SessionStreamError("forbidden", "Not yours"));
    await expect(thread.retryRun("r1")).rejects.toMatchObject({ code: "forbidden" });
    expect(hub.submissions.at(-1)).toMatchObject({ commandId: "retry:r1", payload: { retryOfRunId: "r1" } });
  });

  it("K31 answers: the local backend writes user message, run and text", async () => {
    const { thread, platform } = await open({ respond: (prompt) => ["You said ", prompt] });
    await thread.send({ text: "hi" });
    await settle();
    platform.runFrames();
    platform.runFrames();
    expect(texts(thread)).toEqual(["hi", "You said hi"]);
    expect(thread.getStatus().run).toMatchObject({ phase: "finished" });
  });
});

describe("loading", () => {
  it("AT-9 a load that fails is failed, never ready and empty; reconnect tries again", async () => {
    const platform = createManualPlatform();
    const hub = fakeHub({ platform });
    hub.session(SESSION).commit([userMessage({ id: "u", text: "old" })]);
    hub.failLoads();
    const { thread } = createChatClient({ backend: hub.backend, platform }).acquire(SESSION);
    const seen: string[] = [thread.getStatus().hydration.type];
    thread.subscribeStatus(() => seen.push(thread.getStatus().hydration.type));
    await settle();
    expect(seen).not.toContain("ready");
    expect(thread.getStatus().hydration).toMatchObject({ type: "failed", error: { code: "storage_unavailable" } });
    hub.healLoads();
    thread.reconnect();
    await settle();
    expect(thread.getStatus().hydration.type).toBe("ready");
    expect(texts(thread)).toEqual(["old"]);
  });

  it("AT-9 content stays and is stale while the connection is away, then catches up by a delta", async () => {
    const { hub, thread, platform } = await open();
    const session = hub.session(SESSION);
    session.commit([userMessage({ id: "u1", text: "one" })]);
    session.commit([userMessage({ id: "u2", text: "two" })]);
    platform.runFrames();
    const kept = thread.timeline.getEntity(thread.timeline.getOrder()[0] ?? fail());
    hub.goOffline();
    expect(thread.getStatus()).toMatchObject({ connection: { type: "waiting" }, hydration: { type: "stale" } });
    session.commit([{ type: "remove", kind: "ChatMessage", id: "u2" }]);
    session.commit([userMessage({ id: "u3", text: "three" })]);
    hub.goOnline();
    await settle();
    platform.runFrames();
    expect(texts(thread)).toEqual(["one", "three"]);
    expect(thread.timeline.getEntity(thread.timeline.getOrder()[0] ?? fail())).toBe(kept);
    expect(thread.getStatus().hydration.type).toBe("ready");
  });

  it("loads older rows on demand, once however often it is asked", async () => {
    const { hub, thread, platform, lease, client } = await open({ window: 2 });
    for (const id of ["a", "b", "c", "d", "e"]) hub.session(SESSION).commit([userMessage({ id, text: id })]);
    lease.release();
    platform.advance(1_000);
    const again = client.acquire(SESSION).thread;
    await settle();
    platform.runFrames();
    expect([texts(again), again.timeline.getHasEarlier()]).toEqual([["d", "e"], true]);
    await Promise.all([again.loadEarlier(), again.loadEarlier()]);
    platform.runFrames();
    expect([texts(again), again.timeline.getHasEarlier()]).toEqual([["a", "b", "c", "d", "e"], false]);
    expect(thread.getRows()).not.toBe(again.getRows());
  });
});

describe("the client", () => {
  it("AT-15 opens a session once for all its users and a second longer", async () => {
    const platform = createManualPlatform();
    const hub: FakeHub = fakeHub({ platform });
    let opened = 0;
    let closed = 0;
    const backend = {
      ...hub.backend,
      open: (...[id, observer]: Parameters<typeof hub.backend.open>) => {
        opened += 1;
        const handle = hub.backend.open(id, observer);
        return {
          ...handle,
          close: () => {
            closed += 1;
            handle.close();
          },
        };
      },
    };
    const client = createChatClient({ backend, platform });
    const leases = Array.from({ length: 25 }, () => client.acquire(SESSION));
    for (const lease of leases) lease.release();
    platform.advance(999);
    const remounted = client.acquire(SESSION);
    platform.advance(5_000);
    expect([opened, closed]).toEqual([1, 0]);
    expect(remounted.thread).toBe(leases[0]?.thread);
    remounted.release();
    remounted.release();
    platform.advance(1_000);
    expect([opened, closed]).toEqual([1, 1]);
    client.close();
    expect(() => client.acquire(SESSION)).toThrow("closed");
  });
});

function fail(): never {
  throw new Error("There is no first row");
}
