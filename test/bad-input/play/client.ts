/** Plays a server's frames to the real client, which follows a session of two messages and is live. */
import { followSession } from "../../../packages/client/src/testing/followed-session.ts";
import { type CorpusFile, spelled } from "../corpus-file.ts";
import type { Played } from "./socket.ts";

const MESSAGE = { kind: "ChatMessage", createdAt: 1, updatedAt: 1 };
const ENTITIES = [
  { ...MESSAGE, id: "m-0", createdOrdinal: "1", lastEventOrdinal: "1", payload: { "@type": "x", text: "hi" } },
  {
    ...MESSAGE,
    id: "m-1",
    createdOrdinal: "1",
    createdIndex: 1,
    lastEventOrdinal: "2",
    open: true,
    payload: { "@type": "x", text: "hello", count: 4 },
  },
];

export function playClient({ input }: CorpusFile): Played {
  const { transport, observer, diagnostics, backend, platform } = followSession("s-1");
  const { current } = transport;
  current.receive({ hello: { connectionId: "c-1", capabilities: ["timeline"], protocolMin: 1, protocolMax: 1 } });
  const [first] = current.sent;
  current.receive(full(first?.subscribe?.requestId));
  current.receive({ subscribed: { sessionId: "s-1" } });
  const before = shown();
  const [told, sent] = [diagnostics.length, current.sent.length];
  current.receive(String(spelled(input)));
  const news = diagnostics.slice(told).map(({ type }) => type);
  const asked = current.sent.slice(sent).filter(({ subscribe }) => subscribe !== undefined);
  const after = shown();
  // It still works: what is asked for is taken, and the rest of the log applies.
  for (const { subscribe } of asked) current.receive(full(subscribe?.requestId));
  platform.runFrames();
  const { ordinal } = observer.timeline.getCursor();
  current.receive({
    timeline: { sessionId: "s-1", epoch: "e-1", prevOrdinal: String(ordinal), ordinal: "50", tag: "t-50", changes: [] },
  });
  platform.runFrames();
  const works = observer.timeline.getCursor().ordinal === 50n && transport.openConnections === 1;
  backend.close();
  if (platform.timers > 0) return { code: "timer left", after: "broken" };
  const outcome = asked.length > 0 ? "resyncs" : after === before ? "unchanged" : "applies";
  const half = asked.length > 0 && after !== before;
  return { code: news[0] ?? null, after: works && !half ? outcome : "broken" };

  function shown(): string {
    platform.runFrames();
    const { timeline } = observer;
    const entities = timeline.getOrder().map((key) => timeline.getEntity(key));
    return JSON.stringify([timeline.getCursor(), entities], (_, value: unknown) =>
      typeof value === "bigint" ? `${value}n` : value,
    );
  }
}

function full(requestId: string | undefined): object {
  return {
    snapshot: {
      sessionId: "s-1",
      requestId,
      epoch: "e-1",
      view: "v-1",
      snapshotOrdinal: "2",
      tag: "t-2",
      mode: "SNAPSHOT_MODE_FULL",
      lastPart: true,
      entities: ENTITIES,
    },
  };
}
