/**
 * Every hook an app hands to the hub, the transports or the chat, doing the three things a hook can do wrong. A row
 * says what is seen of it; for all of them the process lives and the next session is served.
 */
import { type HubModule, type HubOptions, memoryErrorRecords, type Projection } from "@sessionstream/server-node";
import {
  type ChatOptions,
  chat,
  createChatService,
  defineChatPlugin,
  type Engine,
} from "@sessionstream/server-node/chat";
import { createChatHttpHandler } from "@sessionstream/server-node/http";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  Note,
  noted,
  notesModule,
  notesProjection,
  tallyProjection,
} from "../../packages/server-node/src/hub/testing/notes-module.ts";
import { BROKEN_IN, broken, inRoom, type Way, ways } from "./harness/broken-hooks.ts";
import { memoryServer } from "./harness/memory-server.ts";
import { ada, follow, notesHub, notesIn, sessionKey, writeNote } from "./harness/notes-hub.ts";

const room = sessionKey("room");

let escaped: unknown[] = [];
const hear = (error: unknown) => void escaped.push(error);

beforeEach(() => {
  escaped = [];
  process.on("unhandledRejection", hear);
  process.on("uncaughtException", hear);
});

afterEach(() => {
  process.off("unhandledRejection", hear);
  process.off("uncaughtException", hear);
});

/** Rejections that nobody heard have been reported by then. */
async function nothingEscaped(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  expect(escaped).toEqual([]);
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "answered",
    (error: { code?: string }) => error.code ?? "untyped",
  );

it("F-S15 every hook of every option type is broken somewhere here, or says why not", () => {
  const places = Object.values(BROKEN_IN).flatMap((hooks) => Object.values<string>(hooks));
  const excused = places.filter((place) => !["hub", "module", "transports", "chat"].includes(place));
  expect(excused).toHaveLength(4);
});

describe("hooks of the hub", () => {
  it.each(ways)("F-S15 authorize that %s: nobody gets in, with a code, and other sessions are served", async (way) => {
    const { hub, platform } = notesHub({ authorize: inRoom(way, () => true) });
    const calls = Promise.all([
      codeOf(writeNote(hub, "room", "c-1", "a")),
      codeOf(hub.snapshot({ principal: ada, session: "room" })),
      codeOf(follow(hub, "room")),
      codeOf(hub.remove(ada, "room")),
    ]);
    await platform.advance(15_000);
    const code = way === "never answers" ? "timeout" : "internal";
    expect(await calls).toEqual([code, code, code, code]);
    await writeNote(hub, "other", "c-1", "a");
    await nothingEscaped();
  });

  const observers: readonly (readonly [string, (way: Way) => Omit<Partial<HubOptions>, "platform">])[] = [
    ["onError", (way) => ({ onError: broken(way), onPipeline: broken("throws") })],
    ["onPipeline", (way) => ({ onPipeline: broken(way) })],
    ["errorRecords.record", (way) => ({ errorRecords: { ...memoryErrorRecords(), record: broken(way) } })],
  ];
  it.each(observers.flatMap(([hook, options]) => ways.map((way) => [hook, way, options] as const)))(
    "F-S15 %s that %s harms nothing",
    async (_, way, options) => {
      const { hub, platform } = notesHub({ modules: [notesBy({ due: broken("throws") })], ...options(way) });
      await writeNote(hub, "room", "c-1", "a");
      await platform.advance(15_000);
      await writeNote(hub, "room", "c-2", "b");
      expect(await notesIn(hub, "room")).toEqual(["a:", "b:"]);
      const closed = hub.close();
      await platform.advance(15_000);
      await closed;
      await nothingEscaped();
    },
  );

  it.each(ways)("F-S15 errorRecords.list that %s has a code", async (way) => {
    const { hub, platform } = notesHub({ errorRecords: { ...memoryErrorRecords(), list: broken(way) } });
    const listed = hub.errors().then(
      () => "answered",
      (error: Error) => error.message,
    );
    await platform.advance(15_000);
    expect(await listed).toMatch(way === "never answers" ? /did not answer within/ : /the hook is broken/);
    await nothingEscaped();
  });
});

function notesBy(changes: Partial<HubModule>): HubModule {
  return { ...notesModule(), ...changes };
}

function projecting(change: (projection: Projection["on"][number]) => Projection["on"][number]): HubModule {
  return notesBy({ projections: [{ ...notesProjection, on: notesProjection.on.map(change) }, tallyProjection] });
}

