/** Owns rendering parts of a thread in a test: a provider over a fake hub. Write into `session`, wait for the page. */
import { type ChatClient, createChatClient, defaultPlatform, type LocalSession } from "@sessionstream/client";
import { type FakeHub, fakeHub } from "@sessionstream/client/testing";
import { sessionId as checkSessionId } from "@sessionstream/protocol";
import { type RenderResult, render } from "@testing-library/react";
import { type ReactNode, StrictMode } from "react";
import { ChatThreadProvider, type ChatThreadProviderProps } from "../thread/chat-thread-provider.tsx";

export interface RenderWithThreadOptions extends Pick<ChatThreadProviderProps, "labels" | "mayApprove" | "renderers"> {
  /** Default: a fresh one whose commands are kept and not answered. */
  readonly hub?: FakeHub;
  readonly sessionId?: string;
  /** Default: true, as an application should. */
  readonly strict?: boolean;
}

export interface RenderedThread extends RenderResult {
  readonly hub: FakeHub;
  readonly client: ChatClient;
  readonly session: LocalSession;
}

export function renderWithThread(
  ui: ReactNode,
  { hub = fakeHub(), sessionId = "test-session", strict = true, ...provider }: RenderWithThreadOptions = {},
): RenderedThread {
  const client = createChatClient({ backend: hub.backend, platform: defaultPlatform() });
  const wrapper = ({ children }: { readonly children: ReactNode }) => {
    const tree = (
      <ChatThreadProvider client={client} sessionId={sessionId} {...provider}>
        {children}
      </ChatThreadProvider>
    );
    return strict ? <StrictMode>{tree}</StrictMode> : tree;
  };
  const session = hub.session(checkSessionId(sessionId));
  return Object.assign(render(ui, { wrapper }), { hub, client, session });
}
