import { fromJson } from "@bufbuild/protobuf";
import { type JsonObject, SessionStreamError } from "@sessionstream/protocol";
import {
  type WidgetInstanceCompleted,
  WidgetInstanceCompletedSchema,
  type WidgetInstanceEntity,
  WidgetInstanceEntitySchema,
  WidgetInstancePatchedSchema,
  WidgetInstanceRemovedSchema,
  WidgetInstanceStartedSchema,
  WidgetStatus,
} from "@sessionstream/protocol/chat/v1";
import { defineEvent, type EventInput, event } from "../../event/define-event.ts";
import { defineEntityKind } from "../../projection/define-entity-kind.ts";
import { type EntityWrite, type EventHandler, on, put, remove } from "../../projection/define-projection.ts";
import type { SessionView } from "../../projection/view.ts";
import { type ChatPlugin, defineChatPlugin, type PluginRun, type SettleReason } from "./chat-plugin.ts";

export const ChatWidgetInstanceStarted = defineEvent("ChatWidgetInstanceStarted", WidgetInstanceStartedSchema);
export const ChatWidgetInstancePatched = defineEvent("ChatWidgetInstancePatched", WidgetInstancePatchedSchema);
export const ChatWidgetInstanceCompleted = defineEvent("ChatWidgetInstanceCompleted", WidgetInstanceCompletedSchema);
export const ChatWidgetInstanceRemoved = defineEvent("ChatWidgetInstanceRemoved", WidgetInstanceRemovedSchema);

const isOpen = ({ status }: WidgetInstanceEntity) => status === WidgetStatus.DRAFT || status === WidgetStatus.STREAMING;

export const ChatWidgetInstance = defineEntityKind("ChatWidgetInstance", WidgetInstanceEntitySchema, {
  row: true,
  open: isOpen,
});

/**
 * Widgets of the app, by name, with properties that grow while the engine works. Runtime events: `custom` of the names
 * below, each with the protobuf JSON of its event.
 * - `widget-start` {instanceId, widgetName, props}
 * - `widget-patch` {instanceId, patch, patchPaths}: top-level keys of the properties are replaced
 * - `widget-complete`, `widget-error` {instanceId, error}, `widget-remove` {instanceId}
 * An instance id is the run's own name for a widget it started, else that of an earlier run's widget.
 */
export function widgetsPlugin(): ChatPlugin {
  return defineChatPlugin({
    name: "widgets",
    version: 1,
    events: [
      ChatWidgetInstanceStarted,
      ChatWidgetInstancePatched,
      ChatWidgetInstanceCompleted,
      ChatWidgetInstanceRemoved,
    ],
    kinds: [ChatWidgetInstance],
    project: widgetHandlers,
    onRun(run) {
      const widgets = widgetsOf(run);
      return (reported) => {
        if (reported.type !== "custom") return undefined;
        switch (reported.name) {
          case "widget-start":
            return widgets.start(reported.payload);
          case "widget-patch":
            return widgets.patch(reported.payload);
          case "widget-complete":
            return widgets.complete(reported.payload, WidgetStatus.READY);
          case "widget-error":
            return widgets.complete(reported.payload, WidgetStatus.ERROR);
          case "widget-remove":
            return widgets.remove(reported.payload);
          default:
            return undefined;
        }
      };
    },
    settle: (run, view, reason) =>
      view
        .listOpen(ChatWidgetInstance)
        .filter(({ payload }) => payload.parentMessageId === run.messageId)
        .map(({ id }) => event(ChatWidgetInstanceCompleted, { instanceId: id, ...SETTLED[reason] })),
  });
}

const ERROR = WidgetStatus.ERROR;

const SETTLED: Readonly<Record<SettleReason, Pick<WidgetInstanceCompleted, "status" | "error">>> = {
  finished: { status: WidgetStatus.READY, error: "" },
  stopped: { status: ERROR, error: "The answer was stopped before this was complete." },
  error: { status: ERROR, error: "The answer failed before this was complete." },
  interrupted: { status: ERROR, error: "The server stopped before this was complete." },
};

