import type { ThreadEntry } from "@sessionstream/client/threads";
import { sessionId } from "@sessionstream/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { overlay, type ThreadMutation } from "./overlay.ts";

function entry(name: string, init: Partial<ThreadEntry> = {}): ThreadEntry {
  return {
    sessionId: sessionId(name),
    title: name,
    preview: "",
    createdAt: 0,
    lastActivityAt: 0,
    lastMessageOrdinal: 10n,
    readOrdinal: 0n,
    unread: 3,
    pinned: false,
    muted: false,
    archived: false,
    ...init,
  };
}

const names = (entries: readonly ThreadEntry[]) => entries.map(({ title }) => title);
const update = (name: string, change: object): ThreadMutation => ({
  type: "update",
  sessionId: sessionId(name),
  change,
});

describe("what a list shows before the server knows it", () => {
  it("G53 pins to the top, moves to the archive, takes away", () => {
    const loaded = [
      entry("a", { lastActivityAt: 3 }),
      entry("b", { lastActivityAt: 2 }),
      entry("c", { lastActivityAt: 1 }),
    ];
    expect(names(overlay(loaded, [update("c", { pinned: true })], null, false))).toEqual(["c", "a", "b"]);
    expect(names(overlay(loaded, [update("a", { archived: true })], null, false))).toEqual(["b", "c"]);
    expect(names(overlay(loaded, [{ type: "remove", sessionId: sessionId("b") }], null, false))).toEqual(["a", "c"]);
  });

  it("G53 reading never goes back, and less than everything leaves the count to the server", () => {
    const [read] = overlay(
      [entry("a")],
      [update("a", { readOrdinal: 10n }), update("a", { readOrdinal: 2n })],
      null,
      false,
    );
    expect([read?.readOrdinal, read?.unread]).toEqual([10n, 0]);
    const [partly] = overlay([entry("a")], [update("a", { readOrdinal: 9n })], null, false);
    expect(partly?.unread).toBe(3);
  });

  it("G53 the open conversation is as new as itself, unless the list knows more", () => {
    const live = { sessionId: sessionId("a"), preview: "live", lastActivityAt: 9, ownOrdinal: 5n, messages: [5n, 12n] };
    const newer = overlay(
      [entry("a"), entry("b", { lastActivityAt: 4 })],
      [],
      { ...live, lastMessageOrdinal: 12n },
      false,
    );
    expect(newer[0]).toMatchObject({ title: "a", preview: "live", unread: 1, lastMessageOrdinal: 12n });
    const older = overlay([entry("a")], [], { ...live, lastMessageOrdinal: 9n }, false);
    expect(older[0]).toMatchObject({ preview: "", unread: 3 });
  });

  it("G53 shows no thread twice and none that was not loaded, whatever is under way", () => {
    const name = fc.constantFrom("a", "b", "c", "d");
    const mutation = fc.oneof(
      fc.record({ name, change: fc.record({ pinned: fc.boolean(), archived: fc.boolean() }, { requiredKeys: [] }) }),
      fc.record({ name, change: fc.constant(null) }),
    );
    fc.assert(
      fc.property(fc.array(name), fc.array(mutation), (loaded, done) => {
        const pending = done.map(
          ({ name, change }): ThreadMutation =>
            change === null ? { type: "remove", sessionId: sessionId(name) } : update(name, change),
        );
        const shown = names(
          overlay(
            loaded.map((one) => entry(one)),
            pending,
            null,
            false,
          ),
        );
        expect(new Set(shown).size).toBe(shown.length);
        expect(shown.every((one) => loaded.some((known) => known === one))).toBe(true);
        for (const { name, change } of done) if (change === null) expect(shown).not.toContain(name);
      }),
    );
  });
});
