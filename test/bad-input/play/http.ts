/** Plays requests to the handler, and bytes that are no requests to the server before it. */
import { connect } from "node:net";
import { type CorpusFile, fields, spelled } from "../corpus-file.ts";
import { type BadInputServer, ORIGIN } from "./server.ts";
import type { Played } from "./socket.ts";

export async function playHttp({ http }: BadInputServer, { input }: CorpusFile): Promise<Played> {
  const { method, path, headers, body } = fields(input);
  // CAST: the corpus is ours; headers are texts by name.
  const given = headers as Readonly<Record<string, string>>;
  const request = new Request(`https://chat.example/api/chat${path}`, {
    method: String(method),
    headers: { origin: ORIGIN, authorization: "ada", ...given },
    ...(body === undefined ? {} : { body: sendable(spelled(body)) }),
  });
  const response = await http(request);
  const text = await response.text();
  const answer: unknown = text === "" ? {} : JSON.parse(text);
  const again = await http(
    new Request("https://chat.example/api/chat/sessions/s-1", { headers: { authorization: "ada" } }),
  );
  return { code: String(fields(answer)["code"]), after: again.status === 200 ? "stays" : "broken" };
}

export async function playHttpBytes({ host }: BadInputServer, { input }: CorpusFile): Promise<Played> {
  const [address = "", port] = host.split(":");
  const socket = connect(Number(port), address);
  socket.on("error", () => {});
  socket.write(spelled(input));
  const parts: Buffer[] = [];
  for await (const part of socket) parts.push(part);
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(Buffer.concat(parts).toString("latin1"))?.[1];
  return { code: Number(status), after: "closes" };
}

function sendable(input: string | Buffer): string | Uint8Array<ArrayBuffer> {
  return typeof input === "string" ? input : new Uint8Array(input);
}
