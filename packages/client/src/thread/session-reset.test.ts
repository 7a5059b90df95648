import { sessionId } from "@sessionstream/protocol";
import { expect, it } from "vitest";
import { sessionstreamBackend } from "../backend/sessionstream/sessionstream-backend.ts";
import { createChatClient } from "../create-chat-client.ts";
import { createManualPlatform } from "../testing/manual-platform.ts";
import { scriptedServer } from "../testing/scripted-server.ts";
import { scriptedTransport } from "../testing/scripted-transport.ts";
import { helloFrame } from "../testing/wire-frames.ts";
import { type ResetReason, resetReason, type SessionReset } from "./session-reset.ts";

const put = (id: string) => ({ type: "put", kind: "ChatMessage", id, payload: { text: id } }) as const;

it("F-C11 L10: a log of three events in place of one of 945 is told with its reason, and live within one round trip", () => {
  const platform = createManualPlatform();
  const transport = scriptedTransport();
  const server = scriptedServer({ sessionId: "s" });
  const client = createChatClient({
    backend: sessionstreamBackend({ url: "https://shop.example/api/chat", platform, transport }),
    platform,
  });
  const { thread } = client.acquire(sessionId("s"));
  const resets: SessionReset[] = [];
  thread.subscribeResets((reset) => resets.push(reset));
  const answer = (said: number) => {
    for (const frame of server.answer(transport.current.sent[said] ?? {})) transport.current.receive(frame);
  };

  for (let event = 1; event <= 942; event += 1) server.commit([put(`m${event}`)]);
  transport.current.receive(helloFrame());
  answer(0);
  for (let event = 943; event <= 945; event += 1) transport.current.receive(server.commit([put(`m${event}`)]));
  platform.runFrames();
  expect([thread.timeline.getCursor().ordinal, resets]).toEqual([945n, []]);

  server.restore("epoch-2");
  for (const id of ["a", "b"]) server.commit([put(id)]);
  transport.current.receive(server.commit([put("c")]));
  expect(thread.getStatus().hydration.type).toBe("stale");
  answer(1);
  platform.runFrames();
  expect(transport.current.sent).toHaveLength(2);
  expect(thread.getStatus().hydration.type).toBe("ready");
  expect(thread.timeline.getCursor()).toMatchObject({ epoch: "epoch-2", ordinal: 3n });
  expect(thread.timeline.getOrder()).toHaveLength(3);
  expect(resets).toEqual([{ reason: "epoch", lost: [] }]);
});

const at = (ordinal: bigint, epoch = "e", view = "v", tag = `t${ordinal}`) => ({ epoch, view, ordinal, tag });

it.each<[string, ReturnType<typeof at>, ReturnType<typeof at>, ResetReason | null]>([
  ["nothing was shown yet", at(0n, "", ""), at(9n), null],
  ["another log", at(9n), at(9n, "f"), "epoch"],
  ["another projection", at(9n), at(9n, "e", "w"), "view"],
  ["a log that ends before", at(9n), at(8n), "behind"],
  ["another history", at(9n), at(9n, "e", "v", "u"), "content"],
  ["a reference server, on every return", at(9n, "", "", ""), at(12n, "", "", ""), null],
  ["a reference server that forgot", at(9n, "", "", ""), at(1n, "", "", ""), "behind"],
])("F-C11 L10: the reason of a reset: %s", (_name, before, after, reason) => {
  expect(resetReason(before, after)).toBe(reason);
});
