import type { RuntimeEvent } from "../engine/runtime-event.ts";

/**
 * Owns which of an engine's deltas go out at once and which wait for more: the first of a stream at once, so that
 * people see a beginning; later ones until the window closes or anything else happens. Order is kept throughout.
 * Text leaves in whole code points only. Does not own the window's clock.
 */
export interface DeltaBatcher {
  /** What is to go out now, in order. */
  push(event: RuntimeEvent): readonly RuntimeEvent[];
  /** The window closed. */
  flush(): readonly RuntimeEvent[];
  /** Nothing more will come. */
  drain(): readonly RuntimeEvent[];
  /** Whether text is waiting. */
  holds(): boolean;
}

type Delta = Extract<RuntimeEvent, { readonly text: string; readonly type: `${string}-delta` }>;

/** An event has to stay below the hub's limit. */
const MAX_DELTA_LENGTH = 8_000;

export function createDeltaBatcher(): DeltaBatcher {
  let held: Delta | null = null;
  const begun = new Set<string>();
  /** High surrogates that wait for their low half, by stream. */
  const halves = new Map<string, Delta>();

  function flush(): Delta[] {
    const ready = held;
    held = null;
    return ready === null ? [] : pieces(ready);
  }

  function take(delta: Delta): Delta[] {
    const stream = streamOf(delta);
    const text = (halves.get(stream)?.text ?? "") + delta.text;
    halves.delete(stream);
    const whole = /[\uD800-\uDBFF]$/.test(text) ? text.slice(0, -1) : text;
    if (whole.length < text.length) halves.set(stream, { ...delta, text: text.slice(-1) });
    if (whole === "") return [];
    const ready = { ...delta, text: wellFormed(whole) };
    if (!begun.has(stream)) {
      begun.add(stream);
      return [...flush(), ...pieces(ready)];
    }
    if (held !== null && streamOf(held) === stream) {
      held = { ...held, text: held.text + ready.text };
      return held.text.length >= MAX_DELTA_LENGTH ? flush() : [];
    }
    const before = flush();
    held = ready;
    return before;
  }

  /** A half that never met its other half is said to be unreadable, not left out. */
  function endStream(stream: string): Delta[] {
    begun.delete(stream);
    const half = halves.get(stream);
    halves.delete(stream);
    return half === undefined ? [] : [{ ...half, text: "\uFFFD" }];
  }

  return {
    push(event) {
      if (isDelta(event)) return take(event);
      const ended = endedStream(event);
      return [...flush(), ...(ended === undefined ? [] : endStream(ended)), event];
    },
    flush,
    drain: () => [...flush(), ...[...halves.keys()].flatMap(endStream)],
    holds: () => held !== null,
  };
}

function isDelta(event: RuntimeEvent): event is Delta {
  return event.type === "text-delta" || event.type === "reasoning-delta" || event.type === "tool-input-delta";
}

function streamOf(delta: Delta): string {
  return delta.type === "tool-input-delta" ? `tool ${delta.toolCallId}` : `${delta.type} ${delta.id}`;
}

function endedStream(event: RuntimeEvent): string | undefined {
  switch (event.type) {
    case "text-end":
      return `text-delta ${event.id}`;
    case "reasoning-end":
      return `reasoning-delta ${event.id}`;
    case "tool-call":
      return `tool ${event.toolCallId}`;
    default:
      return undefined;
  }
}

const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

function wellFormed(text: string): string {
  return text.replace(LONE_SURROGATE, "\uFFFD");
}

function pieces(delta: Delta): Delta[] {
  const found: Delta[] = [];
  let from = 0;
  while (from < delta.text.length) {
    let to = Math.min(from + MAX_DELTA_LENGTH, delta.text.length);
    if (to < delta.text.length && /[\uD800-\uDBFF]/.test(delta.text.charAt(to - 1))) to -= 1;
    found.push({ ...delta, text: delta.text.slice(from, to) });
    from = to;
  }
  return found;
}
