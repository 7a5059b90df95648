/** Owns an application's three endpoints over a messages table, as `httpMessageRows` asks for them; at a port of its own. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { MessageRowStore, NewMessageRow } from "@sessionstream/protocol/message-rows";

export interface RowsEndpoints extends AsyncDisposable {
  readonly url: string;
  /** Every request from now on is answered so, with a body that names insides; `null`: as usual. */
  answerWith(status: number | null): void;
}

export async function serveRows(store: MessageRowStore): Promise<RowsEndpoints> {
  let refusal: number | null = null;
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://localhost");
    const threadId = decodeURIComponent(pathname.slice("/rows/".length));
    if (refusal !== null) {
      response.writeHead(refusal).end("at 10.0.0.7");
      return;
    }
    if (request.method === "GET") {
      const [before, limit] = [searchParams.get("before"), searchParams.get("limit")];
      const page =
        limit === null ? undefined : { limit: Number(limit), ...(before !== null && { before: Number(before) }) };
      response.end(JSON.stringify({ rows: await store.loadMessages(threadId, page) }));
    } else if (request.method === "POST") {
      // CAST: an application checks what it is sent; this one is for tests.
      const row = JSON.parse(await text(request)) as NewMessageRow;
      await store.appendMessage({ ...row, threadId });
      response.writeHead(204).end();
    } else {
      await store.removeMessages(threadId);
      response.writeHead(204).end();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // CAST: a server that listens on a port has an address.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/rows/`,
    answerWith(status) {
      refusal = status;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
