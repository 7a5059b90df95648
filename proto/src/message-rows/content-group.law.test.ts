import fc from "fast-check";
import { expect, it } from "vitest";
import { type ContentGroup, type ContentMessage, groupsOfMessage, messagesOfGroups } from "./content-group.ts";
import type { ContentBlock, NewMessageRow } from "./message-row.ts";

/** Few ids, so that calls run in parallel, results are doubled, come first, or belong to nobody. */
const callId = fc.constantFrom("1", "2", "3");
const said = fc.oneof(fc.constant(""), fc.string({ unit: "grapheme", maxLength: 8 }));
const block: fc.Arbitrary<ContentBlock> = fc.oneof(
  fc.record({ type: fc.constant("text" as const), text: said }),
  fc.record({ type: fc.constant("reasoning" as const), text: said }),
  fc.record({ type: fc.constant("tool_use" as const), id: callId, name: fc.constant("search"), input: fc.jsonValue() }),
  fc.record({
    type: fc.constant("tool_result" as const),
    tool_use_id: callId,
    content: fc.oneof(fc.jsonValue(), fc.constant({ render: { id: "r" } })),
    is_error: fc.boolean(),
  }),
  fc.record({ type: fc.constant("card" as const), card: fc.constant("Weather") }),
) as fc.Arbitrary<ContentBlock>; // CAST: fast-check calls any JSON `unknown`.

const message: fc.Arbitrary<ContentMessage> = fc.record({
  id: fc.constantFrom("m", "m-1", "m-1-0", "-", "a-b-c"),
  role: fc.constantFrom("user", "assistant", "system"),
  blocks: fc.array(block, { maxLength: 12 }),
  streaming: fc.constant(false),
  at: fc.nat(),
  status: fc.constantFrom("complete", "error", "aborted"),
});

/** What a table does to a row. */
function stored(group: ContentGroup): ContentGroup {
  // CAST: what was written is what is read.
  return JSON.parse(JSON.stringify(group)) as ContentGroup;
}

const regroup = (groups: readonly ContentGroup[]): readonly ContentGroup[] =>
  messagesOfGroups(groups.map(stored)).flatMap((rebuilt) => groupsOfMessage(rebuilt));

it("G18 what was stored and read again is grouped as before, keys and all", () => {
  fc.assert(
    fc.property(message, (one) => {
      const groups = groupsOfMessage(one);
      expect(regroup(groups)).toEqual(groups.map(stored));
    }),
  );
});

it("G18 also when some of the groups were never stored", () => {
  fc.assert(
    fc.property(message, fc.infiniteStream(fc.boolean()), (one, kept) => {
      const some = groupsOfMessage(one).filter(() => kept.next().value);
      expect(regroup(some)).toEqual(some.map(stored));
    }),
  );
});

it("G17 every block that says something is in exactly one group", () => {
  fc.assert(
    fc.property(message, (one) => {
      const grouped = groupsOfMessage(one).flatMap(({ blocks }) => blocks);
      const meant = one.blocks.filter((piece) => !("text" in piece) || piece.text !== "");
      expect(new Set(grouped)).toEqual(new Set(meant));
      expect(grouped).toHaveLength(meant.length);
    }),
  );
});

it("G19 storing after every delta writes each key once", () => {
  fc.assert(
    fc.property(message, (one) => {
      const table = new Map<string, Omit<NewMessageRow, "threadId">>();
      let writes = 0;
      const persist = (groups: readonly ContentGroup[]): void => {
        for (const group of groups) {
          if (table.has(group.key)) continue;
          table.set(group.key, group);
          writes += 1;
        }
      };
      for (let length = 0; length <= one.blocks.length; length += 1) {
        persist(groupsOfMessage({ ...one, blocks: one.blocks.slice(0, length), streaming: true }));
      }
      for (let time = 0; time < 3; time += 1) persist(groupsOfMessage(one));
      // CAST: a reload, then the same again.
      persist(regroup([...table.values()] as ContentGroup[]));
      expect(writes).toBe(groupsOfMessage(one).length);
      expect([...table.values()]).toEqual(groupsOfMessage(one));
    }),
  );
});
