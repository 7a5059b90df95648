/**
 * A reference server that plays scripts over real sockets, one life per connection, and closes it when a life is over.
 * It says what the script says and reads as the reference does: whatever is not in its schema is a bad frame.
 */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { ClientFrameJson } from "@sessionstream/protocol";
import type { ScriptStep } from "@sessionstream/protocol/testing";
import { type WebSocket, WebSocketServer } from "ws";

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  subscribe: ["sessionId", "sinceSnapshotOrdinal"],
  unsubscribe: ["sessionId"],
  ping: ["nonce"],
  pong: ["nonce"],
};

export interface ScriptedReferenceServer extends AsyncDisposable {
  /** Where the chat's API would be. */
  readonly url: string;
  /** What clients said, in order. */
  readonly heard: readonly ClientFrameJson[];
  /** Frames that the reference would have refused. */
  readonly refused: readonly string[];
}

export async function scriptedReferenceServer(
  lives: readonly (readonly ScriptStep[])[],
): Promise<ScriptedReferenceServer> {
  const server = new WebSocketServer({ port: 0, path: "/api/chat/ws" });
  await once(server, "listening");
  const heard: ClientFrameJson[] = [];
  const refused: string[] = [];
  let connections = 0;

  server.on("connection", (socket) => {
    const life = lives[connections] ?? [];
    connections += 1;
    play(socket, life, connections < lives.length);
  });

  /** Each frame of the client lets the script go on to its next one. */
  function play(socket: WebSocket, life: readonly ScriptStep[], closes: boolean): void {
    let at = 0;
    const goOn = (): void => {
      for (let step = life[at]; step !== undefined && step.from === "server"; step = life[at]) {
        socket.send(JSON.stringify(step.frame));
        at += 1;
      }
      if (at === life.length && closes) socket.close(1001, "going away");
    };
    socket.on("message", (data) => {
      const text = String(data);
      if (!isKnown(JSON.parse(text))) refused.push(text);
      heard.push(JSON.parse(text));
      at += 1;
      goOn();
    });
    goOn();
  }

  // CAST: a server on a port has an address of this form.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/api/chat`,
    heard,
    refused,
    async [Symbol.asyncDispose]() {
      for (const socket of server.clients) socket.terminate();
      server.close();
      await once(server, "close");
    },
  };
}

function isKnown(frame: Readonly<Record<string, object>>): boolean {
  return Object.entries(frame).every(([arm, body]) =>
    Object.keys(body).every((field) => FIELDS[arm]?.includes(field) === true),
  );
}
