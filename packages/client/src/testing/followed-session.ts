/** A sessionstream backend between a scripted transport and a recording observer: what tests of the wire start from. */
import { type SessionId, sessionId } from "@sessionstream/protocol";
import type { ChatBackend, SessionHandle } from "../backend/chat-backend.ts";
import {
  type SessionstreamBackendOptions,
  sessionstreamBackend,
} from "../backend/sessionstream/sessionstream-backend.ts";
import type { Diagnostic } from "../session/diagnostic.ts";
import { createManualPlatform, type ManualPlatform } from "./manual-platform.ts";
import { type RecordingObserver, recordingObserver } from "./recording-observer.ts";
import { type ScriptedTransport, scriptedTransport } from "./scripted-transport.ts";

export interface FollowedSession {
  readonly platform: ManualPlatform;
  readonly transport: ScriptedTransport;
  readonly backend: ChatBackend;
  readonly observer: RecordingObserver;
  readonly handle: SessionHandle;
  readonly diagnostics: readonly Diagnostic[];
  /** One more session on the same backend. */
  follow(id: string): { readonly observer: RecordingObserver; readonly handle: SessionHandle };
}

export function followSession(
  id: string,
  options: Partial<SessionstreamBackendOptions> & { readonly platform?: ManualPlatform } = {},
): FollowedSession {
  const platform = options.platform ?? createManualPlatform();
  const transport = scriptedTransport();
  const diagnostics: Diagnostic[] = [];
  const backend = sessionstreamBackend({
    url: "https://shop.example/api/chat",
    onDiagnostic: (diagnostic) => diagnostics.push(diagnostic),
    ...options,
    platform,
    transport,
  });
  const follow = (another: string) => {
    const observer = recordingObserver(platform);
    const session: SessionId = sessionId(another);
    return { observer, handle: backend.open(session, observer) };
  };
  return { platform, transport, backend, diagnostics, follow, ...follow(id) };
}
