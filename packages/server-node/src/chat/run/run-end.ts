import { SessionStreamError } from "@sessionstream/protocol";
import type { EffectContext } from "../../effect/effect.ts";
import { type EventInput, event } from "../../event/define-event.ts";
import type { SessionView } from "../../projection/view.ts";
import { ChatRunFailed, ChatRunFinished, ChatRunInterrupted, ChatRunStopped } from "../events.ts";
import { ChatRun } from "../kinds.ts";
import type { ChatPlugin, EndingRun, RunRef, SettleReason } from "../plugins/chat-plugin.ts";

/**
 * Owns the last unit of a run: what is still open is settled and the run ends, in one commit, read from the view. It
 * is the same code for a run that ends here and for one whose process died.
 */
export type RunEnd =
  | { readonly type: "finished" }
  | { readonly type: "stopped" }
  | { readonly type: "failed"; readonly error: SessionStreamError }
  | { readonly type: "interrupted" };

const REASON: Readonly<Record<RunEnd["type"], SettleReason>> = {
  finished: "finished",
  stopped: "stopped",
  failed: "error",
  interrupted: "interrupted",
};

const TYPE = {
  finished: ChatRunFinished,
  stopped: ChatRunStopped,
  failed: ChatRunFailed,
  interrupted: ChatRunInterrupted,
} as const;

export function endOfRun(
  context: Pick<EffectContext, "view" | "now" | "report" | "ephemeral">,
  plugins: readonly ChatPlugin[],
  run: RunRef,
  end: RunEnd,
): readonly EventInput[] {
  const view = context.view();
  const startedAt = view.get(ChatRun, run.runId)?.payload.startedAt ?? 0;
  const ending: EndingRun = { ...run, ephemeral: (...shown) => context.ephemeral(...shown) };
  const settled = plugins.flatMap((plugin) => settle(context, plugin, ending, view, REASON[end.type]));
  const said = endText(end);
  return [
    ...settled,
    event(TYPE[end.type], {
      messageId: run.messageId,
      correlation: run.correlation,
      status: end.type,
      ...(startedAt === 0 ? {} : { durationMs: Math.max(0, context.now() - startedAt) }),
      ...said,
    }),
  ];
}

function endText(end: RunEnd): { readonly error: string; readonly errorCode: string; readonly retryable: boolean } {
  switch (end.type) {
    case "failed":
      return { error: end.error.message, errorCode: end.error.code, retryable: end.error.retryable };
    case "interrupted":
      return { error: "The server stopped while answering.", errorCode: "interrupted", retryable: true };
    default:
      return { error: "", errorCode: "", retryable: false };
  }
}

/** A plugin that throws leaves its own entities open; the run ends nevertheless. */
function settle(
  context: Pick<EffectContext, "report">,
  plugin: ChatPlugin,
  run: EndingRun,
  view: SessionView,
  reason: SettleReason,
): readonly EventInput[] {
  try {
    return plugin.settle?.(run, view, reason) ?? [];
  } catch (error) {
    context.report(error, `chat plugin ${plugin.name}`);
    return [];
  }
}

/** What people may read of an engine's failure: its own words if it chose them for people, else none of them. */
export function engineFailure(error: unknown): SessionStreamError {
  if (error instanceof SessionStreamError) return error;
  return new SessionStreamError("engine_failed", "The answer could not be completed. Try again.", { cause: error });
}
