/**
 * Mutants of server frames, to the real client: session machine, decoder and timeline. Whatever they say, nothing
 * escapes, and a snapshot afterwards puts the client where the server is.
 */
import { type FollowedSession, followSession } from "../../packages/client/src/testing/followed-session.ts";
import { createRandom } from "../simulation/time/random.ts";
import { createTally, type FuzzReport, type FuzzRun } from "./fuzz-report.ts";
import { EPOCH, goldenFrames, SESSION } from "./golden-frames.ts";
import { mutateFrame } from "./mutate-frame.ts";

/** Mutants one client gets before it is asked whether it is still sound. */
const ROUND = 100;
const HELLO = { hello: { connectionId: "c", capabilities: ["timeline"], protocolMin: 1, protocolMax: 1 } };

/** @throws when a frame did what no frame may. */
export function fuzzClient({ seed, frames }: FuzzRun, elapsed: () => number): FuzzReport {
  const random = createRandom(seed);
  const golden = goldenFrames("server");
  const tally = createTally(elapsed);
  const prototype = prototypeKeys();
  for (let done = 0; done < frames; done += ROUND) {
    const client = aLiveClient();
    for (let turn = 0; turn < ROUND; turn += 1) {
      const text = mutateFrame(random.pick(golden), golden, random);
      const told = client.diagnostics.length;
      try {
        tally.time(text, hearing(client, text), () => hearing(aLiveClient(), text));
      } catch (error) {
        throw new Error(`seed ${seed}: a server frame made the client throw: ${text.slice(0, 2_000)}`, {
          cause: error,
        });
      }
      for (const { type } of client.diagnostics.slice(told)) tally.answered(type);
      if (random.chance(0.2)) answer(client, EPOCH);
    }
    heal(client, seed);
    client.backend.close();
    if (prototypeKeys() !== prototype) throw new Error(`seed ${seed}: a prototype was changed`);
  }
  return tally.report(frames);
}

function aLiveClient(): FollowedSession {
  const client = followSession(SESSION);
  client.transport.current.receive(HELLO);
  answer(client, EPOCH);
  return client;
}

function hearing({ transport, platform }: FollowedSession, text: string): () => void {
  return () => {
    transport.current.receive(text);
    platform.runFrames();
  };
}

/** Connects where nothing is connected, and answers what was asked last. */
function answer({ transport, platform }: FollowedSession, epoch: string): void {
  for (let tries = 0; transport.openConnections === 0 && tries < 20; tries += 1) platform.advance(60_000);
  const { current } = transport;
  if (!current.sent.some(({ subscribe }) => subscribe !== undefined)) current.receive(HELLO);
  const asked = current.sent.filter(({ subscribe }) => subscribe !== undefined).at(-1);
  if (asked !== undefined) current.receive(snapshot(asked.subscribe?.requestId, epoch));
}

/** A connection lost and made again ends every doubt. */
function heal(client: FollowedSession, seed: string): void {
  const { transport, platform, observer } = client;
  if (transport.openConnections > 0) transport.current.lose();
  for (let tries = 0; tries < 50; tries += 1) {
    platform.advance(60_000);
    answer(client, "healed");
    platform.runFrames();
    const { timeline } = observer;
    const cursor = timeline.getCursor();
    if (cursor.epoch === "healed" && cursor.ordinal === 7n && timeline.getOrder().join() === "ChatMessage/m-1") return;
    client.handle.reconnect();
  }
  throw new Error(`seed ${seed}: the client did not come back to what the server says`);
}

function snapshot(requestId: string | undefined, epoch: string): object {
  const entity = {
    kind: "ChatMessage",
    id: "m-1",
    createdOrdinal: "1",
    lastEventOrdinal: "7",
    payload: { "@type": "x" },
  };
  return {
    snapshot: {
      sessionId: SESSION,
      requestId,
      epoch,
      view: "v",
      snapshotOrdinal: "7",
      tag: "t-7",
      mode: "SNAPSHOT_MODE_FULL",
      lastPart: true,
      entities: [entity],
    },
  };
}

export function prototypeKeys(): string {
  return [Object.prototype, Array.prototype, Function.prototype]
    .map((prototype) => Reflect.ownKeys(prototype).map(String).join())
    .join(";");
}
