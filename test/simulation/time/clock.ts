/**
 * Owns virtual time: one queue of events for everybody, ordered by time and then by when they were scheduled. Between
 * two events all promises come to rest, so the same seed gives the same history.
 */
export interface Clock {
  /** Milliseconds since the history began. */
  readonly now: number;
  /** The returned function cancels. */
  after(delayMs: number, callback: () => void): () => void;
  /** Runs every event up to then. Stops early when `stop` says so. */
  advance(ms: number, stop?: () => boolean): Promise<void>;
}

interface Event {
  readonly at: number;
  readonly order: number;
  callback: (() => void) | null;
}

export function createClock(): Clock {
  const heap: Event[] = [];
  let now = 0;
  let scheduled = 0;

  return {
    get now() {
      return now;
    },
    after(delayMs, callback) {
      const event: Event = { at: now + Math.max(0, delayMs), order: scheduled, callback };
      scheduled += 1;
      push(heap, event);
      return () => {
        event.callback = null;
      };
    },
    async advance(ms, stop = () => false) {
      const until = now + ms;
      await rest();
      for (let next = heap[0]; next !== undefined && next.at <= until && !stop(); next = heap[0]) {
        pop(heap);
        if (next.callback === null) continue;
        now = next.at;
        next.callback();
        await rest();
      }
      now = Math.max(now, until);
    },
  };
}

/** A turn of the real event loop comes only when promise chains of any length have run dry. */
function rest(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function isBefore(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

function push(heap: Event[], event: Event): void {
  let place = heap.length;
  heap.push(event);
  while (place > 0) {
    const parent = (place - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || isBefore(above, event)) break;
    heap[place] = above;
    place = parent;
  }
  heap[place] = event;
}

/** Takes the first event off. */
function pop(heap: Event[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let place = 0;
  for (;;) {
    const left = heap[2 * place + 1];
    const right = heap[2 * place + 2];
    if (left === undefined) break;
    const below = right !== undefined && isBefore(right, left) ? right : left;
    if (!isBefore(below, last)) break;
    heap[place] = below;
    place = below === left ? 2 * place + 1 : 2 * place + 2;
  }
  heap[place] = last;
}