describe("hooks of a module", () => {
  it.each(ways)("F-S15 decide that %s: the command is refused, nothing is stored", async (way) => {
    const module = notesModule();
    const [first, ...rest] = module.commands;
    if (first === undefined) throw new Error("there is no command");
    const { hub } = notesHub({ modules: [{ ...module, commands: [{ ...first, decide: broken(way) }, ...rest] }] });
    expect(await codeOf(writeNote(hub, "room", "c-1", "a"))).toBe("internal");
    expect(await hub.snapshot({ principal: ada, session: "room" })).toBeNull();
    await nothingEscaped();
  });

  it.each(ways)("F-S15 a guard that %s: the publish is refused, nothing is stored", async (way) => {
    const { hub } = notesHub();
    expect(await codeOf(hub.publish(room, [noted("a")], { guard: broken(way) }))).toBe("internal");
    expect(await hub.snapshot({ principal: ada, session: "room" })).toBeNull();
    await nothingEscaped();
  });

  it.each(ways)("F-S15 a projection that %s leaves its own entities out, on record", async (way) => {
    const { hub } = notesHub({ modules: [projecting(({ event }) => ({ event, project: broken(way) }))] });
    await hub.publish(room, [noted("a")]);
    expect((await hub.snapshot({ principal: ada, session: "room" }))?.entities).toHaveLength(1);
    expect(await hub.errors()).toMatchObject([{ kind: "projection", subject: "notes@1" }]);
    await nothingEscaped();
  });

  const kindHooks = ["open", "redact"] as const;
  it.each(kindHooks.flatMap((hook) => ways.map((way) => [hook, way] as const)))(
    "F-S15 `%s` of a kind that %s: its entities are left out, on record, others are shown",
    async (hook, way) => {
      const Fragile: typeof Note = { ...Note, [hook]: broken(way) };
      const module = projecting(({ event, project }) => ({
        event,
        project: (happened, view) => project(happened, view).map((write) => ({ ...write, kind: Fragile })),
      }));
      const projections = module.projections.map((projection) =>
        projection.name === "notes" ? { ...projection, writes: [Fragile] } : projection,
      );
      const kinds = module.kinds.map((kind) => (kind.kind === Note.kind ? Fragile : kind));
      const { hub } = notesHub({ modules: [{ ...module, kinds, projections }] });
      const live = await follow(hub, "room");
      await hub.publish(room, [noted("a")]);
      expect(
        live
          .read()
          .timeline()
          .map(({ id }) => id),
      ).toEqual(["all"]);
      expect(
        (await follow(hub, "room"))
          .read()
          .timeline()
          .map(({ id }) => id),
      ).toEqual(["all"]);
      expect((await hub.errors()).map(({ kind }) => kind)).toContain(hook === "open" ? "projection" : "fan-out");
      await nothingEscaped();
    },
  );

  it.each(ways)(
    "F-S15 `due` and effects that %s: on record, sessions go on, and close does not wait for ever",
    async (way) => {
      const { hub, platform } = notesHub({
        modules: [
          notesBy({ due: broken(way) }),
          {
            name: "more",
            commands: [],
            events: [],
            kinds: [],
            projections: [],
            due: () => [{ key: "k", name: "effect", run: broken(way) }],
          },
        ],
      });
      await hub.publish(room, [noted("a")]);
      await hub.publish(room, [noted("b")]);
      await platform.settle();
      expect((await hub.errors()).map(({ subject }) => subject)).toContain("due of notes");
      const closed = hub.close();
      await platform.advance(5_000);
      await closed;
      await nothingEscaped();
    },
  );
});

describe("hooks of the transports", () => {
  it.each(ways)(
    "F-S15 authenticate of the socket that %s: that connection is closed with a code, others come in",
    async (way) => {
      let first = true;
      const server = memoryServer(
        {},
        {
          authenticate: () => {
            if (!first) return ada;
            first = false;
            return broken(way)();
          },
          report: () => undefined,
        },
      );
      const { connect, platform } = server;
      const refused = connect();
      await platform.advance(6_000);
      expect((await refused).closeCode).toBe(way === "never answers" ? 4408 : 4000);
      const fine = await connect();
      fine.subscribe("room");
      await platform.settle();
      expect(fine.received()[0]?.hello).toBeDefined();
      await nothingEscaped();
    },
  );

  it.each(ways)("F-S15 authenticateToken that %s: that connection is closed with a code", async (way) => {
    const options = { authenticate: () => null, authenticateToken: broken(way), report: () => undefined };
    const { connect, platform } = memoryServer({}, options);
    const socket = await connect();
    socket.say({ authenticate: { token: "a token", requestId: "r" } });
    await platform.advance(6_000);
    expect(socket.closeCode).toBe(way === "never answers" ? 4408 : 4000);
    await nothingEscaped();
  });

  const socketHooks = ["audience", "observer", "report"] as const;
  it.each(socketHooks.flatMap((hook) => ways.map((way) => [hook, way] as const)))(
    "F-S15 %s of the socket that %s ends nobody else's connection",
    async (hook, way) => {
      const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
      const server = memoryServer({}, { report: () => undefined, [hook]: broken(way) });
      const socket = await server.connect();
      socket.subscribe("room");
      socket.say({});
      await server.platform.settle();
      await server.hub.publish(room, [noted("a")]);
      await server.platform.settle();
      if (hook === "audience") expect(socket.closeCode).toBe(4000);
      else expect(socket.received().some(({ timeline }) => timeline !== undefined)).toBe(true);
      warned.mockRestore();
      await nothingEscaped();
    },
  );

  it.each(ways)("F-S15 authenticate and onError of HTTP that %s: a status, and nothing of the inside", async (way) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const said = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const { hub } = notesHub();
    const handler = createChatHttpHandler({
      hub,
      authenticate: broken(way),
      origins: [],
      allowMissingOrigin: true,
      onError: broken(way),
    });
    const answered = handler(new Request("https://shop.example/api/chat/sessions/room"));
    await vi.advanceTimersByTimeAsync(15_000);
    const answer = await answered;
    vi.useRealTimers();
    expect(answer.status).toBe(way === "never answers" ? 504 : 500);
    expect(await answer.text()).not.toContain("the hook is broken");
    said.mockRestore();
    await nothingEscaped();
  });
});