/** The widgets of one run, by the engine's ids. */
function widgetsOf(run: PluginRun) {
  const started = new Map<string, string>();

  const renamed = (id: string) => `${run.messageId}:${id}`;

  function idOf({ instanceId }: { readonly instanceId: string }): string {
    // A run that goes on after people were asked speaks of widgets it started before.
    const before = () =>
      run.view().get(ChatWidgetInstance, renamed(instanceId)) === undefined ? instanceId : renamed(instanceId);
    if (instanceId !== "") return started.get(instanceId) ?? before();
    throw new SessionStreamError("invalid_event", "A widget's runtime event names no instanceId");
  }

  return {
    start(payload: JsonObject): readonly EventInput[] {
      const said = fromJson(WidgetInstanceStartedSchema, payload);
      const id = idOf(said);
      // Engines count their widgets anew in each answer; an earlier run's widget must not be written over.
      const known = run.view().get(ChatWidgetInstance, id)?.payload;
      const isTaken = known !== undefined && known.parentMessageId !== run.messageId;
      const instanceId = isTaken ? renamed(id) : id;
      started.set(said.instanceId, instanceId);
      return [event(ChatWidgetInstanceStarted, { ...said, instanceId, parentMessageId: run.messageId })];
    },
    patch(payload: JsonObject): readonly EventInput[] {
      const said = fromJson(WidgetInstancePatchedSchema, payload);
      return [event(ChatWidgetInstancePatched, { ...said, instanceId: idOf(said) })];
    },
    complete(payload: JsonObject, status: WidgetStatus): readonly EventInput[] {
      const said = fromJson(WidgetInstanceCompletedSchema, payload);
      return [event(ChatWidgetInstanceCompleted, { ...said, instanceId: idOf(said), status })];
    },
    remove(payload: JsonObject): readonly EventInput[] {
      const said = fromJson(WidgetInstanceRemovedSchema, payload);
      return [event(ChatWidgetInstanceRemoved, { instanceId: idOf(said) })];
    },
  };
}

/**
 * How the events become instances. Whatever names an instance that was not started, or is gone, changes nothing. One
 * that has settled may still be patched, which does not open it again.
 */
const widgetHandlers: readonly EventHandler[] = [
  on(ChatWidgetInstanceStarted, ({ payload }, view) => {
    const { instanceId, widgetName, parentMessageId, status, props } = payload;
    if (view.get(ChatWidgetInstance, instanceId) !== undefined) return [];
    const begun = { status: status || WidgetStatus.STREAMING, props: props ?? {} };
    return [put(ChatWidgetInstance, instanceId, { instanceId, widgetName, parentMessageId, ...begun })];
  }),
  on(ChatWidgetInstancePatched, ({ payload }, view) =>
    change(view, payload.instanceId, (widget) => ({
      props: { ...widget.props, ...listed(payload.patch ?? {}, payload.patchPaths) },
      status: isOpen(widget) ? payload.status || widget.status : widget.status,
    })),
  ),
  on(ChatWidgetInstanceCompleted, ({ payload: { instanceId, status, error } }, view) =>
    change(view, instanceId, (widget) => (isOpen(widget) ? { status: status || WidgetStatus.READY, error } : {})),
  ),
  on(ChatWidgetInstanceRemoved, ({ payload }) => [remove(ChatWidgetInstance, payload.instanceId)]),
];

function change(
  view: SessionView,
  id: string,
  to: (widget: WidgetInstanceEntity) => Partial<WidgetInstanceEntity>,
): readonly EntityWrite[] {
  const before = view.get(ChatWidgetInstance, id)?.payload;
  return before === undefined ? [] : [put(ChatWidgetInstance, id, { ...before, ...to(before) })];
}

function listed<Value>(patch: Readonly<Record<string, Value>>, paths: readonly string[]): Record<string, Value> {
  return Object.fromEntries(Object.entries(patch).filter(([key]) => paths.length === 0 || paths.includes(key)));
}
