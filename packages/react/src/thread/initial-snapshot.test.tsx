import { createChatClient, defaultPlatform } from "@sessionstream/client";
import { assistantMessage, fakeHub, userMessage } from "@sessionstream/client/testing";
import { formatOrdinal, sessionId } from "@sessionstream/protocol";
import { render, screen } from "@testing-library/react";
import { renderToString } from "react-dom/server";
import { expect, it } from "vitest";
import { ChatPanel } from "../kit/chat-panel.tsx";
import { ChatThreadProvider } from "./chat-thread-provider.tsx";

const SESSION = sessionId("s");

/** As the HTTP route says it. */
function snapshotOf(hub: ReturnType<typeof fakeHub>) {
  const log = hub.session(SESSION).log();
  const { epoch, view, ordinal, tag } = log.cursor();
  const entities = log.entities().map(({ key: _, ...entity }) => ({
    ...entity,
    createdOrdinal: formatOrdinal(entity.createdOrdinal),
    lastEventOrdinal: formatOrdinal(entity.lastEventOrdinal),
  }));
  return { sessionId: SESSION, epoch, view, snapshotOrdinal: formatOrdinal(ordinal), tag, entities, complete: true };
}

it("F-P10 what a server rendered at N is hydrated without a mismatch and goes on to N + 30", async () => {
  const hub = fakeHub();
  const log = hub.session(SESSION);
  log.commit([userMessage({ id: "u", text: "asked before" }), assistantMessage({ id: "a", text: "said before" })]);
  const snapshot = JSON.parse(JSON.stringify(snapshotOf(hub)));
  const app = () => (
    <ChatThreadProvider
      client={createChatClient({ backend: hub.backend, platform: defaultPlatform() })}
      sessionId="s"
      initialSnapshot={snapshot}
    >
      <ChatPanel />
    </ChatThreadProvider>
  );
  const html = renderToString(app());
  expect(html).toContain("asked before");
  expect(html).toContain("said before");
  for (let later = 1; later <= 30; later += 1) log.commit([userMessage({ id: `u${later}`, text: `later ${later}` })]);

  const container = document.body.appendChild(document.createElement("div"));
  container.innerHTML = html;
  const complaints: unknown[] = [];
  render(app(), { container, hydrate: true, onRecoverableError: (error) => complaints.push(error) });
  await screen.findByText("later 30");
  screen.getByText("said before");
  expect(complaints).toEqual([]);
});
