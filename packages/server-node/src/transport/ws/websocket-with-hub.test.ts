import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { arms, keys } from "../../fan-out/testing/fan-out-scene.ts";
import { FoldClient } from "../../fan-out/testing/fold-client.ts";
import { createHub } from "../../hub/create-hub.ts";
import type { Hub } from "../../hub/hub.ts";
import type { Authorize } from "../../hub/hub-options.ts";
import { erased, grown, noted, notesModule, settled } from "../../hub/testing/notes-module.ts";
import type { MessageStorageAdapter } from "../../storage/contract.ts";
import { memoryStorage } from "../../storage/memory/memory-storage.ts";
import { TestClient } from "./testing/test-client.ts";
import { createWebSocketTransport } from "./websocket-transport.ts";

const ada = { id: "ada", tenant: "acme" };
const room = { tenant: "acme", session: "room-1" };

/** A real hub behind real sockets. */
async function serve(storage: MessageStorageAdapter = memoryStorage(), authorize: Authorize = () => true) {
  const hub: Hub = createHub({ modules: [notesModule()], authorize, storage });
  const transport = createWebSocketTransport({
    hub,
    authenticate: () => ada,
    origins: "same-host",
    allowMissingOrigin: true,
    limits: { maxConnectionsPerPrincipal: 30 },
  });
  const server = createServer();
  server.on("upgrade", (request, socket, head) => void transport.handleUpgrade(request, socket, head));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // CAST: the server listens on a TCP port.
  const { port } = server.address() as AddressInfo;
  return {
    hub,
    transport,
    async client(): Promise<TestClient> {
      const client = new TestClient(`ws://127.0.0.1:${port}`);
      await client.next();
      return client;
    },
    async [Symbol.asyncDispose]() {
      await transport.close();
      await hub.drain();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe("a real hub behind real sockets", () => {
  it("L4: 20 live clients and one that reloads hold the same, to the last detail", async () => {
    await using scene = await serve();
    const clients = await Promise.all(Array.from({ length: 20 }, () => scene.client()));
    const folds = clients.map(() => new FoldClient());
    await Promise.all(
      clients.map(async (client, index) => {
        for (const frame of await client.subscribe("room-1")) folds[index]?.receive(frame);
      }),
    );
    await scene.hub.publish(room, [noted("a", "one"), noted("b", "two", true)]);
    await Promise.all(Array.from({ length: 50 }, (_, turn) => scene.hub.publish(room, [grown("b", ` ${turn}`)])));
    await scene.hub.publish(room, [settled("b"), erased("a"), noted("a", "again")]);
    for (const [index, client] of clients.entries()) {
      for (const frame of await client.settled()) folds[index]?.receive(frame);
    }
    await using late = await scene.client();
    const reloaded = new FoldClient();
    for (const frame of await late.subscribe("room-1")) reloaded.receive(frame);
    expect(reloaded.ordinal).toBe(55n);
    expect(reloaded.timeline().map((entity) => entity.id)).toEqual(["all", "b", "a"]);
    for (const fold of folds) {
      expect(fold.violations).toEqual([]);
      expect(fold.timeline()).toEqual(reloaded.timeline());
      expect(fold).toMatchObject({ epoch: reloaded.epoch, view: reloaded.view, ordinal: 55n, tag: reloaded.tag });
    }
    await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
  });

  it("P30 H11 a client resumes by its cursor on a hub that was restarted over the same storage", async () => {
    const storage = memoryStorage();
    const held = new FoldClient();
    {
      await using before = await serve(storage);
      await using client = await before.client();
      for (const frame of await client.subscribe("room-1")) held.receive(frame);
      await before.hub.publish(room, [noted("a", "one"), noted("b", "two")]);
      for (const frame of await client.settled()) held.receive(frame);
    }
    await using after = await serve(storage);
    await after.hub.publish(room, [grown("b", " more"), erased("a")]);
    await using client = await after.client();
    client.send({
      subscribe: {
        sessionId: "room-1",
        capabilities: ["timeline"],
        epoch: held.epoch,
        view: held.view,
        tag: held.tag,
        sinceSnapshotOrdinal: String(held.ordinal),
      },
    });
    const [delta] = await client.take(2);
    expect(delta?.snapshot).toMatchObject({ mode: "SNAPSHOT_MODE_DELTA", sinceOrdinal: "2", snapshotOrdinal: "4" });
    expect(keys(delta?.snapshot)).toEqual(["-Note/a", "Note/b"]);
  });

  it("P35 S16 a session one may not read is forbidden, whether it exists or not", async () => {
    await using scene = await serve(memoryStorage(), ({ session }) => session === "mine");
    await scene.hub.publish(room, [noted("a", "secret")]);
    await using client = await scene.client();
    const answers = [];
    for (const sessionId of ["room-1", "room-2"]) {
      client.send({ subscribe: { sessionId, capabilities: ["timeline"] } });
      const { error } = await client.next();
      answers.push({ ...error, sessionId: undefined });
    }
    expect(answers[0]).toMatchObject({ code: "forbidden" });
    expect(answers[0]).toEqual(answers[1]);
    expect(arms(await client.subscribe("mine"))).toEqual(["FULL", "subscribed"]);
  });

  it("H36 L10: a rebuilt session and a removed one reach live clients as a whole", async () => {
    await using scene = await serve();
    await using client = await scene.client();
    await scene.hub.publish(room, [noted("a", "one")]);
    await client.subscribe("room-1");
    await scene.hub.rebuild(room);
    const rebuilt = (await client.next()).snapshot;
    expect(rebuilt).toMatchObject({ mode: "SNAPSHOT_MODE_FULL", snapshotOrdinal: "1" });
    expect(keys(rebuilt)).toContain("Note/a");
    await scene.hub.remove(ada, "room-1");
    const unborn = (await client.next()).snapshot;
    expect(unborn?.entities).toBeUndefined();
    expect(unborn?.epoch).toBeUndefined();
    await scene.hub.publish(room, [noted("b", "anew")]);
    expect((await client.next()).timeline).toMatchObject({ ordinal: "1" });
  });
});
