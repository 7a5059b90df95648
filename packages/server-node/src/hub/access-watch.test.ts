import { describe, expect, it } from "vitest";
import type { Principal } from "../command/define-command.ts";
import type { AttachRequest } from "../fan-out/subscriber.ts";
import { ScriptedSink } from "../fan-out/testing/scripted-sink.ts";
import { memoryStorage } from "../storage/memory/memory-storage.ts";
import { manualPlatform } from "../testing/manual-platform.ts";
import { createHub } from "./create-hub.ts";
import type { Authorize, AuthorizeRequest } from "./hub-options.ts";
import type { Revocation, RevocationChannel } from "./revocation.ts";
import { alice, attachRequest, bob, room } from "./testing/hub-scene.ts";
import { noted, notesModule } from "./testing/notes-module.ts";

const MINUTE = 60_000;

function start(options: { authorize?: Authorize; revocations?: RevocationChannel } = {}) {
  const platform = manualPlatform();
  const asked: AuthorizeRequest[] = [];
  const errors: string[] = [];
  let decide: Authorize = options.authorize ?? (() => true);
  const hub = createHub({
    storage: memoryStorage(),
    platform,
    modules: [notesModule()],
    authorize: (request) => {
      asked.push(request);
      return decide(request);
    },
    onError: ({ kind, message }) => errors.push(`${kind}: ${message}`),
    ...(options.revocations === undefined ? {} : { revocations: options.revocations }),
  });
  return {
    hub,
    platform,
    asked,
    errors,
    decide(next: Authorize) {
      decide = next;
    },
    async join(principal = alice, request: Partial<AttachRequest> = {}) {
      const sink = new ScriptedSink();
      const subscription = await hub.attach(principal, attachRequest({ sink, ...request }));
      return { sink, subscription };
    },
    /** Frames that a commit brings this sink. */
    async framesOfCommit(sink: ScriptedSink, id: string) {
      const before = sink.sent.length;
      await hub.publish(room, [noted(id)]);
      return sink.sent.length - before;
    },
  };
}

