import { describe, expect, it } from "vitest";
import { CLOSE_CODES, type CloseCodeName, closeAction } from "./close-code.ts";

describe("close codes", () => {
  // The table of PROTOCOL.md P-74.
  const table: Record<CloseCodeName, string> = {
    normal: "reconnect",
    goingAway: "reconnect",
    unsupportedData: "reconnect",
    messageTooBig: "reconnect",
    serverError: "reconnect",
    draining: "reconnect",
    insufficientState: "reconnect",
    noPong: "reconnect now",
    slowConsumer: "reconnect after 2000",
    tokenExpired: "refresh",
    revoked: "stop",
    rateLimited: "reconnect",
    badFrame: "reconnect-once",
    unauthenticated: "refresh",
    forbidden: "stop",
    upgradeRequired: "stop",
    handshakeTimeout: "reconnect",
  };
  const say = (code: number): string => {
    const action = closeAction(code);
    if (action.type !== "reconnect") return action.type;
    return action.now ? "reconnect now" : action.minDelayMs > 0 ? `reconnect after ${action.minDelayMs}` : "reconnect";
  };

  // CAST: the keys of CLOSE_CODES.
  it.each(Object.keys(table) as CloseCodeName[])("P36 on %s a client does what the table says", (name) => {
    expect(say(CLOSE_CODES[name])).toBe(table[name]);
  });

  it.each([
    [4099, "reconnect"],
    [4499, "stop"],
    [1006, "reconnect"],
    [4600, "reconnect"],
  ])("an unknown code %d follows its block: %s", (code, action) => {
    expect(say(code)).toBe(action);
  });
});
