import { useLabels } from "../../labels/labels-context.tsx";
import { UnknownCard } from "../../renderer/fallback-card.tsx";
import { useRenderers } from "../../renderer/renderer-context.tsx";
import { usePart } from "../../slots/use-part.ts";
import { Notice } from "../message/notice.tsx";
import { type WidgetInstanceProps, widgetKind, widgetState } from "./define-widget.tsx";

/** Kind ChatWidgetInstance: the app's widget of this name, whatever state it is in. One that throws costs its own row. */
export function WidgetInstance({ entity, payload }: WidgetInstanceProps) {
  const part = usePart();
  const labels = useLabels();
  const Widget = useRenderers().find(widgetKind(payload.widgetName));
  if (Widget === null) return null;
  if (Widget === undefined) return <UnknownWidget entity={entity} payload={payload} />;
  const state = widgetState({ entity, payload });
  return (
    <div aria-busy={state === "streaming"} {...part("widget-instance", { state })}>
      <Widget entity={entity} payload={payload} pending={undefined} />
      {state === "failed" ? <Notice level="error" text={payload.error || labels.widgetFailed} /> : null}
    </div>
  );
}

/** Named by the widget, not by the kind that all of them share. */
function UnknownWidget({ entity, payload }: Pick<WidgetInstanceProps, "entity" | "payload">) {
  return <UnknownCard entity={{ ...entity, kind: payload.widgetName, payload: payload.props ?? {} }} />;
}
