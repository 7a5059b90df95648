/**
 * Owns one performance of a golden script: the player, the client that listens to it, and how far it got. Going back is
 * starting over and playing up to there, since nobody can unhear a frame.
 */
import { type ChatClient, createChatClient, defaultPlatform } from "@sessionstream/client";
import { type FrameScriptPlayer, frameScriptPlayer } from "@sessionstream/client/testing";
import type { FrameScript } from "@sessionstream/protocol/testing";
import type { Scene } from "../stage/scene.ts";

interface PerformanceState {
  /** Frames played so far. */
  readonly position: number;
  /** Another one, under another number, for every beginning. */
  readonly scene: Scene;
  readonly beginning: number;
}

export interface ScriptPerformance {
  readonly length: number;
  get(): PerformanceState;
  subscribe(listener: () => void): () => void;
  /** The last call counts. Resolves when nothing more moves. */
  goTo(position: number): Promise<void>;
  close(): void;
}

interface Take {
  readonly player: FrameScriptPlayer;
  readonly client: ChatClient;
  readonly scene: Scene;
}

export function createPerformance(script: FrameScript): ScriptPerformance {
  const { length } = script.steps;
  const listeners = new Set<() => void>();
  let take = begin(script);
  let state: PerformanceState = { position: 0, scene: take.scene, beginning: 1 };
  let wanted = 0;
  let walking: Promise<void> | null = null;

  function move(next: PerformanceState): void {
    state = next;
    for (const listener of [...listeners]) listener();
  }

  async function walk(): Promise<void> {
    while (state.position !== wanted) {
      if (wanted < state.position) {
        take.client.close();
        take = begin(script);
        move({ position: 0, scene: take.scene, beginning: state.beginning + 1 });
      } else {
        await take.player.step();
        move({ ...state, position: state.position + 1 });
      }
    }
  }

  return {
    length,
    get: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    goTo(position) {
      wanted = Math.max(0, Math.min(length, position));
      walking ??= walk().finally(() => {
        walking = null;
      });
      return walking;
    },
    close: () => take.client.close(),
  };
}

/** A script's server says nothing on its own. So nothing here may take its silence for a lost connection. */
const LONGEST_WAIT_MS = 5_000;

function begin(script: FrameScript): Take {
  const platform = defaultPlatform();
  const deaf = {
    ...platform,
    setTimer: (delayMs: number, callback: () => void) =>
      delayMs > LONGEST_WAIT_MS ? () => {} : platform.setTimer(delayMs, callback),
  };
  const player = frameScriptPlayer(script, { platform: deaf });
  const client = createChatClient({ backend: player.backend, platform });
  // The player waits for somebody to listen.
  client.acquire(player.sessionId);
  return { player, client, scene: { client, sessionId: player.sessionId } };
}
