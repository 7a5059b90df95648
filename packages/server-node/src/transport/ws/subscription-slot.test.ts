import { SessionStreamError } from "@sessionstream/protocol";
import { expect, it } from "vitest";
import { encodeFrame } from "../../fan-out/encoded-frame.ts";
import type { AttachRequest, Subscription } from "../../fan-out/subscriber.ts";
import { ScriptedSink } from "../../fan-out/testing/scripted-sink.ts";
import { createSubscriptionSlot, type SubscriptionSlot } from "./subscription-slot.ts";

const request: Omit<AttachRequest, "sink"> = {
  session: { tenant: "acme", session: "s-1" },
  mode: "timeline",
  audience: "public",
  cursor: null,
  window: 0,
  from: 0n,
  requestId: "r-1",
  sinceSnapshotOrdinal: 0n,
};

interface SlotScene {
  readonly slot: SubscriptionSlot;
  readonly sink: ScriptedSink;
  /** How often what waited was taken back. */
  readonly withdrawals: () => number;
  /** In the order they were asked. */
  readonly attached: AttachRequest[];
  /** Turns whose subscription was detached. */
  readonly detached: number[];
  resolve(turn: number): Promise<void>;
  refuse(turn: number, error: Error): Promise<void>;
}

function subscriptionOf({ session }: AttachRequest, detach: () => void): Subscription {
  return { session, page: () => true, head: () => null, detach };
}

function slotScene(): SlotScene {
  const detached: number[] = [];
  const attached: AttachRequest[] = [];
  const answers: { resolve(): void; reject(error: Error): void }[] = [];
  const sink = new ScriptedSink();
  let withdrawals = 0;
  const slot = createSubscriptionSlot({
    sink,
    withdraw() {
      withdrawals += 1;
    },
    async attach(asked) {
      const turn = attached.push(asked);
      await new Promise<void>((resolve, reject) => answers.push({ resolve, reject }));
      const subscription = subscriptionOf(asked, () => detached.push(turn));
      asked.onOpen?.(subscription);
      return subscription;
    },
    onLive: () => {},
    onFailed: () => {},
  });
  return {
    slot,
    sink,
    withdrawals: () => withdrawals,
    attached,
    detached,
    async resolve(turn) {
      answers[turn - 1]?.resolve();
      await new Promise((resolve) => setImmediate(resolve));
    },
    async refuse(turn, error) {
      answers[turn - 1]?.reject(error);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

it("P33 the moment the new subscription opens is the last one of the old", async () => {
  const { slot, sink, attached, detached, resolve } = slotScene();
  slot.subscribe(request);
  await resolve(1);
  expect(slot.live()).not.toBeNull();

  slot.subscribe(request);
  expect(detached).toEqual([]);
  const opened = subscriptionOf({ ...request, sink }, () => undefined);
  attached[1]?.onOpen?.(opened);
  expect(detached).toEqual([1]);
  expect(slot.live()).toBe(opened);
});

it("P33 an attempt that another one took over, or that was let go, never opens", async () => {
  const { slot, detached, resolve } = slotScene();
  slot.subscribe(request);
  slot.subscribe(request);
  await resolve(1);
  expect(slot.live()).toBeNull();
  await resolve(2);
  expect(slot.live()).not.toBeNull();
  slot.subscribe(request);
  slot.close();
  await resolve(3);
  expect([slot.isEmpty(), detached]).toEqual([true, [2]]);
});

it("I13 what waits of a subscription that the hub ended is taken back", async () => {
  const { slot, withdrawals, attached, resolve } = slotScene();
  slot.subscribe(request);
  await resolve(1);
  attached[0]?.sink.ended(new SessionStreamError("forbidden", "Not yours to read any more."));
  expect([withdrawals(), slot.isEmpty()]).toEqual([1, true]);
});

it("P33 an attempt that is refused costs nothing", async () => {
  const { slot, withdrawals, resolve, refuse } = slotScene();
  slot.subscribe(request);
  await resolve(1);
  slot.subscribe(request);
  await refuse(2, new SessionStreamError("forbidden", "Not yours to read."));
  expect([withdrawals(), slot.live()]).toEqual([0, expect.anything()]);
});

it("a sink may be an instance of a class: its methods keep their object", () => {
  const { slot, sink, attached } = slotScene();
  slot.subscribe(request);
  const own = attached[0]?.sink;
  const drained = () => undefined;
  own?.onDrain(drained);
  expect([own?.queuedBytes(), own?.maxQueuedBytes]).toEqual([sink.queuedBytes(), sink.maxQueuedBytes]);
});

it("L6: a subscription that finds no room for its first frame lives on to send it", async () => {
  const { slot, sink, attached, detached, resolve } = slotScene();
  slot.subscribe(request);
  await resolve(1);
  attached[0]?.sink.send(encodeFrame("{}", "s-1"));
  expect(detached).toEqual([]);
  expect(sink.sent).toHaveLength(1);
  expect(slot.live()).not.toBeNull();
});
