import type { JsonObject } from "@sessionstream/protocol";
import { WidgetStatus } from "@sessionstream/protocol/chat/v1";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type EventInput, event } from "../../event/define-event.ts";
import type { RuntimeEvent } from "../engine/runtime-event.ts";
import { chatHarness } from "../testing/chat-harness.ts";
import { followSession } from "../testing/follow-session.ts";
import { manualEngine } from "../testing/manual-engine.ts";
import {
  ChatWidgetInstance,
  ChatWidgetInstanceCompleted,
  ChatWidgetInstancePatched,
  ChatWidgetInstanceRemoved,
  ChatWidgetInstanceStarted,
  widgetsPlugin,
} from "./widgets.ts";

const say = (name: string, payload: JsonObject): RuntimeEvent => ({ type: "custom", name, payload });
const start = (instanceId: string, props: JsonObject = {}) =>
  say("widget-start", { instanceId, widgetName: "carousel", props });
const patch = (instanceId: string, props: JsonObject, patchPaths: string[] = []) =>
  say("widget-patch", { instanceId, patch: props, patchPaths });
const complete = (instanceId: string) => say("widget-complete", { instanceId });
const fail = (instanceId: string, error: string) => say("widget-error", { instanceId, error });
const remove = (instanceId: string) => say("widget-remove", { instanceId });

function harness() {
  const manual = manualEngine();
  const chat = Object.assign(chatHarness({ engine: manual.engine, plugins: [widgetsPlugin()] }), { manual });
  return Object.assign(chat, {
    async answer(...events: readonly RuntimeEvent[]) {
      const { outcome } = await chat.prompt("Show me");
      await chat.platform.settle();
      manual.call.say(...events);
      await chat.platform.settle();
      return String(outcome["messageId"]);
    },
    /** `id status {props}` of every widget, in order. */
    async widgets() {
      return (await chat.records(ChatWidgetInstance)).map(({ id, payload }) => {
        const error = payload.error === "" ? "" : ` (${payload.error})`;
        return `${id} ${WidgetStatus[payload.status]} ${JSON.stringify(payload.props)}${error}`;
      });
    },
  });
}

describe("a widget", () => {
  it("C32 is started, patched at the listed keys only, and completed", async () => {
    await using chat = harness();
    const messageId = await chat.answer(start("w", { title: "Lamps", items: [1] }));
    expect(await chat.entity(ChatWidgetInstance, "w")).toEqual({
      instanceId: "w",
      widgetName: "carousel",
      parentMessageId: messageId,
      status: "WIDGET_STATUS_STREAMING",
      props: { title: "Lamps", items: [1] },
    });
    chat.manual.call.say(patch("w", { items: [1, 2], title: "Not this", extra: true }, ["items", "missing"]));
    await chat.platform.settle();
    expect(await chat.widgets()).toEqual(['w STREAMING {"title":"Lamps","items":[1,2]}']);
    chat.manual.call.say(patch("w", { title: "Two lamps", total: null }), complete("w"));
    await chat.platform.settle();
    expect(await chat.widgets()).toEqual(['w READY {"title":"Two lamps","items":[1,2],"total":null}']);
  });

  it("C32 fails with what people may read of it, and keeps what it had", async () => {
    await using chat = harness();
    await chat.answer(start("w", { items: [1] }), fail("w", "The shop is closed."), complete("w"));
    expect(await chat.widgets()).toEqual(['w ERROR {"items":[1]} (The shop is closed.)']);
  });

  it("C32 may be patched when it is complete, which does not open it again", async () => {
    await using chat = harness();
    await chat.answer(start("w"), complete("w"), patch("w", { stock: 3 }));
    await chat.publish(event(ChatWidgetInstancePatched, { instanceId: "w", status: WidgetStatus.STREAMING }));
    expect(await chat.widgets()).toEqual(['w READY {"stock":3}']);
  });

  it.each<[string, readonly RuntimeEvent[]]>([
    ["before its start", [patch("w", { a: 1 }), complete("w"), fail("w", "no"), remove("w")]],
    ["after its removal", [start("w"), remove("w"), patch("w", { a: 1 }), complete("w"), fail("w", "no")]],
  ])("C32 is not made by what is said of it %s", async (_when, events) => {
    await using chat = harness();
    await chat.answer(...events);
    expect(await chat.widgets()).toEqual([]);
    expect(await chat.hub.errors()).toEqual([]);
  });

  it("C32 is not begun anew by a second start, but is by one after its removal", async () => {
    await using chat = harness();
    await chat.answer(start("w", { a: 1 }), start("w", { a: 2 }));
    expect(await chat.widgets()).toEqual(['w STREAMING {"a":1}']);
    chat.manual.call.say(remove("w"), start("w", { a: 3 }));
    await chat.platform.settle();
    expect(await chat.widgets()).toEqual(['w STREAMING {"a":3}']);
  });

  it("C32 of an earlier run is not written over by one of the same id, and can still be spoken of", async () => {
    await using chat = harness();
    await chat.answer(start("w", { run: 1 }), start("cart", { items: 1 }), complete("w"), complete("cart"));
    chat.manual.call.end();
    await chat.platform.settle();
    const messageId = await chat.answer(
      start("w", { run: 2 }),
      patch("w", { more: true }),
      patch("cart", { items: 2 }),
    );
    expect(await chat.widgets()).toEqual([
      'w READY {"run":1}',
      'cart READY {"items":2}',
      `${messageId}:w STREAMING {"run":2,"more":true}`,
    ]);
  });

  it.each<[string, string, (chat: ReturnType<typeof harness>) => unknown]>([
    ["finished", "w READY {}", (chat) => chat.manual.call.end()],
    ["stopped", "w ERROR {} (The answer was stopped before this was complete.)", (chat) => chat.stop()],
    [
      "failed",
      "w ERROR {} (The answer failed before this was complete.)",
      (chat) => chat.manual.call.fail(new Error("model gone")),
    ],
  ])("C32 that its run left open is settled when the run %s", async (end, settled, how) => {
    await using chat = harness();
    await chat.answer(start("w"));
    await chat.publish(event(ChatWidgetInstanceStarted, { instanceId: "no run's" }));
    await how(chat);
    await chat.platform.settle();
    expect(await chat.runs()).toEqual([end]);
    expect(await chat.widgets()).toEqual([settled, "no run's STREAMING {}"]);
  });

  it("C32 C14 that a dead process left open is settled by the next one", async () => {
    await using chat = harness();
    await chat.answer(start("w", { a: 1 }));
    await using next = chat.restart();
    await next.platform.settle();
    expect(await next.entity(ChatWidgetInstance, "w")).toMatchObject({
      status: "WIDGET_STATUS_ERROR",
      error: "The server stopped before this was complete.",
      props: { a: 1 },
    });
  });

  it.each<[string, RuntimeEvent]>([
    ["without an id", say("widget-start", { widgetName: "carousel" })],
    ["with a field that is none", say("widget-start", { instanceId: "v", widgetname: "carousel" })],
  ])("C32 a report %s costs only itself", async (_what, broken) => {
    await using chat = harness();
    await chat.answer(broken, start("w"));
    expect(await chat.widgets()).toEqual(["w STREAMING {}"]);
    expect((await chat.hub.errors()).map(({ subject }) => subject)).toContain("chat-run: chat plugin widgets");
  });
});

