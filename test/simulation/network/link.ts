/**
 * Owns one connection's way through a bad network: bytes keep their order, and may be late, few, lost with the whole
 * connection, or vanish while both sides believe in it. Does not know who is at either end.
 */
import type { Faults } from "../run/faults.ts";
import type { Judge } from "../run/violation.ts";
import type { Clock } from "../time/clock.ts";
import type { Random } from "../time/random.ts";
import type { SocketHandle, SocketPort } from "./client-socket.ts";
import { type DownFrame, ServerEnd } from "./server-end.ts";

export interface LinkOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly faults: Faults;
  readonly judge: Judge;
  readonly socket: SocketHandle;
  /** Runs it now, or when the client's machine wakes. */
  readonly whenAwake: (callback: () => void) => void;
  /** Whether a text may be seen by who is at this end. */
  readonly inspect: (text: string) => void;
}

export interface Link {
  readonly client: SocketPort;
  /** A server answers: from here on frames flow. */
  answered(server: AnsweringServer): ServerEnd;
  /** Nobody is there. */
  refused(): void;
  /** Torn down by the network. */
  cut(): void;
  /** The server's process ended: the peer hears of it, unless its machine went with it. */
  serverDied(silently: boolean): void;
  /** The client believes in it. */
  readonly wanted: boolean;
}

interface AnsweringServer {
  /** What reaches it while its process sleeps, it hears when it goes on. */
  readonly whenAwake: (callback: () => void) => void;
  /** It has written this. */
  readonly written: (text: string) => void;
}

interface Direction {
  /** Nothing passes, and nobody is told. */
  dead: boolean;
  /** When the last item arrives. */
  lastAt: number;
}

/** How long a socket waits for the answer to its close. */
const CLOSE_TIMEOUT_MS = 10_000;

export function createLink(options: LinkOptions): Link {
  const { name, clock, random, faults, judge, socket } = options;
  const latency = random.pick([1, 5, 20, 80]);
  const slow = random.chance(faults.rate("slowReader"));
  const bytesPerMs = random.pick([0.3, 1, 4, 15]);
  const up: Direction = { dead: false, lastAt: 0 };
  const down: Direction = { dead: false, lastAt: 0 };
  let server: ServerEnd | null = null;
  let whenServed = (callback: () => void): void => callback();
  let client: "open" | "closing" | "closed" = "open";
  let takenUntil = 0;

  function travel(direction: Direction, arrive: () => void): void {
    const detour = random.chance(faults.rate("delay")) ? random.int(20, 2_500) : 0;
    direction.lastAt = Math.max(direction.lastAt, clock.now + random.int(1, latency) + detour);
    clock.after(direction.lastAt - clock.now, () => {
      if (!direction.dead) arrive();
    });
  }

  function toServer(handle: (end: ServerEnd) => void): void {
    whenServed(() => {
      if (server !== null) handle(server);
    });
  }

  function toClient(handle: () => void): void {
    options.whenAwake(() => {
      if (client !== "closed") handle();
    });
  }

  function endClient(code: number, reason: string): void {
    toClient(() => {
      client = "closed";
      judge.tell(() => `  ${name} closed ${code} ${reason}`);
      socket.closed(code, reason);
    });
  }

  function cut(): void {
    judge.tell(() => `  ${name} cut`);
    travel(up, () => {
      up.dead = true;
      toServer((end) => end.vanish(1006));
    });
    travel(down, () => {
      down.dead = true;
      endClient(1006, "");
    });
  }

  /** What may happen to the connection with this frame. @returns how often the frame passes. */
  function weather(direction: Direction, halfOpen: "halfOpenUp" | "halfOpenDown"): number {
    if (direction.dead) return 0;
    if (random.chance(faults.rate(halfOpen))) {
      judge.tell(() => `  ${name} ${halfOpen}`);
      direction.dead = true;
      return 0;
    }
    if (random.chance(faults.rate("cut"))) {
      cut();
      return 0;
    }
    if (random.chance(faults.rate("dropFrame"))) return 0;
    return random.chance(faults.rate("duplicateFrame")) ? 2 : 1;
  }

  function sendDown(frame: DownFrame): void {
    if (frame.type === "close") {
      travel(down, () => {
        endClient(frame.code, frame.reason);
        travel(up, () => toServer((end) => end.vanish(frame.code)));
      });
      return;
    }
    const times = weather(down, "halfOpenDown");
    if (times === 0) judge.tell(() => `  ${name} ↓ lost: ${frame.type === "text" ? shortened(frame.text) : "ping"}`);
    for (let time = 0; time < times; time += 1) travel(down, () => toClient(() => arriveDown(frame)));
  }

  function arriveDown(frame: Exclude<DownFrame, { readonly type: "close" }>): void {
    if (frame.type === "ping") {
      travel(up, () => toServer((end) => end.emit("pong", Buffer.alloc(0))));
      return;
    }
    judge.tell(() => `  ${name} ↓ ${shortened(frame.text)}`);
    options.inspect(frame.text);
    socket.text(frame.text);
  }

  function leave(frames: readonly DownFrame[], bytes: number, taken: () => void): void {
    const rate = !slow ? Number.POSITIVE_INFINITY : faults.healed ? Math.max(2, bytesPerMs) : bytesPerMs;
    takenUntil = Math.max(takenUntil, clock.now) + bytes / rate;
    clock.after(takenUntil - clock.now, () => {
      for (const frame of frames) sendDown(frame);
      toServer(() => taken());
    });
  }

  return {
    client: {
      send(text) {
        const times = weather(up, "halfOpenUp");
        judge.tell(() => `  ${name} ↑ ${times === 1 ? "" : `×${times} `}${shortened(text)}`);
        for (let time = 0; time < times; time += 1) travel(up, () => toServer((end) => end.hear(text)));
      },
      close(code) {
        client = "closing";
        judge.tell(() => `  ${name} leaves ${code}`);
        travel(up, () => {
          toServer((end) => end.vanish(code));
          travel(down, () => endClient(code, ""));
        });
        clock.after(CLOSE_TIMEOUT_MS, () => endClient(1006, ""));
      },
    },
    answered({ whenAwake, written }) {
      whenServed = whenAwake;
      travel(down, () => toClient(() => socket.opened()));
      const terminated = () => travel(down, () => endClient(1006, ""));
      server = new ServerEnd({ leave, written, terminated });
      return server;
    },
    refused: () => travel(down, () => endClient(1006, "refused")),
    cut,
    serverDied(silently) {
      up.dead = true;
      if (silently) down.dead = true;
      else travel(down, () => endClient(1006, ""));
    },
    get wanted() {
      return client === "open";
    },
  };
}

function shortened(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 200)}… (${text.length})`;
}