describe("asking again", () => {
  it("X5 every live subscription is asked about at least once a minute, one question for a principal's whole", async () => {
    const { join, platform, asked } = start();
    await join();
    await join();
    await join(bob);
    asked.length = 0;
    for (let minute = 1; minute <= 5; minute += 1) {
      await platform.advance(MINUTE);
      for (const principal of [alice, bob]) {
        const times = asked.filter((request) => request.principal.id === principal.id).length;
        expect(times).toBeGreaterThanOrEqual(minute);
        expect(times).toBeLessThanOrEqual(minute * 2);
      }
    }
    expect(new Set(asked.map(({ action, session }) => `${action} ${session}`))).toEqual(new Set(["read room-1"]));
  });

  it("X5 X8 it is asked about the principal as it was last proven", async () => {
    const { join, platform, asked } = start();
    let current: Principal = { ...alice, expiresAt: 1_000 };
    await join(current, { principal: () => current });
    expect(asked.at(-1)?.principal.expiresAt).toBe(1_000);
    current = { ...alice, expiresAt: 3_600_000 };
    await platform.advance(MINUTE);
    expect(asked.at(-1)?.principal.expiresAt).toBe(3_600_000);
  });

  it("X5 questions about those who came together are spread", async () => {
    const { join, platform, asked } = start();
    for (let user = 0; user < 20; user += 1) await join({ id: `user-${user}`, tenant: "acme" });
    const times: number[] = [];
    for (let second = 0; second < 60; second += 1) {
      asked.length = 0;
      await platform.advance(1_000);
      times.push(asked.length);
    }
    expect(Math.max(...times)).toBeLessThan(8);
  });

  it("X5 a no ends the subscription with forbidden, and no frame comes after it", async () => {
    const { join, platform, decide, framesOfCommit, hub } = start();
    const hers = await join();
    const his = await join(bob);
    decide(({ principal }) => principal.id === "bob");
    await platform.advance(MINUTE);
    expect(hers.sink.endedBy).toMatchObject({ code: "forbidden", retryable: false });
    expect(hers.sink.closed).toBeNull();
    expect(await framesOfCommit(hers.sink, "a")).toBe(0);
    expect(await framesOfCommit(his.sink, "b")).toBe(1);
    expect(hub.stats().subscribers).toBe(1);
  });

  it("X5 an app that cannot decide is reported and believed for two rounds, not for three", async () => {
    const { join, platform, decide, errors, framesOfCommit } = start();
    const { sink } = await join();
    decide(() => {
      throw new Error("directory is down");
    });
    while (errors.length < 2) await platform.advance(1_000);
    expect(await framesOfCommit(sink, "a")).toBe(1);
    while (errors.length < 3) await platform.advance(1_000);
    expect(sink.endedBy).toMatchObject({ code: "internal", retryable: true });
    expect(await framesOfCommit(sink, "b")).toBe(0);
    expect(errors).toEqual(Array(3).fill("authorize: The server could not decide whether you may do this."));
  });

  it("X5 a decision between two failures starts the count anew, and an answer that never comes is a failure", async () => {
    const { join, platform, decide, errors } = start();
    const { sink } = await join();
    const down: Authorize = () => {
      throw new Error("directory is down");
    };
    for (const next of [down, () => true, down, () => true]) {
      decide(next);
      await platform.advance(MINUTE - 1);
    }
    expect(errors.length).toBeGreaterThan(1);
    expect(sink.endedBy).toBeNull();
    decide(() => new Promise(() => {}));
    await platform.advance(5 * MINUTE);
    expect(sink.endedBy).toMatchObject({ code: "timeout", retryable: true });
  });

  it("X5 asks no more about whom it has sent away, by a no or by a revocation", async () => {
    const { join, platform, decide, asked, hub } = start();
    await join();
    decide(() => false);
    await platform.advance(MINUTE);
    decide(() => true);
    await join(bob);
    hub.revoke({ session: room });
    asked.length = 0;
    await platform.advance(5 * MINUTE);
    expect(asked).toEqual([]);
  });

  it("X5 whoever leaves while they are asked about is told nothing", async () => {
    const { join, platform, decide } = start();
    const { sink, subscription } = await join();
    const waiting: ((answer: boolean) => void)[] = [];
    decide(() => new Promise((resolve) => waiting.push(resolve)));
    while (waiting.length === 0) await platform.advance(1_000);
    subscription.detach();
    waiting[0]?.(false);
    await platform.settle();
    expect(sink.endedBy).toBeNull();
  });

  it("X5 asks no more about who broke", async () => {
    const { join, platform, asked, hub } = start();
    const { sink } = await join();
    sink.send = () => {
      throw new Error("broken pipe");
    };
    await hub.publish(room, [noted("a")]);
    asked.length = 0;
    await platform.advance(2 * MINUTE);
    expect(asked).toEqual([]);
  });

  it("keeps nothing of those it did not let in, whoever refused them", async () => {
    const { join, platform, decide, hub } = start();
    await join(bob);
    const before = platform.pendingTimers;
    const superseded = () => {
      throw new Error("another one took its place");
    };
    await expect(join(alice, { onOpen: superseded })).rejects.toThrow("another one");
    decide(() => false);
    for (let n = 0; n < 10; n += 1) {
      await expect(join({ id: `user-${n}`, tenant: "acme" })).rejects.toMatchObject({ code: "forbidden" });
    }
    expect(platform.pendingTimers).toBe(before);
    expect(hub.stats().subscribers).toBe(1);
  });

  it("asks no more about who has left, and lets a closed hub rest", async () => {
    const { join, platform, asked, hub } = start();
    const { subscription } = await join();
    const other = await join(bob);
    subscription.detach();
    asked.length = 0;
    await platform.advance(2 * MINUTE);
    expect(asked.every(({ principal }) => principal.id === "bob")).toBe(true);
    await hub.close();
    other.subscription.detach();
    asked.length = 0;
    await platform.advance(2 * MINUTE);
    expect(asked).toEqual([]);
  });
});