describe("hooks of the chat", () => {
  const sound: Engine = async function* () {
    yield { type: "text-delta", id: "t", text: "fine" };
  };
  /** Breaks the first time. */
  function onceBroken<Arguments extends readonly unknown[], Answer>(
    way: Way,
    otherwise: (...given: Arguments) => Answer,
  ): (...given: Arguments) => Answer {
    let isFirst = true;
    return (...given) => {
      if (!isFirst) return otherwise(...given);
      isFirst = false;
      return broken(way)();
    };
  }
  const chats: readonly (readonly [string, (way: Way) => ChatOptions])[] = [
    ["engine", (way) => ({ engine: onceBroken(way, sound), noProgressMs: 1_000 })],
    ["resolveRuntime", (way) => ({ resolveRuntime: onceBroken(way, () => sound), noProgressMs: 1_000 })],
  ];
  it.each(chats.flatMap(([hook, options]) => ways.map((way) => [hook, way, options(way)] as const)))(
    "F-S15 %s that %s: that run fails with a code, and the next one is served",
    async (_, __, options) => {
      const { hub, platform } = notesHub({ modules: [chat(options)] });
      const service = createChatService({ hub, mintId: () => platform.randomId() });
      for (const prompt of ["one", "two"]) {
        await service.submitPrompt({ principal: ada, session: "room", prompt });
        await platform.advance(3_000);
      }
      const log = (await hub.snapshot({ principal: ada, session: "room" }))?.entities ?? [];
      const runs = log.filter(({ kind }) => typeof kind !== "string" && kind.kind === "ChatRun");
      expect(runs.map(({ open }) => open)).toEqual([false, false]);
      expect(JSON.stringify(runs.map(({ payload }) => payload))).toMatch(/"errorCode":"\w+/);
      await nothingEscaped();
    },
  );

  it.each(ways)("F-S15 a plugin that %s costs its own events, and the answer goes on without it", async (way) => {
    const clumsy = defineChatPlugin({
      name: "clumsy",
      version: 1,
      onRun: () => (event) => (event.type === "custom" ? broken(way)() : undefined),
    });
    const engine: Engine = async function* (...given) {
      yield { type: "custom", name: "sparkle", payload: {} };
      yield* sound(...given);
    };
    const { hub, platform } = notesHub({ modules: [chat({ engine, plugins: [clumsy] })] });
    const service = createChatService({ hub, mintId: () => platform.randomId() });
    await service.submitPrompt({ principal: ada, session: "room", prompt: "hello" });
    await platform.advance(1_000);
    // On record once, as itself: who breaks on an event knows it.
    expect((await hub.errors()).map(({ subject }) => subject)).toEqual([expect.stringContaining("plugin clumsy")]);
    const texts = (await hub.snapshot({ principal: ada, session: "room" }))?.entities.map(({ payload }) => payload);
    expect(JSON.stringify(texts, (_, value) => (typeof value === "bigint" ? String(value) : value))).toContain("fine");
    await nothingEscaped();
  });

  it.each(ways.flatMap((way) => (["input", "due"] as const).map((hook) => [hook, way] as const)))(
    "F-S15 %s of a plugin that %s is on record, and runs end as without it",
    async (hook, way) => {
      const clumsy = defineChatPlugin({ name: "clumsy", version: 1, [hook]: broken(way) });
      const { hub, platform } = notesHub({ modules: [chat({ engine: sound, plugins: [clumsy] })] });
      const service = createChatService({ hub, mintId: () => platform.randomId() });
      for (const prompt of ["one", "two"]) {
        await service.submitPrompt({ principal: ada, session: "room", prompt });
        await platform.advance(1_000);
      }
      expect((await hub.errors()).map(({ subject }) => subject)).toContainEqual(expect.stringContaining("clumsy"));
      const snapshot = await service.snapshot({ principal: ada, session: "room" });
      expect(snapshot?.status).toMatchObject({ phase: "finished", busy: false });
      await nothingEscaped();
    },
  );
});
