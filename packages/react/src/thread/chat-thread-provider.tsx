/**
 * Owns the tie between a React tree and a thread. The connection lives in the client; this holds it while mounted.
 * Everything below is mounted anew for another session: no state of one conversation ever meets another (V28).
 */
import type { ChatClient } from "@sessionstream/client";
import { sessionId as checkSessionId } from "@sessionstream/protocol";
import { type ReactNode, useEffect, useMemo } from "react";
import type { Labels } from "../labels/labels.ts";
import { LabelsProvider } from "../labels/labels-context.tsx";
import type { EntityRenderer } from "../renderer/define-renderer.ts";
import { RendererProvider } from "../renderer/renderer-context.tsx";
import { createDraft } from "./draft.ts";
import { LeasedThread } from "./leased-thread.ts";
import { ThreadContext } from "./thread-context.ts";
import { type ClientSource, useOwnedClient } from "./use-owned-client.ts";

export type ChatThreadProviderProps = ClientSource & {
  /** 1–128 characters of `A-Z a-z 0-9 _ -`. May be minted in the browser: a session begins with its first message. */
  readonly sessionId: string;
  readonly renderers?: readonly EntityRenderer[] | undefined;
  readonly labels?: Partial<Labels> | undefined;
  readonly children?: ReactNode;
};

export function ChatThreadProvider({ sessionId, renderers, labels, children, ...source }: ChatThreadProviderProps) {
  const client = useOwnedClient(source);
  return (
    <LabelsProvider labels={labels}>
      <RendererProvider renderers={renderers}>
        <ThreadHolder key={sessionId} client={client} sessionId={sessionId}>
          {children}
        </ThreadHolder>
      </RendererProvider>
    </LabelsProvider>
  );
}

interface ThreadHolderProps {
  readonly client: ChatClient;
  readonly sessionId: string;
  readonly children: ReactNode;
}

function ThreadHolder({ client, sessionId, children }: ThreadHolderProps) {
  const scope = useMemo(
    () => ({ thread: new LeasedThread(client, checkSessionId(sessionId)), draft: createDraft() }),
    [client, sessionId],
  );
  useEffect(() => scope.thread.hold(), [scope]);
  return <ThreadContext.Provider value={scope}>{children}</ThreadContext.Provider>;
}
