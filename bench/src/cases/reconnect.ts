/** G10: bytes a client is sent that comes back after N missed changes, over a short and a long history. */
import type { Cursor } from "@sessionstream/protocol";
import { type Hub, memoryStorage } from "@sessionstream/server-node";
import type { BenchCase } from "../case.ts";
import { chatHub, PRINCIPAL, seedMessages, sessionKey, startMessage } from "../fixtures/chat-hub.ts";
import { CountingSink } from "../fixtures/counting-sink.ts";
import { token } from "../fixtures/tokens.ts";
import { atMost } from "../goal.ts";
import { printFacts } from "../report.ts";

const MISSED = [1, 10, 100, 1_000] as const;
const SESSION = sessionKey("reconnect");

interface Bytes {
  /** What a client gets that holds nothing, its window 50 rows. */
  readonly full: number;
  /** By missed changes: appends to one message, and new messages. */
  readonly appends: ReadonlyMap<number, number>;
  readonly messages: ReadonlyMap<number, number>;
}

export const reconnect: BenchCase = {
  async run({ pick }) {
    const long = pick(10_000, 2_000);
    const short = await bytesOver(100);
    const far = await bytesOver(long);
    const facts: Record<string, number> = {
      "FULL, window 50, 100 messages": short.full,
      [`FULL, window 50, ${long} messages`]: far.full,
    };
    const toShort = { appends: [] as number[], messages: [] as number[] };
    for (const missed of MISSED) {
      for (const [what, of] of [
        ["tokens of one message", "appends"],
        ["new messages", "messages"],
      ] as const) {
        const near = short[of].get(missed) ?? Number.NaN;
        const afar = far[of].get(missed) ?? Number.NaN;
        facts[`${missed} ${what} missed, 100 messages before`] = near;
        facts[`${missed} ${what} missed, ${long} messages before`] = afar;
        toShort[of].push(afar / near);
      }
    }
    const perMessage = (count: number) => (far.messages.get(count) ?? Number.NaN) / count;
    printFacts("G10", "bytes after a reconnect", facts);
    const history = `${long} messages of history to 100`;
    return [
      atMost("G10", `tokens missed, worst of ${MISSED.join(", ")}: ${history}`, Math.max(...toShort.appends), 1.1),
      atMost("G10", `messages missed, worst of ${MISSED.join(", ")}: ${history}`, Math.max(...toShort.messages), 1.1),
      atMost("G10", "bytes per missed message, 1,000 missed to 10", perMessage(1_000) / perMessage(10), 1.1),
    ];
  },
};

async function bytesOver(history: number): Promise<Bytes> {
  const hub = chatHub(memoryStorage());
  await seedMessages(hub, SESSION, history, 400);
  const full = await bytesOf(hub, null);
  const appends = new Map<number, number>();
  const messages = new Map<number, number>();
  for (const missed of MISSED) {
    const message = await startMessage(hub, SESSION, `chat-msg-${missed}`);
    const beforeAppends = await cursorOf(hub);
    for (let index = 0; index < missed; index += 1) await message.append(token(index));
    appends.set(missed, await bytesOf(hub, beforeAppends));
    const beforeMessages = await cursorOf(hub);
    for (let index = 0; index < missed; index += 1) await startMessage(hub, SESSION, `chat-msg-${missed}-${index}`);
    messages.set(missed, await bytesOf(hub, beforeMessages));
  }
  await hub.close();
  return { full, appends, messages };
}

async function cursorOf(hub: Hub): Promise<Cursor> {
  const found = await hub.snapshot({ principal: PRINCIPAL, session: SESSION.session });
  if (found === null) throw new Error("the session is not there");
  const { epoch, view, ordinal, tag } = found;
  return { epoch, view, ordinal, tag };
}

async function bytesOf(hub: Hub, cursor: Cursor | null): Promise<number> {
  const sink = new CountingSink();
  const request = { session: SESSION, mode: "timeline", audience: "public", window: 50, from: 0n } as const;
  const rest = { requestId: "1", sinceSnapshotOrdinal: cursor?.ordinal ?? 0n, sink };
  const subscription = await hub.attach(PRINCIPAL, { ...request, ...rest, cursor });
  subscription.detach();
  return sink.bytes;
}