const id = fc.constantFrom("v", "w");
const key = fc.constantFrom("a", "b", "c");
const value: fc.Arbitrary<JsonObject[string]> = fc.oneof(
  fc.constantFrom(null, 0, true, "text"),
  fc.array(fc.nat({ max: 3 }), { maxLength: 3 }),
  fc.record({ a: fc.nat({ max: 3 }) }),
);
const props = fc.dictionary(key, value, { maxKeys: 3 });

type Step =
  | { readonly type: "start"; readonly id: string; readonly props: JsonObject }
  | { readonly type: "patch"; readonly id: string; readonly patch: JsonObject; readonly paths: string[] }
  | { readonly type: "complete" | "remove"; readonly id: string };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ type: fc.constant("start" as const), id, props }),
  { weight: 3, arbitrary: fc.record({ type: fc.constant("patch" as const), id, patch: props, paths: fc.array(key) }) },
  fc.record({ type: fc.constantFrom("complete" as const, "remove" as const), id }),
);

function eventOf(step: Step): EventInput {
  const instanceId = step.id;
  switch (step.type) {
    case "start":
      return event(ChatWidgetInstanceStarted, { instanceId, props: { ...step.props } });
    case "patch":
      return event(ChatWidgetInstancePatched, { instanceId, patch: { ...step.patch }, patchPaths: step.paths });
    case "complete":
      return event(ChatWidgetInstanceCompleted, { instanceId });
    case "remove":
      return event(ChatWidgetInstanceRemoved, { instanceId });
  }
}

/** What the rule says, in as few words as it has. */
function expected(steps: readonly Step[]): Map<string, JsonObject> {
  const shown = new Map<string, JsonObject>();
  for (const step of steps) {
    const before = shown.get(step.id);
    if (step.type === "start" && before === undefined) shown.set(step.id, step.props);
    if (step.type === "remove") shown.delete(step.id);
    if (step.type !== "patch" || before === undefined) continue;
    const after: Record<string, JsonObject[string]> = { ...before };
    for (const [name, replaced] of Object.entries(step.patch)) {
      if (step.paths.length === 0 || step.paths.includes(name)) after[name] = replaced;
    }
    shown.set(step.id, after);
  }
  return shown;
}

it("C32 L2: K21 server, live client and reload patch alike: the listed keys replace, whatever the script", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      await using chat = chatHarness({ engine: manualEngine().engine, plugins: [widgetsPlugin()] });
      await chat.publish(event(ChatWidgetInstanceRemoved, { instanceId: "none" }));
      const live = await followSession(chat.hub);
      for (const [at, one] of steps.entries()) {
        await chat.publish(eventOf(one));
        const said = expected(steps.slice(0, at + 1));
        const folded = live.timeline();
        expect(new Map(folded.map((entity) => [entity.id, entity.payload?.["props"]]))).toEqual(said);
        expect((await followSession(chat.hub)).timeline()).toEqual(folded);
      }
    }),
    { numRuns: 60 },
  );
});
