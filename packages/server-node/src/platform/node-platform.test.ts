import { expect, it } from "vitest";
import { nodePlatform } from "./node-platform.ts";

it("mints ids of at least 128 bits that never repeat, in URL-safe characters", () => {
  const { randomId } = nodePlatform();
  const ids = Array.from({ length: 1_000 }, randomId);
  expect(new Set(ids).size).toBe(1_000);
  expect(ids.every((id) => /^[A-Za-z0-9_-]{32,}$/.test(id))).toBe(true);
});

it("defers past the current task and its promises, but not past I/O; yielding lets I/O in", async () => {
  const { defer, yield: yieldTurn } = nodePlatform();
  const trail: string[] = [];
  const io = new Promise<void>((resolve) => {
    setImmediate(() => {
      trail.push("event loop");
      resolve();
    });
  });
  queueMicrotask(() => trail.push("promise"));
  await Promise.resolve().then(() => defer(() => trail.push("deferred")));
  trail.push("rest of the task");
  await yieldTurn();
  await io;
  expect(trail).toEqual(["promise", "rest of the task", "deferred", "event loop"]);
});

it("a cancelled timer does not call back", async () => {
  const { setTimer } = nodePlatform();
  let called = 0;
  const cancel = setTimer(0, () => {
    called += 1;
  });
  cancel();
  await new Promise<void>((resolve) => {
    setTimer(1, resolve);
    // Keeps this process's event loop alive: the platform's own timers do not.
    setTimeout(() => undefined, 10);
  });
  expect(called).toBe(0);
});
