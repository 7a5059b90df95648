/**
 * Owns the bus between servers: it loses, doubles, delays and so reorders what is rung, refuses it, and forgets listeners
 * without a word.
 */
import type { Doorbell, DoorbellListener, Notice } from "@sessionstream/server-node";
import type { Faults } from "../run/faults.ts";
import type { Clock } from "../time/clock.ts";
import type { Random } from "../time/random.ts";

/** One server's end of it. `whenAwake`: when its process runs. */
export type JoinBell = (whenAwake: (callback: () => void) => void) => Doorbell;

export function faultyDoorbell(clock: Clock, random: Random, faults: Faults): JoinBell {
  const ears = new Set<(notice: Notice) => void>();

  function passOn(notice: Notice): void {
    for (const ear of [...ears]) {
      if (random.chance(faults.rate("bellDetaches"))) ears.delete(ear);
      if (random.chance(faults.rate("bellLost"))) continue;
      const copies = random.chance(faults.rate("bellTwice")) ? 2 : 1;
      for (let copy = 0; copy < copies; copy += 1) {
        const detour = random.chance(faults.rate("bellLate")) ? random.int(100, 8_000) : 0;
        clock.after(random.int(0, 5) + detour, () => {
          if (ears.has(ear)) ear(notice);
        });
      }
    }
  }

  return (whenAwake) => ({
    async ring(notice) {
      if (random.chance(faults.rate("bellRefuses"))) throw new Error("the bus refuses");
      passOn(notice);
    },
    listen(listener: DoorbellListener) {
      const ear = (notice: Notice) => whenAwake(() => listener.heard(notice));
      ears.add(ear);
      clock.after(random.int(0, 20), () => whenAwake(() => listener.connected()));
      return () => void ears.delete(ear);
    },
  });
}
