/** The exam of every ChatBackend, taken by the sessionstream backend before a real hub with the chat module. */
import { describeBackendConformance, describeThreadListConformance } from "@sessionstream/client/testing/vitest";
import { httpThreads } from "@sessionstream/client/threads";
import { createHub, memoryDirectory, memoryStorage } from "@sessionstream/server-node";
import { chat, type Engine } from "@sessionstream/server-node/chat";
import { inProcessBackend, inProcessHttp } from "../wire/in-process-chat.ts";

const ENDLESS = "endless";
const AN_HOUR = 3_600_000;

const engine: Engine = async function* ({ prompt, sleep }) {
  yield { type: "text-start", id: "1" };
  yield { type: "text-delta", id: "1", text: "You said " };
  if (prompt === ENDLESS) await sleep(AN_HOUR);
  yield { type: "text-delta", id: "1", text: prompt };
  yield { type: "text-end", id: "1" };
  yield { type: "finish" };
};

describeBackendConformance("sessionstreamBackend before a real hub", async () => {
  const hub = createHub({ storage: memoryStorage(), modules: [chat({ engine })], authorize: () => true });
  const backend = inProcessBackend(hub, { id: "ada", tenant: "shop" });
  return {
    backend,
    shortPrompt: "hello",
    endlessPrompt: ENDLESS,
    async close() {
      backend.close();
      await hub.close();
    },
  };
});

describeThreadListConformance("httpThreads before a real hub", async () => {
  const directory = memoryDirectory();
  const hub = createHub({ storage: memoryStorage(), modules: [chat({ engine, directory })], authorize: () => true });
  const principal = { id: "ada", tenant: "shop" };
  const http = inProcessHttp(hub, principal, directory);
  const backend = inProcessBackend(hub, principal);
  return {
    backend,
    threads: httpThreads({
      url: "https://shop.example/api/chat",
      fetch: (input, init) => http(new Request(input, init)),
    }),
    prompt: "hello",
    async close() {
      backend.close();
      await hub.close();
    },
  };
});
