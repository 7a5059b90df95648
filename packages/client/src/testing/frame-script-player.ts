/**
 * Plays a golden frame script against the real client: its own session machinery over a scripted connection. The player
 * is the server; where the script has the client ask for older rows, the player asks.
 */
import type { ServerFrameJson, SessionId } from "@sessionstream/protocol";
import { SessionStreamError, sessionId } from "@sessionstream/protocol";
import type { FrameScript, ScriptStep } from "@sessionstream/protocol/testing";
import type { ChatBackend, SessionHandle } from "../backend/chat-backend.ts";
import { sessionstreamBackend } from "../backend/sessionstream/sessionstream-backend.ts";
import { pinocchioMappings } from "../pinocchio/index.ts";
import type { ClientPlatform } from "../platform/client-platform.ts";
import { defaultPlatform } from "../platform/default-platform.ts";
import { scriptedTransport } from "./scripted-transport.ts";

export interface FrameScriptPlayer {
  /** Open the script's session on it, then play. It takes no commands. */
  readonly backend: ChatBackend;
  readonly sessionId: SessionId;
  /** Plays the next step. False when there was none. */
  step(): Promise<boolean>;
  /** Plays what is left, with a pause before each server frame. */
  play(pauseMs?: number): Promise<void>;
}

export interface FrameScriptPlayerOptions {
  /** Default: the real clock. Reconnecting waits for its timers. */
  readonly platform?: ClientPlatform;
}

export function frameScriptPlayer(script: FrameScript, options: FrameScriptPlayerOptions = {}): FrameScriptPlayer {
  const { platform = defaultPlatform() } = options;
  const transport = scriptedTransport();
  const real = sessionstreamBackend({
    url: "http://script.test/api/chat",
    transport,
    // No jitter: a connection that the script loses is made again at once.
    platform: { ...platform, random: () => 0 },
    mappings: script.reference === true ? pinocchioMappings : [],
  });
  let handle: SessionHandle | null = null;
  let position = 0;
  let hellos = 0;
  let asked = 0;

  /** Subscribes and pages, in the order the client sent them on any connection: `r-1` is the first. */
  function requests(): readonly string[] {
    const sent = transport.connections.flatMap((connection) => connection.sent);
    return sent.flatMap(({ subscribe, page }) => {
      const request = subscribe ?? page;
      return request === undefined ? [] : [request.requestId ?? ""];
    });
  }

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => platform.setTimer(0, resolve));
  }

  async function playClient({ frame }: Extract<ScriptStep, { from: "client" }>): Promise<void> {
    if (frame.subscribe === undefined && frame.page === undefined) return;
    asked += 1;
    // The page's answer is a later step: nobody waits for it here, and a script may refuse it.
    if (frame.page !== undefined) handle?.loadEarlier(frame.page.limit ?? 0).catch(() => undefined);
    await until(() => requests().length >= asked);
  }

  async function playServer({ frame }: Extract<ScriptStep, { from: "server" }>): Promise<void> {
    if (frame.hello !== undefined) {
      hellos += 1;
      if (hellos > 1) transport.current.lose();
      await until(() => transport.connections.length >= hellos && transport.current.isOpen);
    }
    transport.current.receive(withRequestIds(frame, requests()));
  }

  async function step(): Promise<boolean> {
    const next = script.steps[position];
    if (next === undefined) return false;
    position += 1;
    await (next.from === "client" ? playClient(next) : playServer(next));
    return true;
  }

  return {
    sessionId: sessionId(script.session),
    backend: {
      open(session, observer) {
        handle = real.open(session, observer);
        return handle;
      },
      submit: async () => {
        throw new SessionStreamError("closed", "A script takes no commands");
      },
      close: () => real.close(),
    },
    step,
    async play(pauseMs = 0) {
      do {
        if (pauseMs > 0 && script.steps[position]?.from === "server") {
          await new Promise<void>((resolve) => platform.setTimer(pauseMs, resolve));
        }
      } while (await step());
    },
  };
}

/** The script's `r-n` becomes what the client called its n-th request. */
function withRequestIds(frame: ServerFrameJson, requests: readonly string[]): object {
  const actual = (requestId: string): string => requests[Number(requestId.slice(2)) - 1] ?? requestId;
  const { snapshot, error } = frame;
  if (snapshot?.requestId !== undefined) return { snapshot: { ...snapshot, requestId: actual(snapshot.requestId) } };
  if (error?.requestId !== undefined) return { error: { ...error, requestId: actual(error.requestId) } };
  return frame;
}
