/**
 * Owns the three things a hook can do wrong, and the list of every hook an app hands to the hub, the transports or the
 * chat: one that is added to an option type and not here does not compile.
 */
import type { DescMessage } from "@bufbuild/protobuf";
import type { CommandType, EntityKindOptions, HubModule, HubOptions, PublishOptions } from "@sessionstream/server-node";
import type { ChatPlugin } from "@sessionstream/server-node/chat";
import type { ChatHttpOptions } from "@sessionstream/server-node/http";
import type { WebSocketTransportOptions } from "@sessionstream/server-node/ws";

const WAYS = {
  throws: () => {
    throw new Error("the hook is broken");
  },
  rejects: () => Promise.reject(new Error("the hook is broken")),
  "never answers": () => new Promise<never>(() => undefined),
} as const;

export type Way = keyof typeof WAYS;
// CAST: its keys and no others.
export const ways = Object.keys(WAYS) as readonly Way[];

/** What a hook does that breaks, whatever it was to answer. */
export function broken(way: Way): () => never {
  // CAST: a hook without types answers anything, a promise too.
  return WAYS[way] as () => never;
}

/** A hook that breaks in the session `room` and nowhere else. */
export const inRoom =
  <Arguments extends readonly unknown[], Answer>(way: Way, sound: (...given: Arguments) => Answer) =>
  (...given: Arguments): Answer =>
    JSON.stringify(given, (_, value) => (typeof value === "bigint" ? String(value) : value)).includes('"room"')
      ? broken(way)()
      : sound(...given);

type HookOf<Options> = {
  [Name in keyof Options]-?: Extract<Options[Name], (...given: never[]) => unknown> extends never ? never : Name;
}[keyof Options];

/** Where each hook is broken, or why nowhere. */
export const BROKEN_IN = {
  hub: { authorize: "hub", onError: "hub", onPipeline: "hub", failpoint: "the crash tests: it is there to break" },
  module: { due: "module" },
  kind: { open: "module", redact: "module" },
  command: { decide: "module" },
  publish: { guard: "module" },
  socket: {
    authenticate: "transports",
    authenticateToken: "transports",
    audience: "transports",
    observer: "transports",
    report: "transports",
  },
  http: {
    authenticate: "transports",
    onError: "transports",
    mintId: "nowhere: a source of ids, not a decision",
    now: "nowhere: the clock",
  },
  plugin: {
    onRun: "chat",
    settle: "nowhere: it is part of the run's last publish, and ends with it",
    input: "chat",
    due: "chat",
  },
} as const satisfies {
  hub: Record<HookOf<HubOptions>, string>;
  module: Record<HookOf<HubModule>, string>;
  kind: Record<HookOf<EntityKindOptions<DescMessage>>, string>;
  command: Record<HookOf<CommandType>, string>;
  publish: Record<HookOf<PublishOptions>, string>;
  socket: Record<HookOf<WebSocketTransportOptions>, string>;
  http: Record<HookOf<ChatHttpOptions>, string>;
  plugin: Record<HookOf<ChatPlugin>, string>;
};
