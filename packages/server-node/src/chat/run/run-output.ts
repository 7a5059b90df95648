import { SessionStreamError } from "@sessionstream/protocol";
import type { EffectContext } from "../../effect/effect.ts";
import type { EventInput } from "../../event/define-event.ts";
import { atOnce } from "../../platform/hooks.ts";
import type { SessionView } from "../../projection/view.ts";
import type { RuntimeEvent } from "../engine/runtime-event.ts";
import { ChatRun } from "../kinds.ts";
import type { ChatPlugin, PluginRun, RuntimeEventHandler } from "../plugins/chat-plugin.ts";
import { createDeltaBatcher } from "./delta-batcher.ts";

/**
 * Owns the way of a run's output: batched, translated by the plugins, published one unit after the other and only
 * while the run lives. Does not own when the run ends.
 */
export interface RunOutput {
  /** Resolves when what had to go out was committed. Never rejects: `onLost` hears of it. */
  push(event: RuntimeEvent): Promise<void>;
  /** Sends what waits; nothing pushed later is heard. */
  drain(): Promise<void>;
}

export interface RunOutputOptions {
  readonly context: EffectContext;
  readonly run: PluginRun;
  readonly plugins: readonly ChatPlugin[];
  readonly windowMs: number;
  /** A publish failed (`error`), or somebody else ended the run (`null`). Called at most once. */
  onLost(error: unknown): void;
}

/** The guard of every publish of a run: no token after its end (first terminal event wins). */
export function runIsOpen(runId: string): (view: SessionView) => boolean {
  return (view) => view.get(ChatRun, runId)?.open === true;
}

export function createRunOutput({ context, run, plugins, windowMs, onLost }: RunOutputOptions): RunOutput {
  const batcher = createDeltaBatcher();
  const translate = createTranslator(context, run, plugins);
  const guard = runIsOpen(run.runId);
  let queue: Promise<void> = Promise.resolve();
  let publishing = 0;
  let cancelWindow: (() => void) | null = null;
  let state: "open" | "drained" | "lost" = "open";

  function send(ready: readonly RuntimeEvent[]): Promise<void> {
    const events = ready.flatMap(translate);
    if (events.length > 0) {
      publishing += 1;
      queue = queue
        .then(() => publish(events))
        .finally(() => {
          publishing -= 1;
        });
    }
    return queue;
  }

  async function publish(events: readonly EventInput[]): Promise<void> {
    if (state === "lost") return;
    try {
      const result = await context.publish(events, { guard });
      if (result.status === "committed") return;
      lose(null);
    } catch (error) {
      lose(error);
    }
  }

  function lose(error: unknown): void {
    if (state === "lost") return;
    state = "lost";
    onLost(error);
  }

  function closeWindow(): void {
    cancelWindow?.();
    cancelWindow = null;
  }

  function openWindow(): void {
    cancelWindow ??= context.setTimer(windowMs, () => {
      cancelWindow = null;
      // Storage slower than the window: the text waits and grows instead of queueing up.
      if (publishing > 0) openWindow();
      else void send(batcher.flush());
    });
  }

  return {
    push(event) {
      if (state !== "open") return Promise.resolve();
      const ready = batcher.push(event);
      if (!batcher.holds()) closeWindow();
      else openWindow();
      return ready.length > 0 ? send(ready) : Promise.resolve();
    },
    drain() {
      closeWindow();
      if (state === "open") state = "drained";
      return send(batcher.drain());
    },
  };
}

/** Offers each event to every plugin. What nobody knows, and what breaks a plugin, is reported and costs nothing else. */
function createTranslator(
  context: EffectContext,
  run: PluginRun,
  plugins: readonly ChatPlugin[],
): (event: RuntimeEvent) => readonly EventInput[] {
  const unknown = new Set<string>();
  const handlers: { readonly name: string; readonly handle: RuntimeEventHandler }[] = [];
  for (const plugin of plugins) {
    const handle = attempt(() => plugin.onRun?.(run), context, plugin.name);
    if (handle !== undefined) handlers.push({ name: plugin.name, handle });
  }
  return (event) => {
    let known = event.type === "finish";
    const events = handlers.flatMap(({ name, handle }) => {
      try {
        const said = atOnce(handle(event), `Plugin ${name}`);
        known ||= said !== undefined;
        return said ?? [];
      } catch (error) {
        // Who breaks on it knows it.
        known = true;
        context.report(error, `chat plugin ${name}`);
        return [];
      }
    });
    const what = event.type === "custom" ? `custom ${event.name}` : event.type;
    if (!known && !unknown.has(what)) {
      unknown.add(what);
      context.report(new SessionStreamError("unknown_event", `No chat plugin knows the runtime event ${what}`), what);
    }
    return events;
  };
}

function attempt<T>(run: () => T, context: EffectContext, plugin: string): T | undefined {
  try {
    return run();
  } catch (error) {
    context.report(error, `chat plugin ${plugin}`);
    return undefined;
  }
}
