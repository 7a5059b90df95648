import { create } from "@bufbuild/protobuf";
import { SessionStreamError } from "@sessionstream/protocol";
import { CorrelationInfoSchema, type RunEntity } from "@sessionstream/protocol/chat/v1";
import type { EffectContext } from "../../effect/effect.ts";
import { atOnce } from "../../platform/hooks.ts";
import { mergeCorrelation } from "../correlation.ts";
import type { EngineRequest, ResumedRun, RuntimeResolver } from "../engine/engine.ts";
import type { RuntimeEvent } from "../engine/runtime-event.ts";
import { CHAT_SESSION_ID, ChatSession } from "../kinds.ts";
import type { ChatPlugin, PluginRun, RunRef } from "../plugins/chat-plugin.ts";
import { historyOf } from "./history.ts";
import { engineFailure, type RunEnd } from "./run-end.ts";
import { createRunOutput, type RunOutput } from "./run-output.ts";

/**
 * Owns one run of an engine, from choosing it to knowing how it ended. Whatever comes first ends the run: the engine,
 * a stop, silence, a failed publish, the end of the process. An engine that ignores its signal is left behind, not
 * waited for.
 */
export interface RunSettings {
  readonly plugins: readonly ChatPlugin[];
  readonly resolveRuntime: RuntimeResolver;
  /** How long deltas are gathered. */
  readonly windowMs: number;
  /** An engine that says nothing for this long has failed. */
  readonly noProgressMs: number;
}

/** @returns how the run ended; `null` when there is nothing left to say: somebody else ended it. */
export async function driveRun(
  context: EffectContext,
  ref: RunRef,
  asked: { readonly run: RunEntity; readonly resumed: ResumedRun | null },
  stopping: AbortSignal,
  settings: RunSettings,
): Promise<RunEnd | null> {
  const cancel = new AbortController();
  let end: (how: RunEnd | null) => void = () => {};
  const ended = new Promise<RunEnd | null>((resolve) => {
    end = (how) => {
      resolve(how);
      cancel.abort();
    };
  });
  const onStop = () => end({ type: "stopped" });
  const onClose = () => end({ type: "interrupted" });
  stopping.addEventListener("abort", onStop, { once: true });
  context.signal.addEventListener("abort", onClose, { once: true });
  if (context.signal.aborted) onClose();
  if (stopping.aborted) onStop();

  const silence = createSilenceAlarm(context, settings.noProgressMs, () =>
    end({ type: "failed", error: new SessionStreamError("no_progress", "The answer stopped coming. Try again.") }),
  );
  const output = createRunOutput({
    context,
    run: pluginRun(context, ref),
    plugins: settings.plugins,
    windowMs: settings.windowMs,
    onLost: (error) => end(error === null ? null : { type: "failed", error: engineFailure(error) }),
  });
  const request = engineRequest(context, asked, cancel.signal);
  void answer(settings.resolveRuntime, request, cancel.signal, output, silence.heard).then(
    () => end({ type: "finished" }),
    (error: unknown) => {
      if (!cancel.signal.aborted) context.report(error, "chat engine");
      end({ type: "failed", error: engineFailure(error) });
    },
  );

  const how = await ended;
  silence.stop();
  stopping.removeEventListener("abort", onStop);
  context.signal.removeEventListener("abort", onClose);
  await output.drain();
  return how;
}

/** Pulls the engine's reports one by one, each when the one before is on its way. */
async function answer(
  resolveRuntime: RuntimeResolver,
  request: EngineRequest,
  signal: AbortSignal,
  output: RunOutput,
  heard: () => void,
): Promise<void> {
  const engine = await resolveRuntime(request);
  // Stopped before it began: what it would do first may be a call that was approved.
  if (signal.aborted) return;
  let saidText = false;
  let saidAnything = false;
  for await (const event of atOnce(engine(request, signal), "An engine")) {
    if (signal.aborted) return;
    heard();
    saidText ||= event.type === "text-delta" && event.text !== "";
    saidAnything ||= saidText || isContent(event);
    // An engine that does not stream tells its whole text at the end.
    if (event.type === "finish" && event.text && !saidText) {
      saidAnything = true;
      await output.push({ type: "text-delta", id: "answer", text: event.text });
      await output.push({ type: "text-end", id: "answer" });
    }
    await output.push(event);
    // Not asked to go on: what it does next may be what it has just failed to claim.
    if (signal.aborted) return;
  }
  if (!saidAnything) await output.push({ type: "warning", message: "The model gave no answer." });
}

function isContent(event: RuntimeEvent): boolean {
  switch (event.type) {
    case "reasoning-delta":
    case "tool-call":
    case "tool-approval-request":
    case "tool-result":
    case "tool-error":
    case "warning":
    case "custom":
      return true;
    default:
      return false;
  }
}

function pluginRun(context: EffectContext, ref: RunRef): PluginRun {
  return {
    ...ref,
    correlate: (more) => mergeCorrelation(ref.correlation, create(CorrelationInfoSchema, more)) ?? ref.correlation,
    view: () => context.view(),
    now: () => context.now(),
    ephemeral: (key, payload, options) => context.ephemeral(key, payload, options),
  };
}

function engineRequest(
  context: EffectContext,
  { run, resumed }: { readonly run: RunEntity; readonly resumed: ResumedRun | null },
  signal: AbortSignal,
): EngineRequest {
  const view = context.view();
  return {
    session: context.session,
    runId: run.runId,
    prompt: run.prompt,
    attachments: run.attachments,
    history: historyOf(view, run),
    resumed,
    profile: view.get(ChatSession, CHAT_SESSION_ID)?.payload.profile ?? "",
    now: () => context.now(),
    sleep: (ms) => sleep(context, ms, signal),
  };
}

function sleep(context: EffectContext, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const aborted = () => reject(new SessionStreamError("aborted", "The run ended while its engine slept"));
    if (signal.aborted) {
      aborted();
      return;
    }
    const onAbort = () => {
      cancel();
      aborted();
    };
    const cancel = context.setTimer(ms, () => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    });
    signal.addEventListener("abort", onAbort, { once: true });
  });
}

function createSilenceAlarm(context: EffectContext, afterMs: number, alarm: () => void) {
  let cancel = context.setTimer(afterMs, alarm);
  return {
    heard() {
      cancel();
      cancel = context.setTimer(afterMs, alarm);
    },
    stop: () => cancel(),
  };
}
