/** Owns a thread's state in one line: connection, content, ordinal, run, what is unsent, errors; and files of it. */
import type { ChatThread, ConnectionStatus } from "@sessionstream/client";
import { type ReactNode, useId } from "react";
import { anyOf, onStatus, onTimeline } from "../hooks/topic.ts";
import type { WatchedOutbox } from "../hooks/use-outbox-durability.ts";
import { useSessionStream } from "../hooks/use-session-stream.ts";
import { StatusGlyph } from "../kit/status-glyph.tsx";
import { useThreadScope } from "../thread/thread-context.ts";
import type { EventLog } from "./event-log.ts";
import { type Exportable, ExportMenu } from "./export-menu.tsx";
import { describeTimeline, type PayloadView } from "./timeline-entries.ts";
import { useErrors } from "./use-event-log.ts";

export interface StatusBarProps {
  /** Adds the number of errors, and events to what can be saved. */
  readonly log?: EventLog | undefined;
  /** Adds where unsent messages are kept. */
  readonly outbox?: Pick<WatchedOutbox, "durability"> | undefined;
  /** Of what is saved. Default: `shape`. */
  readonly payloads?: PayloadView | undefined;
}

const topic = anyOf(onStatus, onTimeline);

export function StatusBar({ log, outbox, payloads = "shape" }: StatusBarProps) {
  const id = useId();
  const { thread } = useThreadScope();
  const facts = useSessionStream(readFacts, { topic });
  const items: Exportable[] = [{ name: "Timeline", read: () => describeTimeline(thread, payloads) }];
  if (log !== undefined) items.push({ name: "Events", read: () => log.getEvents() });
  return (
    <section aria-labelledby={id} data-devtools="status-bar">
      <h2 id={id} data-part="visually-hidden">
        Session status
      </h2>
      <dl data-devtools="facts">
        <Fact name="Connection">
          <StatusGlyph />
          <span>{facts.connection}</span>
        </Fact>
        <Fact name="Session">{thread.sessionId}</Fact>
        <Fact name="Content">{facts.hydration}</Fact>
        <Fact name="Ordinal">{facts.ordinal}</Fact>
        <Fact name="Run">{facts.run}</Fact>
        <Fact name="Unsent">{facts.unsent}</Fact>
        {outbox === undefined ? null : <Fact name="Outbox">{outbox.durability}</Fact>}
        {log === undefined ? null : <ErrorCount log={log} />}
      </dl>
      <ExportMenu prefix={thread.sessionId} items={items} />
    </section>
  );
}

function ErrorCount({ log }: { readonly log: EventLog }) {
  const { length } = useErrors(log);
  return (
    <Fact name="Errors" state={length > 0 ? "failed" : undefined}>
      {length}
    </Fact>
  );
}

interface FactProps {
  readonly name: string;
  readonly state?: "failed" | undefined;
  readonly children: ReactNode;
}

function Fact({ name, state, children }: FactProps) {
  return (
    <div data-devtools="fact" data-state={state}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function readFacts({ getStatus, timeline }: ChatThread) {
  const { connection, hydration, run, pending } = getStatus();
  const unsent = new Map<string, number>();
  for (const { delivery } of pending) {
    if (delivery.type !== "accepted") unsent.set(delivery.type, (unsent.get(delivery.type) ?? 0) + 1);
  }
  return {
    connection: connectionText(connection),
    hydration: hydration.type === "failed" ? `failed (${hydration.error.code})` : hydration.type,
    ordinal: `${timeline.getCursor().ordinal}`,
    run: run.type === "none" ? "none" : run.phase,
    unsent: unsent.size === 0 ? "none" : [...unsent].map(([state, count]) => `${count} ${state}`).join(", "),
  };
}

function connectionText(connection: ConnectionStatus): string {
  switch (connection.type) {
    case "connecting":
      return `connecting, try ${connection.attempt}`;
    case "waiting":
      return `waiting (${connection.reason}), try ${connection.attempt}`;
    case "failed":
      return `failed (${connection.error.code})`;
    default:
      return connection.type;
  }
}
