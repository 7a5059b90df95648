/**
 * A line to a scripted server, on virtual time, that can go deaf in either direction and dies when idle as proxies let
 * it. Its server sends heartbeats as ours does, and hangs up on whoever does not answer them.
 */
import type { ServerFrameJson } from "@sessionstream/protocol";
import type { Transport, TransportHandlers } from "../wire/transport.ts";
import type { ManualPlatform } from "./manual-platform.ts";
import type { ScriptedServer } from "./scripted-server.ts";
import { helloFrame } from "./wire-frames.ts";

export interface FaultyLink extends Transport {
  /** Whether anything gets through, each way. Nobody is told when it does not. */
  toServer: boolean;
  toClient: boolean;
  /** From the server to whoever is connected. */
  push(frame: ServerFrameJson): void;
  /** Connections so far. */
  readonly opened: number;
  readonly isUp: boolean;
}

export interface FaultyLinkOptions {
  readonly platform: ManualPlatform;
  readonly server: ScriptedServer;
  /** 0: a server that sends none. */
  readonly heartbeatMs?: number;
  /** What lies between hangs up after so much silence. */
  readonly idleMs?: number;
}

interface Line {
  push(frame: ServerFrameJson): void;
}

const PONG_MS = 10_000;

export function faultyLink({ platform, server, heartbeatMs = 25_000, idleMs }: FaultyLinkOptions): FaultyLink {
  let line: Line | null = null;
  let opened = 0;

  function connect(handlers: TransportHandlers) {
    const timers = new Map<string, () => void>();
    let open = true;

    const after = (name: string, delayMs: number, act: () => void) => {
      timers.get(name)?.();
      timers.set(name, platform.setTimer(delayMs, act));
    };
    const end = (tellClient: number | null): void => {
      if (!open) return;
      open = false;
      if (line === own) line = null;
      for (const cancel of timers.values()) cancel();
      if (tellClient !== null) handlers.closed({ code: tellClient, reason: "" });
    };
    const traffic = (): void => {
      if (idleMs !== undefined) after("idle", idleMs, () => end(1006));
    };
    const own: Line = {
      push(frame) {
        if (!open || !link.toClient) return;
        traffic();
        handlers.text(JSON.stringify(frame));
      },
    };
    const beat = (): void => {
      after("pong", PONG_MS, () => end(link.toClient ? 4012 : null));
      own.push(server.ping());
      after("beat", heartbeatMs, beat);
    };
    line = own;
    traffic();
    after("hello", 0, () => {
      own.push(helloFrame({ heartbeatIntervalMs: heartbeatMs }));
      if (heartbeatMs > 0) after("beat", heartbeatMs, beat);
    });
    return {
      send(text: string) {
        if (!open || !link.toServer) return;
        traffic();
        timers.get("pong")?.();
        for (const frame of server.answer(JSON.parse(text))) own.push(frame);
      },
      close: () => end(null),
    };
  }

  const link: FaultyLink = {
    toServer: true,
    toClient: true,
    push: (frame) => line?.push(frame),
    get opened() {
      return opened;
    },
    get isUp() {
      return line !== null;
    },
    open(_url, handlers) {
      opened += 1;
      return connect(handlers);
    },
  };
  return link;
}
