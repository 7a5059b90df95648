import type { MessageInitShape } from "@bufbuild/protobuf";
import type { CorrelationInfo, CorrelationInfoSchema } from "@sessionstream/protocol/chat/v1";
import type { CommandType } from "../../command/define-command.ts";
import type { DueEffect, EffectContext } from "../../effect/effect.ts";
import type { EventInput, EventType } from "../../event/define-event.ts";
import type { EntityKind } from "../../projection/define-entity-kind.ts";
import type { EventHandler } from "../../projection/define-projection.ts";
import type { SessionView } from "../../projection/view.ts";
import type { CallAnswer } from "../engine/engine.ts";
import type { RuntimeEvent } from "../engine/runtime-event.ts";

/** The ids under which a run writes. */
export interface RunRef {
  readonly runId: string;
  /** Root message id: prefix of the ids of the run's messages. */
  readonly messageId: string;
  readonly correlation: CorrelationInfo;
}

/** A run that ends, as a plugin sees it. */
export interface EndingRun extends RunRef {
  /** Shows a value that is never stored, beside the log; or takes it away. */
  readonly ephemeral: EffectContext["ephemeral"];
}

/** A run in progress, as a plugin sees it. */
export interface PluginRun extends EndingRun {
  /** The run's correlation with more filled in. */
  correlate(more: MessageInitShape<typeof CorrelationInfoSchema>): CorrelationInfo;
  view(): SessionView;
  now(): number;
}

/** What a run has asked of people, as long as its engine does not know the answers. */
export type RunInput =
  | { readonly type: "pending" }
  /** The run goes on: with these events, in the log before the engine is called with the answers. */
  | { readonly type: "given"; readonly events: readonly EventInput[]; readonly answers: readonly CallAnswer[] };

/** How a run ended, for what it left open. */
export type SettleReason = "finished" | "stopped" | "error" | "interrupted";

/**
 * Turns an engine's reports into events. One per run, so whatever it remembers dies with the run.
 * `undefined`: not mine; `[]`: mine, and there is nothing to say. A throw is recorded and costs only this event.
 */
export type RuntimeEventHandler = (event: RuntimeEvent) => readonly EventInput[] | undefined;

/**
 * A feature of the chat: its events and entities, and how they come about. Reasoning and tool calls are written
 * against this interface and no other.
 */
export interface ChatPlugin {
  readonly name: string;
  /** Raise it when the same log shall give other entities. */
  readonly version: number;
  readonly events: readonly EventType[];
  /** Events of other plugins that it says: a chat without them is refused. */
  readonly needs?: readonly EventType[];
  /** Kinds that this plugin alone writes, through `project`. */
  readonly kinds: readonly EntityKind[];
  /** Handlers of any event of the session, the chat's own included; a throw stops nobody else's entities. */
  readonly project: readonly EventHandler[];
  /**
   * Handlers that write ChatMessage entities. They join the chat's projection of that kind (a kind has one writer),
   * so they are for the plugin's own events.
   */
  readonly projectMessages: readonly EventHandler[];
  /** Beside the chat's own. */
  readonly commands: readonly CommandType[];
  /** Called when a run begins to answer, and when it goes on after people were asked. */
  onRun?(run: PluginRun): RuntimeEventHandler;
  /** `null`: the run has asked nobody anything. While something is pending it waits, and needs no process. */
  input?(run: RunRef, view: SessionView): RunInput | null;
  /** Work that the view calls for beside its runs. */
  due?(view: SessionView): readonly DueEffect[];
  /**
   * Events that close what the run left open, read from the view: the same for a run that ends here and for one
   * whose process died. Also the moment to take away what was shown beside the log.
   */
  settle?(run: EndingRun, view: SessionView, reason: SettleReason): readonly EventInput[];
}

/** Fills in what a plugin does not need. */
export function defineChatPlugin(plugin: Pick<ChatPlugin, "name" | "version"> & Partial<ChatPlugin>): ChatPlugin {
  return { commands: [], events: [], kinds: [], project: [], projectMessages: [], ...plugin };
}
