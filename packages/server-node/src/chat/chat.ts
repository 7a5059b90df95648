import type { SessionDirectory } from "../directory/contract.ts";
import type { HubModule } from "../hub/hub-module.ts";
import { defineProjection } from "../projection/define-projection.ts";
import { createSession } from "./commands/create-session.ts";
import { type BusyPolicy, startInference } from "./commands/start-inference.ts";
import { stopInference } from "./commands/stop-inference.ts";
import type { Engine, RuntimeResolver } from "./engine/engine.ts";
import {
  ChatRunAwaitingInput,
  ChatRunFailed,
  ChatRunFinished,
  ChatRunInterrupted,
  ChatRunQueued,
  ChatRunResumed,
  ChatRunStarted,
  ChatRunStopped,
  ChatRunStopRequested,
  ChatSessionCreated,
  ChatUserMessageAccepted,
} from "./events.ts";
import { ChatMessage, ChatRun, ChatSession } from "./kinds.ts";
import { approvalPlugin } from "./plugins/approval.ts";
import type { ChatPlugin } from "./plugins/chat-plugin.ts";
import { checkNeeds } from "./plugins/check-needs.ts";
import { pluginDue } from "./plugins/plugin-due.ts";
import { providerCallPlugin } from "./plugins/provider-call.ts";
import { reasoningPlugin } from "./plugins/reasoning.ts";
import { textPlugin } from "./plugins/text.ts";
import { toolCallPlugin } from "./plugins/tool-call.ts";
import { messagesProjection } from "./projections/messages.ts";
import { runsProjection } from "./projections/runs.ts";
import { sessionProjection } from "./projections/session.ts";
import { dueRunEffects } from "./run/run-effects.ts";
import { createRunOwners } from "./run/run-owners.ts";
import { tellDirectory } from "./threads/tell-directory.ts";

interface ChatSettings {
  /** Default: reasoning, tool calls and approvals of them. */
  readonly plugins?: readonly ChatPlugin[];
  /** What a prompt does while a run is open, unless it says so itself. Default `"queue"`. */
  readonly busyPolicy?: BusyPolicy;
  /** Prompts that may wait behind an open run. Default 20. */
  readonly maxQueuedRuns?: number;
  /** UTF-16 code units. Default 16,000. */
  readonly maxPromptLength?: number;
  /** How long deltas are gathered after the first one. Default 25 ms. */
  readonly batchWindowMs?: number;
  /** A run whose engine says nothing for this long fails with `no_progress`. Default 2 minutes. */
  readonly noProgressMs?: number;
  /**
   * Kept current with titles, previews and unread messages, for lists of threads. A session's first prompt then says
   * whose the session is. The app closes it, after the hub.
   */
  readonly directory?: SessionDirectory;
  /** Root message id of a run. Default `"chat-msg-" + runId`. */
  readonly rootMessageId?: (runId: string) => string;
}

/** Who answers: one engine for everything, or one chosen for each run. */
export type ChatOptions = ChatSettings &
  (
    | { readonly engine: Engine; readonly resolveRuntime?: never }
    | { readonly resolveRuntime: RuntimeResolver; readonly engine?: never }
  );

/** The chat as a module of the hub. Contains wiring, no logic. */
export function chat(options: ChatOptions): HubModule {
  const { engine } = options;
  const resolveRuntime = engine === undefined ? options.resolveRuntime : () => engine;
  const chosen = options.plugins ?? [reasoningPlugin(), toolCallPlugin(), approvalPlugin()];
  const plugins = [textPlugin(), providerCallPlugin(), ...chosen];
  checkNeeds(plugins);
  const owners = createRunOwners();
  const effects = {
    plugins,
    owners,
    resolveRuntime,
    windowMs: options.batchWindowMs ?? 25,
    noProgressMs: options.noProgressMs ?? 2 * 60_000,
  };
  const dueOfPlugins = pluginDue(plugins);
  const dueTelling = options.directory === undefined ? () => [] : tellDirectory(options.directory);
  const start = startInference({
    busyPolicy: options.busyPolicy ?? "queue",
    maxPromptLength: options.maxPromptLength ?? 16_000,
    maxQueuedRuns: options.maxQueuedRuns ?? 20,
    recordsOwner: options.directory !== undefined,
    rootMessageId: options.rootMessageId ?? ((runId) => `chat-msg-${runId}`),
  });
  return {
    name: "chat",
    commands: [createSession, start, stopInference, ...plugins.flatMap((plugin) => plugin.commands)],
    events: [
      ChatSessionCreated,
      ChatUserMessageAccepted,
      ChatRunQueued,
      ChatRunStarted,
      ChatRunAwaitingInput,
      ChatRunResumed,
      ChatRunStopRequested,
      ChatRunFinished,
      ChatRunStopped,
      ChatRunFailed,
      ChatRunInterrupted,
      ...plugins.flatMap((plugin) => plugin.events),
    ],
    kinds: [ChatSession, ChatRun, ChatMessage, ...plugins.flatMap((plugin) => plugin.kinds)],
    projections: [
      sessionProjection,
      messagesProjection(plugins),
      runsProjection,
      ...plugins
        .filter(({ project }) => project.length > 0)
        .map(({ name, version, kinds, project }) =>
          defineProjection({ name: `chat.plugin.${name}`, version, writes: kinds, on: project }),
        ),
    ],
    due: (view) => [...dueRunEffects(view, effects), ...dueOfPlugins(view), ...dueTelling(view)],
  };
}
