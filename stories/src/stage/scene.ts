/**
 * Owns the conversation a story is about: a client over a fake hub, and what happened before the reader looks. Made
 * when the story is mounted and kept when it renders again, so that another theme does not start it over.
 */
import {
  type ChatClient,
  type ChatThread,
  type ClientPlatform,
  createChatClient,
  defaultPlatform,
  type LocalBackendOptions,
  type LocalSession,
} from "@sessionstream/client";
import { type FakeHub, fakeHub } from "@sessionstream/client/testing";
import { type SessionId, sessionId } from "@sessionstream/protocol";

/** What a stage needs. */
export interface Scene {
  readonly client: ChatClient;
  readonly sessionId: SessionId;
}

export interface HubScene extends Scene {
  readonly hub: FakeHub;
  readonly session: LocalSession;
  /** The thread the story shows, for what a user did before the reader came. */
  readonly thread: ChatThread;
}

type HubOptions = Pick<LocalBackendOptions, "respond" | "latencyMs" | "window">;

/** What Storybook hands from a loader to decorators, render and play. */
interface Loaded {
  readonly scene: () => Scene;
  readonly endScene: () => void;
}
interface SceneContext {
  readonly loaded: Readonly<Record<string, unknown>>;
}

/** A loader: the scene is made by whoever asks first, and is the same for everybody after. */
export function sceneLoader(make: () => Scene): () => Loaded {
  return () => {
    let made: Scene | undefined;
    return {
      scene: () => {
        made ??= make();
        return made;
      },
      endScene: () => made?.client.close(),
    };
  };
}

/** A story over a fake hub; `before` is what happened so far. */
export function hubScene(before?: (scene: HubScene) => void, options?: HubOptions): () => Loaded {
  return sceneLoader(() => createHubScene(before, options));
}

export function createHubScene(before?: (scene: HubScene) => void, options?: HubOptions): HubScene {
  const hub = fakeHub(options);
  const id = sessionId("story");
  const client = createChatClient({ backend: hub.backend, platform: hurriedPlatform() });
  const { thread } = client.acquire(id);
  const scene = { hub, client, thread, sessionId: id, session: hub.session(id) };
  before?.(scene);
  return scene;
}

/** `undefined`: this story has no conversation. */
export function sceneMaker({ loaded }: SceneContext): (() => Scene) | undefined {
  // CAST: loaders put only `Loaded` there.
  return (loaded as Partial<Loaded>).scene;
}

export function endScene({ loaded }: SceneContext): void {
  // CAST: as above.
  (loaded as Partial<Loaded>).endScene?.();
}

export function hubSceneOf(context: SceneContext): HubScene {
  const scene = sceneMaker(context)?.();
  if (scene === undefined || !("hub" in scene)) throw new Error("This story needs `loaders: [hubScene(…)]`.");
  // CAST: only `hubScene` makes scenes with a hub.
  return scene as HubScene;
}

/** Waits between tries are real, and twenty times shorter: nobody wants to watch them. */
function hurriedPlatform(): ClientPlatform {
  const platform = defaultPlatform();
  return { ...platform, setTimer: (delayMs, callback) => platform.setTimer(delayMs / 20, callback) };
}
