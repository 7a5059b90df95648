/**
 * Owns a day in the life of one server, on virtual time: clients that come, stay, vanish, return with their cursor,
 * renew their tokens and answer heartbeats; sessions that are written to, fall quiet, leave memory and come back.
 */
import { sqliteStorage } from "@sessionstream/server-node/sqlite";
import { FoldClient } from "../../packages/server-node/src/fan-out/testing/fold-client.ts";
import { grown, noted, settled } from "../../packages/server-node/src/hub/testing/notes-module.ts";
import { type MemoryServer, memoryServer } from "../server-faults/harness/memory-server.ts";
import type { MemorySocket } from "../server-faults/harness/memory-socket.ts";
import { ada, foldedNotes, notesIn, sessionKey } from "../server-faults/harness/notes-hub.ts";
import { type Leftovers, leftovers } from "./leftovers.ts";

const MINUTE = 60_000;
const CLIENTS = 12;
const SESSIONS = 40;
/** A note grows in the minutes of an hour and is replaced by the next: the view stays small while the log grows. */
const LETTERS = "abcdefghij";

export interface VirtualDayReport {
  readonly before: Leftovers;
  readonly after: Leftovers;
  readonly commits: number;
  readonly reconnects: number;
  readonly renewals: number;
  readonly evicted: number;
  /** Folds that differed from the server's own view, at any hour. */
  readonly differences: readonly string[];
}

export interface VirtualDayOptions {
  readonly hours: number;
  /** Called at rest after each hour. */
  readonly onHour?: (hour: number, server: MemoryServer) => Promise<void>;
}

class Client {
  readonly session: string;
  readonly #server: MemoryServer;
  #fold = new FoldClient();
  #socket: MemorySocket | null = null;
  renewals = 0;

  constructor(server: MemoryServer, session: string) {
    this.#server = server;
    this.session = session;
  }

  async comeBack(): Promise<void> {
    const { epoch, view, tag, ordinal } = this.#fold;
    this.#socket = await this.#server.connect();
    const cursor = epoch === "" ? {} : { epoch, view, tag, sinceSnapshotOrdinal: String(ordinal) };
    const capabilities = ["timeline", "auth"];
    this.#socket.say({ subscribe: { sessionId: this.session, capabilities, ...cursor } });
  }

  /** Takes what came, and renews its token when asked to. */
  read(): FoldClient {
    const socket = this.#socket;
    if (socket === null) return this.#fold;
    for (const frame of socket.received()) {
      if (frame.authExpiring !== undefined) {
        this.renewals += 1;
        socket.say({ authenticate: { token: "ada's next", requestId: "renew" } });
      }
      this.#fold.receive(frame);
    }
    socket.texts.length = 0;
    return this.#fold;
  }

  get isGone(): boolean {
    return this.#socket === null || this.#socket.closeCode !== null || this.#socket.destroyed;
  }

  leave(how: "closing" | "vanishing"): void {
    this.read();
    if (how === "closing") this.#socket?.leave();
    else this.#socket?.vanish();
    this.#socket = null;
  }
}

export async function virtualDay({ hours, onHour }: VirtualDayOptions): Promise<VirtualDayReport> {
  const lifetime = 10 * MINUTE;
  const server = memoryServer(
    {
      storage: sqliteStorage({ path: ":memory:" }),
      limits: { maxNewSessionsPerDay: 1_000_000, evictAfterMs: 3 * MINUTE },
    },
    {
      authenticate: () => ({ ...ada, expiresAt: server.platform.now() + lifetime }),
      authenticateToken: () => ({ ...ada, expiresAt: server.platform.now() + lifetime }),
    },
  );
  const { hub, platform } = server;
  const before = leftovers(server);
  const clients = Array.from({ length: CLIENTS }, (_, index) => new Client(server, `s-${index % 6}`));
  const differences: string[] = [];
  let commits = 0;
  let reconnects = 0;
  let evicted = 0;

  async function write(session: string, minute: number): Promise<void> {
    const hour = Math.floor(minute / 60);
    const inHour = minute % 60;
    // The notes of a session are two: the one of this hour and the one before.
    if (inHour === 0) await hub.publish(sessionKey(session), [noted(`n${hour % 2}`, "", true)]);
    else if (inHour === 59) await hub.publish(sessionKey(session), [settled(`n${hour % 2}`)]);
    else await hub.publish(sessionKey(session), [grown(`n${hour % 2}`, LETTERS[inHour % 10] ?? "")]);
    commits += 1;
  }

  for (const client of clients) await client.comeBack();
  for (let minute = 0; minute < hours * 60; minute += 1) {
    for (let session = 0; session < 6; session += 1) await write(`s-${session}`, minute);
    // Others are looked at now and then, and leave memory in between.
    await hub.publish(sessionKey(`s-${6 + (minute % (SESSIONS - 6))}`), [noted("n", `${minute}`)]);
    const sessionsBefore = hub.stats().sessions;
    await platform.advance(MINUTE);
    evicted += Math.max(0, sessionsBefore - hub.stats().sessions);
    for (const [index, client] of clients.entries()) {
      client.read();
      if ((minute + index) % 17 === 0) client.leave(minute % 2 === 0 ? "closing" : "vanishing");
      if (!client.isGone || (minute + index) % 17 === 1) continue;
      await client.comeBack();
      reconnects += 1;
    }
    await platform.settle();
    if (minute % 60 !== 59) continue;
    for (const client of clients) {
      const fold = client.read();
      const truth = await notesIn(hub, client.session);
      const same = client.isGone || JSON.stringify(foldedNotes(fold)) === JSON.stringify(truth);
      if (!same || fold.violations.length > 0)
        differences.push(`${client.session} at minute ${minute}: ${fold.violations}`);
    }
    await onHour?.(minute / 60, server);
  }
  const renewals = clients.reduce((sum, client) => sum + client.renewals, 0);
  for (const client of clients) client.leave("closing");
  await platform.advance(10 * MINUTE);
  const after = leftovers(server);
  await server.transport.close();
  const closed = hub.close();
  await platform.advance(5_000);
  await closed;
  return { before, after, commits, reconnects, renewals, evicted, differences };
}
