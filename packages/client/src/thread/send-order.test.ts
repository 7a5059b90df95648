import { sessionId } from "@sessionstream/protocol";
import { describe, expect, it } from "vitest";
import { sessionstreamBackend } from "../backend/sessionstream/sessionstream-backend.ts";
import { createChatClient } from "../create-chat-client.ts";
import { createManualPlatform } from "../testing/manual-platform.ts";
import { scriptedTransport } from "../testing/scripted-transport.ts";
import { helloFrame } from "../testing/wire-frames.ts";

async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}

/** A thread whose socket is being opened, and an HTTP server that takes every message it is reached with. */
async function connecting() {
  const platform = createManualPlatform();
  const transport = scriptedTransport();
  const server = { reachable: true, asked: new Set<string>(), attempts: [] as string[], taken: [] as string[] };
  const backend = sessionstreamBackend({
    url: "https://shop.example/api/chat",
    platform,
    transport,
    fetch: async (input, init) => {
      const { prompt } = JSON.parse(String(init?.body));
      server.asked.add(`${init?.method} ${String(input)}`);
      server.attempts.push(prompt);
      if (!server.reachable) throw new TypeError("fetch failed");
      server.taken.push(prompt);
      return Response.json({ accepted: true, epoch: "e", ordinal: String(server.taken.length) });
    },
  });
  const { thread } = createChatClient({ backend, platform }).acquire(sessionId("s"));
  await settle();
  return { platform, transport, server, thread };
}

describe("a message", () => {
  it("K30 is submitted over HTTP at once, whatever the socket is at, and the next one after it", async () => {
    const { transport, server, thread } = await connecting();
    expect(thread.getStatus().connection.type).toBe("connecting");
    await Promise.all(["a", "b", "c"].map((text) => thread.send({ text })));
    expect(server.taken).toEqual(["a", "b", "c"]);
    expect(thread.getStatus().connection.type).toBe("connecting");
    transport.current.lose();
    await thread.send({ text: "d" });
    expect(thread.getStatus().connection.type).toBe("waiting");
    expect(server.taken).toEqual(["a", "b", "c", "d"]);
  });

  it("K30 that nobody took is tried again, and those behind it keep their place", async () => {
    const { platform, server, thread } = await connecting();
    server.reachable = false;
    const sent = ["a", "b"].map((text) => thread.send({ text }));
    await settle();
    platform.advance(1_000);
    await settle();
    expect(server.attempts).toEqual(["a", "a"]);
    server.reachable = true;
    platform.advance(2_000);
    await Promise.all(sent);
    expect(server.taken).toEqual(["a", "b"]);
  });

  it("K30 written without a network goes out when it is back, in order", async () => {
    const { platform, server, thread } = await connecting();
    platform.setOnline(false);
    server.reachable = false;
    const sent = ["a", "b"].map((text) => thread.send({ text }));
    for (let minute = 0; minute < 10; minute += 1) {
      platform.advance(60_000);
      await settle();
    }
    expect(server.taken).toEqual([]);
    server.reachable = true;
    platform.setOnline(true);
    await Promise.all(sent);
    expect(server.taken).toEqual(["a", "b"]);
  });

  it("K30 needs nothing before it: no manifest, and not a frame", async () => {
    const { transport, server, thread } = await connecting();
    transport.current.receive(helloFrame());
    await thread.send({ text: "a" });
    expect([...server.asked]).toEqual(["POST https://shop.example/api/chat/sessions/s/messages"]);
    expect(transport.current.sent.map((frame) => Object.keys(frame))).toEqual([["subscribe"]]);
  });
});
