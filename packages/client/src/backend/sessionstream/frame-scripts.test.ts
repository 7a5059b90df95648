import type { ClientFrameJson, ServerFrameJson } from "@sessionstream/protocol";
import {
  FRAME_SCRIPT_NAMES,
  type FrameScript,
  frameScript,
  type ScriptTimeline,
} from "@sessionstream/protocol/testing";
import { describe, expect, it } from "vitest";
import { pinocchioMappings } from "../../pinocchio/index.ts";
import { type FollowedSession, followSession } from "../../testing/followed-session.ts";

/** Plays the server's side of a script against a real client and checks what the client says. */
function play(script: FrameScript): FollowedSession {
  const window = script.steps.flatMap(({ frame }) => ("subscribe" in frame ? [frame.subscribe?.window ?? 0] : []))[0];
  const session = followSession(script.session, { window: window ?? 0, mappings: pinocchioMappings });
  const { transport, platform, handle } = session;
  const requests = new Map<string, string>();
  let sentBefore = 0;

  const said = (frame: ClientFrameJson): ClientFrameJson => {
    const actual = transport.current.sent[sentBefore];
    if (actual === undefined) throw new Error(`The client said nothing instead of ${JSON.stringify(frame)}`);
    sentBefore += 1;
    return actual;
  };

  for (const { from, frame, expectAfter } of script.steps) {
    if (from === "client") {
      if (frame.page !== undefined) void handle.loadEarlier(frame.page.limit ?? 0);
      if (frame.ping !== undefined) platform.advance(25_000);
      expect(withoutIds(said(frame), requests, frame)).toEqual(frame);
    } else {
      if (frame.hello !== undefined && transport.current.sent.length > 0) {
        transport.current.lose();
        platform.advance(3_000);
        sentBefore = 0;
      }
      transport.current.receive(withIds(frame, requests));
    }
    if (expectAfter !== undefined) expectHeld(session, expectAfter, script.reference === true);
  }
  expect(transport.current.sent.length).toBe(sentBefore);
  return session;
}

/** The client's own ids in the script's words. */
function withoutIds(actual: ClientFrameJson, requests: Map<string, string>, scripted: ClientFrameJson): unknown {
  const wanted = scripted.subscribe ?? scripted.page;
  const request = actual.subscribe ?? actual.page;
  if (wanted?.requestId !== undefined && request?.requestId !== undefined) {
    requests.set(wanted.requestId, request.requestId);
  }
  return JSON.parse(JSON.stringify(actual), (key, value) => {
    if (key === "requestId") return wanted?.requestId;
    if (key === "nonce" && actual.ping !== undefined) return scripted.ping?.nonce;
    return value;
  });
}

function withIds(frame: ServerFrameJson, requests: Map<string, string>): object {
  return JSON.parse(JSON.stringify(frame), (key, value) =>
    key === "requestId" ? (requests.get(value) ?? value) : value,
  );
}

function expectHeld({ platform, observer }: FollowedSession, expected: ScriptTimeline, loosely: boolean): void {
  platform.runFrames();
  const { timeline } = observer;
  const entities = timeline.getOrder().map((key) => {
    const { key: _, commandId, ...entity } = timeline.getEntity(key) ?? { key };
    return { ...entity, ...(commandId === undefined ? {} : { commandId }) };
  });
  const held = {
    cursor: timeline.getCursor(),
    hasEarlier: timeline.getHasEarlier(),
    ephemerals: timeline.getEphemerals().toSorted((a, b) => (a.key < b.key ? -1 : 1)),
    entities,
  };
  const inWire = JSON.parse(JSON.stringify(held, (_, value) => (typeof value === "bigint" ? String(value) : value)));
  const { windowFloor: _, ...rest } = expected;
  const whole = { hasEarlier: false, ephemerals: [], ...rest };
  if (loosely) expect(inWire).toMatchObject(whole);
  else expect(inWire).toEqual(whole);
}

describe("golden frame scripts", () => {
  it.each(FRAME_SCRIPT_NAMES)("P38 %s: the client says and holds what the script says", (name) => {
    const script = frameScript(name);
    const session = play(script);
    expectHeld(session, script.expect, script.reference === true);
    expect(session.observer.hydrations.at(-1)).toEqual({ type: "ready" });
  });
});