describe("revoking", () => {
  it("X9 a principal loses its connections at once and gets no frame more; others lose nothing", async () => {
    const { join, framesOfCommit, hub } = start();
    const hers = await join();
    const his = await join(bob);
    const namesake = await join({ id: "alice", tenant: "other" }, { session: { tenant: "other", session: "room-1" } });
    hub.revoke({ principal: alice });
    expect(hers.sink.closed).toEqual({ code: 4015, reason: "revoked" });
    expect(await framesOfCommit(hers.sink, "a")).toBe(0);
    expect(await framesOfCommit(his.sink, "b")).toBe(1);
    expect([his.sink.closed, his.sink.endedBy, namesake.sink.closed]).toEqual([null, null, null]);
  });

  it("X9 a session's subscribers are told forbidden and keep their connection; or one of them alone", async () => {
    const { join, framesOfCommit, hub } = start();
    const hers = await join();
    const his = await join(bob);
    const elsewhere = await join(alice, { session: { tenant: "acme", session: "room-2" } });
    hub.revoke({ session: room, principal: alice });
    expect(hers.sink.endedBy).toMatchObject({ code: "forbidden" });
    expect([hers.sink.closed, his.sink.endedBy, elsewhere.sink.endedBy]).toEqual([null, null, null]);
    hub.revoke({ session: room });
    expect(his.sink.endedBy).toMatchObject({ code: "forbidden" });
    expect(elsewhere.sink.endedBy).toBeNull();
    expect(await framesOfCommit(his.sink, "a")).toBe(0);
  });

  it("X9 I13: whoever is revoked while being let in is not let in, and is sent nothing", async () => {
    let letIn = (_: boolean): void => undefined;
    const { hub, platform } = start({
      authorize: () =>
        new Promise((resolve) => {
          letIn = resolve;
        }),
    });
    await hub.publish(room, [noted("a")]);
    for (const revocation of [{ principal: alice }, { session: room }]) {
      const sink = new ScriptedSink();
      const joining = hub.attach(alice, attachRequest({ sink }));
      hub.revoke(revocation);
      letIn(true);
      await expect(joining).rejects.toMatchObject({ code: "forbidden" });
      await platform.settle();
      expect(sink.sent).toEqual([]);
      expect(sink.endedBy).toBeNull();
    }
    expect(hub.stats().subscribers).toBe(0);
  });

  it("X9 other processes hear of it", async () => {
    const listeners = new Set<(revocation: Revocation) => void>();
    const channel = (): RevocationChannel => {
      let own: ((revocation: Revocation) => void) | null = null;
      return {
        announce(revocation) {
          for (const listener of listeners) if (listener !== own) listener(revocation);
        },
        listen(listener) {
          own = listener;
          listeners.add(listener);
          return () => void listeners.delete(listener);
        },
      };
    };
    const here = start({ revocations: channel() });
    const there = start({ revocations: channel() });
    const heard: Revocation[] = [];
    there.hub.onRevoked((revocation) => heard.push(revocation));
    const { sink } = await there.join();
    here.hub.revoke({ principal: alice });
    expect(sink.closed).toMatchObject({ code: 4015 });
    here.hub.revoke({ connection: "c-1" });
    expect(heard).toEqual([{ principal: alice }, { connection: "c-1" }]);
    await there.hub.close();
    expect(listeners.size).toBe(1);
  });

  it("F-S15 X9 whose channel to other processes throws or rejects still revokes here, and is on record", async () => {
    const fail = () => {
      throw new Error("bus is down");
    };
    for (const announce of [fail, async () => fail()]) {
      const broken = start({ revocations: { announce, listen: () => () => undefined } });
      const joined = await broken.join();
      broken.hub.revoke({ session: room });
      expect(joined.sink.endedBy).toMatchObject({ code: "forbidden" });
      await broken.platform.settle();
      expect(broken.errors).toEqual(["authorize: bus is down"]);
    }
  });

  it("L12: a listener or a subscriber that throws keeps nobody connected", async () => {
    const { hub, join, errors, platform } = start();
    hub.onRevoked(() => {
      throw new Error("listener");
    });
    const first = await join();
    first.sink.close = () => {
      throw new Error("sink");
    };
    const second = await join();
    hub.revoke({ principal: alice });
    expect(second.sink.closed).toMatchObject({ code: 4015 });
    await platform.settle();
    expect(errors.sort()).toEqual(["fan-out: sink", "observer: listener"]);
  });
});
