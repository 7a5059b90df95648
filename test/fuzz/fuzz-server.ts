/**
 * Mutants of client frames, to a real connection of a real hub, over RFC 6455 in memory. Whatever they say, each is
 * answered in our own codes or taken, the next connection is served, and nothing is stored.
 */
import { isErrorCode } from "@sessionstream/protocol";
import { decodeClientFrame } from "@sessionstream/protocol/codec";
import { createHub, type MemoryStorageContents, memoryStorage } from "@sessionstream/server-node";
import { chat } from "@sessionstream/server-node/chat";
import { demoEngine } from "@sessionstream/server-node/engines/demo";
import { createWebSocketTransport } from "@sessionstream/server-node/ws";
import { MemorySocket } from "../server-faults/harness/memory-socket.ts";
import { createRandom } from "../simulation/time/random.ts";
import { prototypeKeys } from "./fuzz-client.ts";
import { createTally, type FuzzReport, type FuzzRun } from "./fuzz-report.ts";
import { goldenFrames } from "./golden-frames.ts";
import { mutateFrame } from "./mutate-frame.ts";

const ROUND = 100;
const UNHURRIED = { perSecond: 1e9, burst: 1e9 };

/** @throws when a frame did what no frame may. */
export async function fuzzServer({ seed, frames }: FuzzRun, elapsed: () => number): Promise<FuzzReport> {
  const random = createRandom(seed);
  const golden = goldenFrames("client");
  const tally = createTally(elapsed);
  const prototype = prototypeKeys();
  const contents: MemoryStorageContents = new Map();
  const hub = createHub({
    storage: memoryStorage(contents),
    modules: [chat({ engine: demoEngine() })],
    authorize: () => true,
    limits: { evictAfterMs: 1, sweepMs: 50 },
  });
  const principal = { id: "ada", tenant: "acme" };
  const reports: string[] = [];
  const transport = createWebSocketTransport({
    hub,
    authenticate: () => principal,
    origins: [],
    allowMissingOrigin: true,
    limits: { inboundFrames: UNHURRIED, inboundBytes: UNHURRIED, maxBadFrames: 2 * ROUND },
    report: (error, subject) => reports.push(`${subject}: ${error}`),
  });
  for (let done = 0; done < frames; done += ROUND) {
    const socket = await new MemorySocket({ answersPings: false }).connect(transport);
    for (let turn = 0; turn < ROUND; turn += 1) {
      const text = mutateFrame(random.pick(golden), golden, random);
      tally.time(text, () => decodeClientFrame(text));
      socket.sayText(text);
    }
    socket.say({ ping: { nonce: "still there" } });
    while (!socket.texts.some((text) => text.includes("still there")) && socket.closeCode === null) await turnOfLoop();
    for (const frame of socket.received()) {
      const [arm = ""] = Object.keys(frame);
      const { code } = frame.error ?? {};
      if (code !== undefined && !isErrorCode(code)) throw new Error(`seed ${seed}: "${code}" is no code of ours`);
      tally.answered(code ?? arm);
    }
    if (socket.closeCode !== null) throw new Error(`seed ${seed}: closed with ${socket.closeCode}`);
    socket.vanish();
    if (contents.size > 0) throw new Error(`seed ${seed}: a frame made the hub store something`);
    if (reports.length > 0) throw new Error(`seed ${seed}: ${reports[0]}`);
    if (prototypeKeys() !== prototype) throw new Error(`seed ${seed}: a prototype was changed`);
  }
  await transport.close();
  await hub.close();
  return tally.report(frames);
}

function turnOfLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
