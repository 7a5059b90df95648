import type { ConnectionStatus } from "@sessionstream/client";
import { onStatus } from "../hooks/topic.ts";
import { useSessionStream } from "../hooks/use-session-stream.ts";
import type { ConnectionLabel } from "../labels/labels.ts";
import { useLabels } from "../labels/labels-context.tsx";
import { usePart } from "../slots/use-part.ts";

/** What a reader is told about a connection in one word. */
export function connectionLabel(connection: ConnectionStatus): ConnectionLabel {
  if (connection.type === "waiting") return connection.reason === "offline" ? "offline" : "reconnecting";
  return connection.type;
}

export function StatusGlyph() {
  const part = usePart();
  const labels = useLabels();
  const name = useSessionStream((thread) => connectionLabel(thread.getStatus().connection), { topic: onStatus });
  const text = labels.connection[name];
  return <span role="img" aria-label={text} title={text} {...part("status-glyph", { state: name })} />;
}
