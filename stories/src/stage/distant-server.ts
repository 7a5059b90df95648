/**
 * Owns a server of frames that comes and goes, at the other end of the real client: what a fake hub, which has no
 * connection to lose, cannot show. It knows one session and says the same about it whenever somebody connects.
 */
import { createChatClient, defaultPlatform, sessionstreamBackend, type Transport } from "@sessionstream/client";
import { type ScriptedConnection, scriptedTransport } from "@sessionstream/client/testing";
import { CLOSE_CODES, type ServerFrameJson, SessionStreamError, sessionId } from "@sessionstream/protocol";
import { frameScript } from "@sessionstream/protocol/testing";
import { type Scene, sceneLoader, sceneMaker } from "./scene.ts";

export interface DistantScene extends Scene {
  /** Loses the connection; every try to make another is lost too, `tries` of them at once. */
  goAway(tries?: number): Promise<void>;
  comeBack(): void;
  /** Ends the connection for good. */
  dismiss(error: SessionStreamError): Promise<void>;
  /** From now on connections are accepted, and nothing is ever said on them. */
  fallSilent(): void;
  /** Tries to connect now. */
  reconnect(): void;
}

export function distantScene(before: (scene: DistantScene) => Promise<void>): ReturnType<typeof sceneLoader> {
  return sceneLoader(() => {
    const scene = createDistantScene();
    void before(scene);
    return scene;
  });
}

export function distantSceneOf(context: Parameters<typeof sceneMaker>[0]): DistantScene {
  const scene = sceneMaker(context)?.();
  if (scene === undefined || !("goAway" in scene)) throw new Error("This story needs `loaders: [distantScene(…)]`.");
  // CAST: only `distantScene` makes scenes that can go away.
  return scene as DistantScene;
}

export function createDistantScene(): DistantScene {
  const script = frameScript("resume-delta");
  const frames = script.steps.flatMap((step) => (step.from === "server" ? [step.frame] : []));
  const hello = find(frames, "hello");
  const snapshot = find(frames, "snapshot");
  const subscribed = find(frames, "subscribed");

  const scripted = scriptedTransport();
  let mood: "there" | "away" | "silent" = "there";

  function greet(connection: ScriptedConnection): void {
    if (mood === "away") connection.lose();
    if (mood === "there") connection.receive(hello);
  }

  function answer(connection: ScriptedConnection): void {
    const { subscribe, ping } = connection.sent.at(-1) ?? {};
    if (ping !== undefined) connection.receive({ pong: {} });
    if (subscribe === undefined) return;
    connection.receive({ snapshot: { ...snapshot.snapshot, requestId: subscribe.requestId } });
    connection.receive(subscribed);
  }

  const transport: Transport = {
    open(url, handlers) {
      const { send, close } = scripted.open(url, handlers);
      const { current } = scripted;
      queueMicrotask(() => greet(current));
      return {
        close,
        send(text) {
          send(text);
          queueMicrotask(() => answer(current));
        },
      };
    },
  };

  const platform = defaultPlatform();
  // The longest waits there are, so that a countdown can be read.
  const patient = { ...platform, random: () => 0.999 };
  const backend = sessionstreamBackend({ url: "http://distant.test/api/chat", transport, platform: patient });
  const client = createChatClient({ backend, platform });
  const id = sessionId(script.session);
  const { thread } = client.acquire(id);
  return {
    client,
    sessionId: id,
    async goAway(tries = 0) {
      await settled();
      mood = "away";
      scripted.current.lose();
      for (let tried = 0; tried < tries; tried += 1) {
        thread.reconnect();
        await settled();
      }
    },
    comeBack() {
      mood = "there";
    },
    async dismiss(error) {
      await settled();
      mood = "away";
      scripted.current.receive({ error: { code: error.code, message: error.message } });
      scripted.current.lose(CLOSE_CODES.forbidden);
    },
    fallSilent() {
      mood = "silent";
    },
    reconnect: () => thread.reconnect(),
  };
}

/** After everything that happens by itself has happened. */
function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

function find(frames: readonly ServerFrameJson[], name: keyof ServerFrameJson): ServerFrameJson {
  const frame = frames.find((candidate) => candidate[name] !== undefined);
  if (frame === undefined) throw new SessionStreamError("internal", `The script has no ${name}`);
  return frame;
}
