import fc from "fast-check";
import { expect, it } from "vitest";
import { sends, type Turn, type TurnEvent, turnAfter } from "./turn.ts";

const EVENTS = ["held", "saved", "unsaved", "hidden", "freeze", "pagehide", "wake", "offline"] as const;
const GIVES_UP: readonly TurnEvent[] = ["hidden", "freeze", "pagehide", "unsaved"];

function isInLine(turn: Turn): boolean {
  return turn === "waiting" || turn === "leading";
}

it("F-P2 F-P4 F-P5 a page has the lock only while it can be trusted with it, and comes back for it", () => {
  const history = fc.array(fc.constantFrom<TurnEvent>(...EVENTS), { maxLength: 30 });
  fc.assert(
    fc.property(history, (events) => {
      let turn: Turn = "waiting";
      let isSeen = true;
      for (const event of events) {
        const before = turn;
        turn = turnAfter(turn, event) ?? turn;
        if (event === "saved" || event === "unsaved") isSeen = event === "saved";
        if (isInLine(turn)) expect(isSeen).toBe(true);
        if (event === "pagehide") expect(isInLine(turn)).toBe(false);
        if (GIVES_UP.includes(event)) expect(turn).not.toBe("leading");
        if (turn === "leading" && before !== "leading") expect(event).toBe("held");
        if (!isSeen) expect(sends(turn)).toBe(true);
        else expect(sends(turn)).toBe(turn === "leading");
      }
      for (const event of ["saved", "wake", "held"] as const) turn = turnAfter(turn, event) ?? turn;
      expect(turn).toBe("leading");
    }),
  );
});
