import { commandId, SessionStreamError, sessionId, UNBORN } from "@sessionstream/protocol";
import { expect, it } from "vitest";
import type { ChatBackend, CommandReceipt, SessionObserver } from "../backend/chat-backend.ts";
import { createChatClient } from "../create-chat-client.ts";
import { createManualPlatform } from "../testing/manual-platform.ts";
import { timelineEntity } from "../testing/timeline-entity.ts";
import { createDeferred } from "./deferred.ts";
import type { SessionReset } from "./session-reset.ts";

const at = (ordinal: bigint) => ({ epoch: "e", view: "v", ordinal, tag: `t${ordinal}` });

const message = (id: string, createdOrdinal: bigint) =>
  timelineEntity({ id, createdOrdinal, commandId: id, payload: { role: "user", content: id } });

const full = (ordinal: bigint, ...ids: string[]) =>
  ({
    type: "full",
    cursor: at(ordinal),
    entities: ids.map((id, index) => message(id, BigInt(index + 1))),
    floor: 0n,
    hasEarlier: false,
  }) as const;

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

/** A thread over a backend whose every word the test says. */
function open() {
  const platform = createManualPlatform();
  const observers: SessionObserver[] = [];
  const answered = createDeferred();
  let receipt: CommandReceipt = { epoch: "e", ordinal: 1n };
  const handle = { loadEarlier: async () => {}, forgetBelow() {}, reconnect() {}, close() {} };
  const backend: ChatBackend = {
    open(_session, observer) {
      observers.push(observer);
      return handle;
    },
    async submit() {
      await answered.promise;
      return receipt;
    },
    close() {},
  };
  const { thread } = createChatClient({ backend, platform }).acquire(sessionId("s"));
  const resets: SessionReset[] = [];
  thread.subscribeResets((reset) => resets.push(reset));
  const [server] = observers;
  if (server === undefined) throw new Error("The thread has opened no session");
  return {
    thread,
    platform,
    resets,
    server,
    async take(ordinal: bigint) {
      receipt = { epoch: "e", ordinal };
      answered.resolve();
      await settle();
    },
  };
}

it("F-D10 misses also the first message of a log, shown before the server said that it had taken it", async () => {
  const { thread, platform, server, resets, take } = open();
  server.apply({ ...full(0n), cursor: { ...UNBORN, view: "v" } });
  platform.runFrames();
  const sent = thread.send({ text: "m1", commandId: commandId("m1") });
  await settle();
  const change = { type: "put", entity: message("m1", 1n) } as const;
  server.apply({ type: "commit", epoch: "e", ordinal: 1n, tag: "t1", changes: [change] });
  platform.runFrames();
  await sent;
  expect(thread.getStatus().pending).toEqual([]);
  await take(1n);

  server.apply({ ...full(2n), entities: [message("another", 1n)] });
  platform.runFrames();
  expect(resets).toEqual([{ reason: "content", lost: ["m1"] }]);
});

it("F-C11 whoever is told of a reset reads the rows that came with it", () => {
  const { thread, platform, server } = open();
  server.apply(full(9n, "a", "b", "c"));
  platform.runFrames();
  const seen: string[][] = [];
  thread.subscribeResets(() => seen.push(thread.getRows().map(({ key }) => key)));
  server.apply(full(2n, "a"));
  platform.runFrames();
  expect(seen).toEqual([["own:a"]]);
});

it("X9 a revocation takes the content away, but calls it no other log, and no message lost with one", async () => {
  const { thread, platform, server, resets, take } = open();
  server.connection({ type: "open" });
  server.apply(full(3n, "a"));
  server.hydration({ type: "ready" });
  platform.runFrames();
  void thread.send({ text: "b", commandId: commandId("b") });
  await settle();
  await take(4n);
  const states = () => thread.getStatus().pending.map(({ delivery }) => delivery.type);
  expect(states()).toEqual(["accepted"]);

  server.connection({ type: "failed", error: new SessionStreamError("revoked", "Not any more") });
  server.apply({ ...full(0n), cursor: UNBORN });
  platform.runFrames();
  expect(thread.timeline.getOrder()).toEqual([]);
  expect(resets).toEqual([]);
  expect(states()).toEqual(["accepted"]);
});
