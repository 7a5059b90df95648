/**
 * Owns a network that lies: it repeats, swaps, drops and garbles what the server says, by a fixed pattern, for a while.
 * What the page says reaches the server as it is.
 */
import type { BrowserContext } from "playwright";

export type Tampering = "repeat" | "swap" | "drop" | "garble";

/** None of these is a frame. */
const GARBAGE: readonly (string | null)[] = [
  "",
  "{",
  "null",
  "[]",
  '{"timeline":7}',
  '{"timeline":{"sessionId":"","ordinal":"-1","changes":[{}]}}',
  '{"snapshot":{"snapshotOrdinal":"1e99"}}',
  '{"__proto__":{"polluted":true}}',
  '{"somethingNew":{"of":"a later version"}}',
];

/** Which of `frames` is hit by what; each kind comes again and again, and they overlap. */
const PERIODS: Readonly<Record<Tampering, number>> = { repeat: 3, swap: 5, drop: 17, garble: 4 };
const FRAMES = 80;

/** @returns how often each was done. */
export async function tamper(context: BrowserContext): Promise<Readonly<Record<Tampering, number>>> {
  const done: Record<Tampering, number> = { repeat: 0, swap: 0, drop: 0, garble: 0 };
  await context.routeWebSocket(/\/api\/chat\/ws$/, (page) => {
    const server = page.connectToServer();
    let count = 0;
    let held: string | null = null;
    const due = (what: Tampering): boolean => {
      if (count > FRAMES || count % PERIODS[what] !== 0) return false;
      done[what] += 1;
      return true;
    };
    page.onMessage((message) => server.send(message));
    server.onMessage((message) => {
      const frame = message.toString();
      // Only commits go missing or change places: losing a control frame is losing the connection, another matter.
      const commit = frame.startsWith('{"timeline"');
      count += 1;
      if (due("garble")) page.send(GARBAGE[done.garble % GARBAGE.length] ?? "");
      if (commit && due("drop")) return;
      if (commit && held === null && due("swap")) {
        held = frame;
        return;
      }
      page.send(frame);
      if (held !== null) page.send(held);
      held = null;
      if (due("repeat")) page.send(frame);
    });
  });
  return done;
}
