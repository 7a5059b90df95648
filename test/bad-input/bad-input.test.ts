/**
 * Every file of the corpus against the real thing: its code, what becomes of the connection, that it works afterwards,
 * and that nothing was stored. An incident becomes a file.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CorpusFile, readCorpus } from "./corpus-file.ts";
import { playClient } from "./play/client.ts";
import { playHttp, playHttpBytes } from "./play/http.ts";
import { type BadInputServer, badInputServer } from "./play/server.ts";
import { type Played, playSocket, playSocketBytes } from "./play/socket.ts";
import { playCommand, playOutbox, playPayload, playRow } from "./play/stored.ts";

const PLAYERS: Readonly<Record<string, (server: BadInputServer, file: CorpusFile) => Played | Promise<Played>>> = {
  client: (_, file) => playClient(file),
  command: playCommand,
  http: playHttp,
  "http-bytes": playHttpBytes,
  outbox: (_, file) => playOutbox(file),
  payload: (_, file) => playPayload(file),
  row: (_, file) => playRow(file),
  socket: playSocket,
  "socket-bytes": playSocketBytes,
};

const corpus = readCorpus();
let server: BadInputServer;
beforeAll(async () => {
  server = await badInputServer();
});
afterAll(() => server[Symbol.asyncDispose]());

describe("the corpus", () => {
  it("has hundreds of files, each with its reason, and no input twice for one player", () => {
    expect(corpus.length).toBeGreaterThanOrEqual(450);
    const inputs = corpus.map(({ to, input }) => `${to} ${JSON.stringify(input)}`);
    expect(inputs.filter((input, at) => inputs.indexOf(input) !== at)).toEqual([]);
    for (const file of corpus) {
      expect(Object.keys(PLAYERS)).toContain(file.to);
      expect([typeof file.why, typeof file.then, file.code === undefined]).toEqual(["string", "string", false]);
    }
  });
});

describe.each(Object.keys(PLAYERS))("X15 X18 F-W9 bad input to %s", (to) => {
  it.each(corpus.filter((file) => file.to === to))("$name: $why", async (file) => {
    const [before, prototype] = [server.stored(), Object.getOwnPropertyNames(Object.prototype).join()];
    const played = await PLAYERS[to]?.(server, file);
    expect(played).toEqual({ code: file.code, after: file.then });
    expect(server.stored()).toBe(before);
    expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(prototype);
  });
});
