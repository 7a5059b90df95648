/** Owns looking into a thread's timeline: what it holds in order, one entity as a tree or as YAML, copies and files. */
import type { EntityKey } from "@sessionstream/protocol";
import { useId, useState } from "react";
import { useEntity } from "../hooks/use-entity.ts";
import { useTimeline } from "../hooks/use-timeline.ts";
import { showHidden } from "../labels/hidden-characters.ts";
import { useThreadScope } from "../thread/thread-context.ts";
import { CopyButton } from "../widgets/markdown/copy-button.tsx";
import { ScrollText } from "../widgets/scroll-text/scroll-text.tsx";
import { JsonTree } from "../widgets/tool/json-tree.tsx";
import { ExportMenu } from "./export-menu.tsx";
import { describeEntity, describeTimeline, type PayloadView } from "./timeline-entries.ts";
import { toYaml } from "./to-yaml.ts";

export interface TimelineDebugProps {
  /** Of what is shown, copied and saved. Default: `shape`. */
  readonly payloads?: PayloadView | undefined;
}

export function TimelineDebug({ payloads = "shape" }: TimelineDebugProps) {
  const id = useId();
  const { thread } = useThreadScope();
  const { order } = useTimeline();
  const [chosen, setChosen] = useState<EntityKey | undefined>(undefined);
  const read = () => describeTimeline(thread, payloads);
  return (
    <section aria-labelledby={id} data-devtools="timeline-debug">
      <header data-devtools="toolbar">
        <h2 id={id}>Timeline</h2>
        <ExportMenu prefix={thread.sessionId} items={[{ name: "Timeline", read }]} />
      </header>
      {order.length === 0 ? <p data-devtools="empty">Nothing in it yet</p> : null}
      <div data-devtools="columns">
        <ol data-devtools="list">
          {order.map((key) => (
            <EntityItem key={key} entityKey={key} chosen={key === chosen} onChoose={() => setChosen(key)} />
          ))}
        </ol>
        <EntityDetail entityKey={chosen} payloads={payloads} />
      </div>
    </section>
  );
}

interface EntityItemProps {
  readonly entityKey: EntityKey;
  readonly chosen: boolean;
  readonly onChoose: () => void;
}

function EntityItem({ entityKey, chosen, onChoose }: EntityItemProps) {
  const entity = useEntity(entityKey);
  if (entity === undefined) return null;
  return (
    <li>
      <button type="button" aria-pressed={chosen} onClick={onChoose} data-devtools="summary">
        <strong>{showHidden(entity.kind)}</strong>
        <span data-devtools="line">{showHidden(entity.id)}</span>
        {entity.open ? <span data-devtools="tag">open</span> : null}
      </button>
    </li>
  );
}

interface EntityDetailProps {
  readonly entityKey: EntityKey | undefined;
  readonly payloads: PayloadView;
}

/** Follows its entity while it grows. */
function EntityDetail({ entityKey, payloads }: EntityDetailProps) {
  const entity = useEntity(entityKey);
  const [form, setForm] = useState<"tree" | "yaml">("tree");
  if (entity === undefined) return null;
  const described = describeEntity(entity, payloads);
  const text = toYaml(described);
  return (
    <section aria-label="Entity" data-devtools="entity">
      <header data-devtools="toolbar">
        <button
          type="button"
          aria-pressed={form === "yaml"}
          onClick={() => setForm(form === "yaml" ? "tree" : "yaml")}
          data-part="button"
          data-state="quiet"
        >
          YAML
        </button>
        <CopyButton text={text} />
      </header>
      {form === "tree" ? (
        <JsonTree data={described} />
      ) : (
        <ScrollText name="preformatted" label="YAML">
          {showHidden(text)}
        </ScrollText>
      )}
    </section>
  );
}
