/**
 * Owns waiting for the end of a turn of the event loop: once for all who wait, because a timer per connection would cost
 * more than what it waits for.
 */
import type { HubPlatform } from "../../platform/hub-platform.ts";

/** Calls back when what happens in this turn has happened, in the order of the calls. */
export type EndOfTurn = (callback: () => void) => void;

export function createEndOfTurn(platform: Pick<HubPlatform, "yield">): EndOfTurn {
  let waiting: (() => void)[] = [];

  async function run(): Promise<void> {
    await platform.yield();
    const callbacks = waiting;
    waiting = [];
    for (const callback of callbacks) callback();
  }

  return (callback) => {
    waiting.push(callback);
    if (waiting.length === 1) void run();
  };
}
