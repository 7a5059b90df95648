/** Owns a log to look at: what a watched backend records while a turn is answered, and what went wrong with it. */
import { createChatClient } from "@sessionstream/client";
import { appendText, assistantMessage, fakeHub, finishText, run, userMessage } from "@sessionstream/client/testing";
import { SessionStreamError, sessionId } from "@sessionstream/protocol";
import { createEventLog, type EventLog, watchBackend } from "@sessionstream/react/devtools";

interface Recording {
  readonly raw?: boolean;
  /** How many tokens the answer has. */
  readonly tokens?: number;
}

/** The events of one turn, by the same way as an app's. */
export async function recordedTurn({ raw = false, tokens = 12 }: Recording = {}): Promise<EventLog> {
  const hub = fakeHub();
  const log = createEventLog({ raw });
  const client = createChatClient({ backend: watchBackend(hub.backend, log) });
  const id = sessionId("story");
  const { thread } = client.acquire(id);
  const session = hub.session(id);
  await thread.send({ text: "Where is my order 4021?" });
  session.commit([userMessage({ id: "u1", text: "Where is my order 4021?" }), run("r1", "running")]);
  session.commit([assistantMessage({ id: "a1", text: "It", streaming: true })]);
  for (let token = 0; token < tokens; token += 1) session.commit([appendText("a1", " is on its way")]);
  session.commit([finishText("a1"), run("r1", "finished")]);
  client.close();
  return log;
}

export function recordErrors(log: EventLog): void {
  log.diagnostic({ type: "server-error", sessionId: sessionId("story"), code: "storage_unavailable", retryable: true });
  log.error(new SessionStreamError("forbidden", "You may not write here", { errorId: "e-4f21" }), { type: "not-sent" });
  log.error(new TypeError("order is undefined"), { type: "render", kind: "OrderCard", id: "o1" });
}
