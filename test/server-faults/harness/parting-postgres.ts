/** Owns a PostgreSQL that answers by a script and then ends the connection: the wire's own bytes, without a database. */
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

export interface PartingPostgres extends AsyncDisposable {
  readonly url: string;
}

/** Each connection gets one answer to each thing it says, its introduction first; with the last one it ends. */
export async function partingPostgres(answers: readonly Buffer[]): Promise<PartingPostgres> {
  const server = createServer((socket) => {
    let given = 0;
    socket.on("error", () => undefined);
    socket.on("data", () => {
      const answer = answers[given] ?? NOTHING;
      given += 1;
      if (given < answers.length) socket.write(answer);
      else socket.end(answer);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // CAST: a server on a port has an address of this form.
  const { port } = server.address() as AddressInfo;
  return {
    url: `postgres://ada@127.0.0.1:${port}/chat`,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, "close");
    },
  };
}

function message(type: string, body: Buffer | string): Buffer {
  const bytes = Buffer.from(body);
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes.length + length.length);
  return Buffer.concat([Buffer.from(type), length, bytes]);
}

/** "Come in", and "what do you want?". */
export const WELCOME = Buffer.concat([message("R", Buffer.alloc(4)), message("Z", "I")]);
/** To a statement without rows. */
export const DONE = Buffer.concat([message("C", "DONE\0"), message("Z", "T")]);
/** As an operator's restart, or `pg_terminate_backend`, says it. */
export const TERMINATED = message("E", "SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0");
/** As a crash says it. */
export const NOTHING = Buffer.alloc(0);
