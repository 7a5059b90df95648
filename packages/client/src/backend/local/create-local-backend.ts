/**
 * Owns the backend without a server: sessions in memory, or kept by a history, answers from a function. For demos, tests,
 * stories, offline.
 */
import { type SessionId, SessionStreamError } from "@sessionstream/protocol";
import type { ClientPlatform } from "../../platform/client-platform.ts";
import { defaultPlatform } from "../../platform/default-platform.ts";
import type { ChatBackend } from "../chat-backend.ts";
import type { LocalHistory } from "./local-history.ts";
import { createLocalNetwork, type FaultyNetwork } from "./local-network.ts";
import { createLocalRuns, type LocalRespond, type LocalRuns } from "./local-runs.ts";
import { createLocalSession, type LocalSession } from "./local-session.ts";

export interface LocalBackendOptions {
  /** Default: the real clock. */
  readonly platform?: ClientPlatform;
  /** Answers prompts. Without it messages are kept and nobody answers. */
  readonly respond?: LocalRespond;
  /** Delay of loads and commands. Default 0. */
  readonly latencyMs?: number;
  /** Newest rows a session opens with. Default 0: all. */
  readonly window?: number;
  /** Keeps sessions beyond the page, as `messageRowHistory` of `@sessionstream/client/message-rows` does. */
  readonly history?: LocalHistory;
}

export interface LocalBackend extends ChatBackend {
  /** The session, made when it is first asked for: to write into it as a server would. */
  session(id: SessionId): LocalSession;
  /** Those that were asked for, oldest first. */
  sessions(): readonly LocalSession[];
  readonly network: FaultyNetwork;
}

interface Room {
  readonly session: LocalSession;
  readonly runs: LocalRuns;
}

export function createLocalBackend(options: LocalBackendOptions = {}): LocalBackend {
  const { platform = defaultPlatform(), respond, latencyMs = 0, window = 0, history } = options;
  const network = createLocalNetwork(platform, latencyMs);
  const rooms = new Map<SessionId, Room>();
  let closed = false;

  function roomOf(id: SessionId): Room {
    const known = rooms.get(id);
    if (known !== undefined) return known;
    const now = () => platform.now();
    const session = createLocalSession({ id, now, network, window, history });
    let count = 0;
    // What other pages and days made is there, too: no counting then.
    const mintName = history === undefined ? () => String(++count) : () => platform.randomId();
    const room = { session, runs: createLocalRuns({ session, respond, now, mintName }) };
    rooms.set(id, room);
    return room;
  }

  return {
    network,
    session: (id) => roomOf(id).session,
    sessions: () => [...rooms.values()].map(({ session }) => session),
    open: (id, observer, from) => roomOf(id).session.follow(observer, from),
    async submit(command, signal) {
      await new Promise<void>((resolve) => network.later(resolve));
      if (closed) throw new SessionStreamError("closed", "This backend was closed");
      if (signal.aborted) throw new SessionStreamError("aborted", "The command was not sent");
      if (!network.isOnline()) throw new SessionStreamError("network", "There is no connection");
      const { session, runs } = roomOf(command.session);
      if (history !== undefined) await session.restored();
      return runs.submit(command);
    },
    close() {
      closed = true;
      for (const { session } of rooms.values()) session.close();
    },
  };
}
