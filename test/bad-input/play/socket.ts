/** Plays frames, and bytes that are no frames, to a real socket of a real server. */
import { once } from "node:events";
import { connect } from "node:net";
import { TestClient } from "../../../packages/server-node/src/transport/ws/testing/test-client.ts";
import { type CorpusFile, spelled, spelledFrames } from "../corpus-file.ts";
import { type BadInputServer, ORIGIN } from "./server.ts";

export interface Played {
  readonly code: string | number | null;
  readonly after: string;
}

export async function playSocket({ host }: BadInputServer, { input, code, then }: CorpusFile): Promise<Played> {
  await using client = new TestClient(`ws://${host}/api/chat/ws`, {
    origin: ORIGIN,
    headers: { authorization: "ada" },
  });
  await client.next();
  await client.subscribe("s-1");
  for (const frame of spelledFrames(input)) client.socket.send(frame);
  if (then !== "stays") {
    const closed = await client.closed;
    return { code: await lastCode(client), after: `closes:${closed}` };
  }
  const frames = await client.settled();
  // Whoever has to ask the app first answers after the ping.
  if (code !== null && frames.length === 0) frames.push(await client.next());
  // It still works: the session can be left and followed again.
  client.send({ unsubscribe: { sessionId: "s-1" } });
  await client.next();
  const [snapshot] = await client.subscribe("s-1");
  if (snapshot?.snapshot === undefined) return { code: null, after: "broken" };
  return { code: frames.at(-1)?.error?.code ?? null, after: "stays" };
}

/** Of the frames that came before the end. */
async function lastCode(client: TestClient): Promise<string | null> {
  let code: string | null = null;
  for (;;) {
    const frame = await Promise.race([client.next(), Promise.resolve(null)]);
    if (frame === null) return code;
    code = frame.error?.code ?? code;
  }
}

/** Bytes after a good handshake, as no library would send them. */
export async function playSocketBytes({ host }: BadInputServer, { input }: CorpusFile): Promise<Played> {
  const [address = "", port] = host.split(":");
  const socket = connect(Number(port), address);
  socket.on("error", () => {});
  socket.write(
    `GET /api/chat/ws HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${ORIGIN}\r\nAuthorization: ada\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
  );
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  await once(socket, "data");
  socket.write(spelled(input));
  while (closeCode(Buffer.concat(chunks)) === null && !socket.destroyed) {
    await Promise.race([once(socket, "data"), once(socket, "close")]);
  }
  socket.destroy();
  return { code: null, after: `closes:${closeCode(Buffer.concat(chunks))}` };
}

/** Code of the close frame among the frames after the handshake; `null` while there is none. */
function closeCode(bytes: Buffer): number | null {
  let at = bytes.indexOf("\r\n\r\n") + 4;
  while (at + 2 <= bytes.length) {
    const opcode = bytes.readUInt8(at) & 0x0f;
    const short = bytes.readUInt8(at + 1) & 0x7f;
    const [length, header] = short === 126 ? [bytes.readUInt16BE(at + 2), 4] : [short, 2];
    if (opcode === 8) return bytes.readUInt16BE(at + header);
    at += header + length;
  }
  return null;
}
