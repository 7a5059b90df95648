/**
 * Owns the tie between a React tree and a thread. The connection lives in the client; this holds it while mounted.
 * Everything below is mounted anew for another session: no state of one conversation ever meets another (V28).
 */
import { type ChatClient, readSessionSnapshot, type SessionSnapshot } from "@sessionstream/client";
import { sessionId as checkSessionId } from "@sessionstream/protocol";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import type { Labels } from "../labels/labels.ts";
import { LabelsProvider } from "../labels/labels-context.tsx";
import type { EntityRenderer } from "../renderer/define-renderer.ts";
import { RendererProvider } from "../renderer/renderer-context.tsx";
import { createDraft } from "./draft.ts";
import { LeasedThread } from "./leased-thread.ts";
import { MayApproveContext } from "./may-approve.ts";
import { ThreadContext } from "./thread-context.ts";
import { type ClientSource, useOwnedClient } from "./use-owned-client.ts";
import { createValue } from "./value.ts";

export type ChatThreadProviderProps = ClientSource & {
  /** 1–128 characters of `A-Z a-z 0-9 _ -`. May be minted in the browser: a session begins with its first message. */
  readonly sessionId: string;
  /**
   * The parsed answer of `GET …/sessions/{id}`, fetched before this page was rendered: shown from the first render on, on
   * a server too. What happened since is fetched. Taken once for each session.
   */
  readonly initialSnapshot?: unknown;
  /** `false`: approvals are shown without buttons, and nobody is called to them. Default: `true`. */
  readonly mayApprove?: boolean | undefined;
  readonly renderers?: readonly EntityRenderer[] | undefined;
  readonly labels?: Partial<Labels> | undefined;
  readonly children?: ReactNode;
};

export function ChatThreadProvider({
  sessionId,
  initialSnapshot,
  mayApprove = true,
  renderers,
  labels,
  children,
  ...source
}: ChatThreadProviderProps) {
  const client = useOwnedClient(source);
  return (
    <LabelsProvider labels={labels}>
      <RendererProvider renderers={renderers}>
        <ThreadHolder key={sessionId} client={client} sessionId={sessionId} initialSnapshot={initialSnapshot}>
          <MayApproveContext.Provider value={mayApprove}>{children}</MayApproveContext.Provider>
        </ThreadHolder>
      </RendererProvider>
    </LabelsProvider>
  );
}

interface ThreadHolderProps {
  readonly client: ChatClient;
  readonly sessionId: string;
  readonly initialSnapshot: unknown;
  readonly children: ReactNode;
}

function ThreadHolder({ client, sessionId, initialSnapshot, children }: ThreadHolderProps) {
  // The first one: a page that goes on from a snapshot never goes back to one.
  const [snapshot] = useState(() => snapshotOf(initialSnapshot, sessionId));
  const scope = useMemo(
    () => ({
      thread: new LeasedThread(client, checkSessionId(sessionId), snapshot),
      draft: createDraft(),
      reading: createValue(false),
    }),
    [client, sessionId, snapshot],
  );
  useEffect(() => scope.thread.hold(), [scope]);
  return <ThreadContext.Provider value={scope}>{children}</ThreadContext.Provider>;
}

/** One of another session is of no use here: the page has gone on to this one. */
function snapshotOf(json: unknown, sessionId: string): SessionSnapshot | undefined {
  const snapshot = json === undefined || json === null ? undefined : readSessionSnapshot(json);
  return snapshot?.sessionId === sessionId ? snapshot : undefined;
}
