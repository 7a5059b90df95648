import type { Engine, EngineRequest } from "../engine/engine.ts";
import type { RuntimeEvent } from "../engine/runtime-event.ts";

/** One run of the engine, said line by line by a test. */
interface EngineCall {
  readonly request: EngineRequest;
  readonly signal: AbortSignal;
  say(...events: readonly RuntimeEvent[]): void;
  end(): void;
  fail(error: unknown): void;
}

export interface ManualEngine {
  readonly engine: Engine;
  /** The calls so far, in order. */
  readonly calls: readonly EngineCall[];
  /** The newest call. */
  readonly call: EngineCall;
}

type Line = { readonly event: RuntimeEvent } | { readonly error: unknown } | "end";

/** An engine that says what the test says, when the test says it, and never ends by itself: not even when aborted. */
export function manualEngine(): ManualEngine {
  const calls: EngineCall[] = [];
  const engine: Engine = async function* (request, signal) {
    const lines: Line[] = [];
    let wake = () => {};
    const add = (line: Line) => {
      lines.push(line);
      wake();
    };
    calls.push({
      request,
      signal,
      say: (...events) => {
        for (const event of events) add({ event });
      },
      end: () => add("end"),
      fail: (error) => add({ error }),
    });
    for (;;) {
      const line = lines.shift();
      if (line === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      } else if (line === "end") {
        return;
      } else if ("error" in line) {
        throw line.error;
      } else {
        yield line.event;
      }
    }
  };
  return {
    engine,
    calls,
    get call() {
      const newest = calls.at(-1);
      if (newest === undefined) throw new Error("The engine was not called");
      return newest;
    },
  };
}

/** Text of one stream, in as many deltas as given. */
export function textDeltas(id: string, ...texts: readonly string[]): readonly RuntimeEvent[] {
  return texts.map((text) => ({ type: "text-delta", id, text }));
}
