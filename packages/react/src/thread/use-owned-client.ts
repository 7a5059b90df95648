/**
 * Owns the client behind a provider: the one it was given, or one it makes once. Options written inline do not make
 * another: functions are looked up when they are called, and only another `client` or `url` counts.
 */
import {
  type ChatBackend,
  type ChatClient,
  createChatClient,
  defaultPlatform,
  type Outbox,
  type SessionstreamBackendOptions,
  sessionstreamBackend,
} from "@sessionstream/client";
import { type RefObject, useEffect, useRef, useState } from "react";

type ServerOptions = Pick<SessionstreamBackendOptions, "url" | "headers" | "getToken" | "mappings" | "window">;

interface OutboxOption {
  /** Where unsent messages wait; default: in memory. Taken once; give the provider another `key` to change it. */
  readonly outbox?: Outbox | undefined;
}

/** Exactly one of `client`, `backend` and `url`. */
export type ClientSource =
  | ({ readonly client: ChatClient } & Absent<"backend" | "outbox" | keyof ServerOptions>)
  /** Taken once; give the provider another `key` to change it. */
  | ({ readonly backend: ChatBackend } & OutboxOption & Absent<"client" | keyof ServerOptions>)
  | (ServerOptions & OutboxOption & Absent<"client" | "backend">);

type Absent<Keys extends string> = { readonly [K in Keys]?: undefined };

export function useOwnedClient(source: ClientSource): ChatClient {
  const latest = useRef(source);
  useEffect(() => {
    latest.current = source;
  });
  const identity = source.client ?? source.url;
  const [held, setHeld] = useState(() => ({ identity, client: resolveClient(source, latest) }));
  if (held.identity === identity) return held.client;
  const next = { identity, client: resolveClient(source, latest) };
  setHeld(next);
  return next.client;
}

/** Opens nothing: a client connects when a thread is acquired. So one that StrictMode throws away leaves nothing behind. */
function resolveClient(source: ClientSource, latest: RefObject<ClientSource>): ChatClient {
  if (source.client !== undefined) return source.client;
  const { outbox } = source;
  const backend = source.backend ?? sessionstreamBackend(withLatestFunctions(source, latest));
  return createChatClient({ backend, platform: defaultPlatform(), ...(outbox === undefined ? {} : { outbox }) });
}

function withLatestFunctions(
  { url, mappings, window, headers, getToken }: ServerOptions,
  latest: RefObject<ClientSource>,
): SessionstreamBackendOptions {
  return {
    url,
    ...(mappings === undefined ? {} : { mappings }),
    ...(window === undefined ? {} : { window }),
    ...(headers === undefined ? {} : { headers: (operation) => (latest.current.headers ?? headers)(operation) }),
    ...(getToken === undefined ? {} : { getToken: (ask) => (latest.current.getToken ?? getToken)(ask) }),
  };
}
