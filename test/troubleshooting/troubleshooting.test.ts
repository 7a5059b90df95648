/**
 * The troubleshooting table of the playbook, turned around: each row says what went wrong for somebody, each test that
 * it does not. A real hub with the chat module over a SQLite file, a real client, a widget of an app's own.
 */
import { type ServerFrameJson, sessionId } from "@sessionstream/protocol";
import { createHub, type Hub } from "@sessionstream/server-node";
import { type ChatPlugin, chat, type Engine } from "@sessionstream/server-node/chat";
import { sqliteStorage } from "@sessionstream/server-node/sqlite";
import { describe, expect, it } from "vitest";
import { orderCardPlugin } from "../../examples/existing-app/server/order-card-plugin.ts";
import { ask, type Follower, follow } from "../../packages/client/src/testing/backend-conformance/follower.ts";
import { temporaryFile } from "../../packages/server-node/src/storage/sqlite/testing/temporary-file.ts";
import { inProcessBackend, inProcessHttp } from "../wire/in-process-chat.ts";
import { inProcessWire } from "../wire/in-process-wire.ts";

const PRINCIPAL = { id: "ada", tenant: "shop" };
const SESSION = sessionId("room-1");
const CARD = { orderId: "1042", customer: "Mara", status: "packed" };

/** Answers with a sentence and, where the prompt asks for one, a card. */
const engine: Engine = async function* ({ prompt }) {
  if (prompt.includes("card")) yield { type: "custom", name: "order-card", payload: CARD };
  yield { type: "text-start", id: "1" };
  yield { type: "text-delta", id: "1", text: `About "${prompt}": here it is.` };
  yield { type: "text-end", id: "1" };
  yield { type: "finish" };
};

class Scene implements AsyncDisposable {
  readonly #file = temporaryFile();
  readonly #plugins: readonly ChatPlugin[];
  #closers: (() => void)[] = [];
  hub: Hub;

  constructor(...plugins: readonly ChatPlugin[]) {
    this.#plugins = plugins;
    this.hub = this.#start();
  }

  /** A page that is opened: nothing of an earlier one is left. */
  async page(): Promise<Follower & { say(prompt: string): Promise<void> }> {
    const backend = inProcessBackend(this.hub, PRINCIPAL);
    const follower = follow(backend, SESSION);
    this.#closers.push(() => {
      follower.close();
      backend.close();
    });
    await follower.until("it is loaded", () => follower.hydration().type === "ready");
    return {
      ...follower,
      async say(prompt) {
        const { ordinal } = await ask(backend, SESSION, `command-${prompt}`, { prompt });
        await follower.until("it is answered", () => {
          const run = follower.run();
          return follower.cursor().ordinal >= ordinal && run.type === "run" && run.phase === "finished";
        });
      },
    };
  }

  /** Another process over the same file. */
  async restart(): Promise<void> {
    this.#leave();
    await this.hub.close();
    this.hub = this.#start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#leave();
    await this.hub.close();
    this.#file.remove();
  }

  #leave(): void {
    for (const close of this.#closers) close();
    this.#closers = [];
  }

  #start(): Hub {
    return createHub({
      storage: sqliteStorage({ path: this.#file.path }),
      modules: [chat({ engine, plugins: this.#plugins })],
      authorize: () => true,
    });
  }
}

function kindsOf(page: Follower): readonly string[] {
  return page.entities().map(({ kind }) => kind);
}

describe("troubleshooting", () => {
  it("Q10 the user's message vanished after a reload: it is there, the same to the last detail", async () => {
    await using scene = new Scene();
    const before = await scene.page();
    await before.say("Where is order 1042?");
    const after = await scene.page();
    expect(after.messages("user")).toEqual(["Where is order 1042?"]);
    expect(after.entities()).toEqual(before.entities());
  });

  it("Q10 the widget vanished after a reload: it is there, at its place", async () => {
    await using scene = new Scene(orderCardPlugin());
    const before = await scene.page();
    await before.say("show the card");
    expect(before.entities().find(({ kind }) => kind === "OrderCard")?.payload).toMatchObject(CARD);
    const after = await scene.page();
    expect(kindsOf(after)).toEqual(["ChatMessage", "ChatRun", "OrderCard", "ChatMessage"]);
    expect(after.entities()).toEqual(before.entities());
  });

  it("Q10 a runtime event shows nothing: without a plugin for it that is so, the hub says why, and the answer goes on", async () => {
    await using scene = new Scene();
    const page = await scene.page();
    await page.say("show the card");
    expect(kindsOf(page)).toEqual(["ChatMessage", "ChatRun", "ChatMessage"]);
    expect(page.messages("assistant")).toEqual(['About "show the card": here it is.']);
    const messages = (await scene.hub.errors()).map(({ message }) => message);
    expect(messages).toEqual([expect.stringContaining("order-card")]);
  });

  it("Q10 the snapshot lacks the widget: over HTTP it contains custom kinds like any others", async () => {
    await using scene = new Scene(orderCardPlugin());
    await (await scene.page()).say("show the card");
    const http = inProcessHttp(scene.hub, PRINCIPAL);
    const response = await http(new Request(`https://shop.example/api/chat/sessions/${SESSION}`));
    const { entities } = await response.json();
    expect(entities).toContainEqual(
      expect.objectContaining({ kind: "OrderCard", payload: expect.objectContaining(CARD) }),
    );
  });

  it("Q10 the page stays empty until something happens: the answer to subscribe is the state, before anything else", async () => {
    await using scene = new Scene(orderCardPlugin());
    await (await scene.page()).say("show the card");
    const first = await new Promise<ServerFrameJson>((resolve) => {
      const onQueued = () => void setImmediate(() => wire.deliver());
      const wire = inProcessWire({ hub: () => scene.hub, principal: PRINCIPAL, maxQueuedBytes: 1 << 20, onQueued });
      const text = (frame: string) => (frame.startsWith('{"hello"') ? undefined : resolve(JSON.parse(frame)));
      const connection = wire.open("", { text, closed() {} });
      connection.send(JSON.stringify({ subscribe: { sessionId: SESSION, capabilities: ["timeline"] } }));
    });
    const kinds = first.snapshot?.entities?.map(({ kind }) => kind);
    expect(kinds).toEqual(["ChatMessage", "ChatRun", "OrderCard", "ChatMessage"]);
  });

  it("Q10 a restart lost the conversation: it is there, in the same log, and goes on", async () => {
    await using scene = new Scene(orderCardPlugin());
    const before = await scene.page();
    await before.say("show the card");
    const [entities, { epoch, ordinal }] = [before.entities(), before.cursor()];
    await scene.restart();
    const after = await scene.page();
    expect(after.entities()).toEqual(entities);
    expect(after.cursor()).toMatchObject({ epoch, ordinal });
    await after.say("thanks");
    expect(after.messages("user")).toEqual(["show the card", "thanks"]);
    expect(after.cursor().epoch).toBe(epoch);
  });
});
