import fc from "fast-check";
import { expect, it } from "vitest";
import { ChatMessage } from "./kinds.ts";
import { chatHarness } from "./testing/chat-harness.ts";
import { manualEngine } from "./testing/manual-engine.ts";

/** A text, where the engine cuts it (in UTF-16 units, so within emojis too), and the pauses between the pieces. */
const streamed = fc
  .string({ unit: fc.constantFrom("a", "Ω", "\n", "🙂", "👩‍🚀", '"', "\\"), minLength: 1, maxLength: 60 })
  .chain((text) =>
    fc.record({
      text: fc.constant(text),
      cuts: fc.uniqueArray(fc.integer({ min: 1, max: text.length }), { maxLength: 12 }),
      pauses: fc.array(fc.constantFrom(0, 10, 30), { maxLength: 13 }),
    }),
  );

it("C03 C25 the message equals the concatenation of the deltas, at every moment, live and reloaded", async () => {
  await fc.assert(
    fc.asyncProperty(streamed, async ({ text, cuts, pauses }) => {
      const manual = manualEngine();
      await using chat = chatHarness({ engine: manual.engine });
      await chat.prompt("Say it");
      await chat.platform.settle();
      const shown = async (from = chat) => (await from.records(ChatMessage))[1]?.payload.content ?? "";
      const edges = [0, ...cuts.filter((cut) => cut < text.length).sort((a, b) => a - b), text.length];
      for (const [index, from] of edges.slice(0, -1).entries()) {
        manual.call.say({ type: "text-delta", id: "1", text: text.slice(from, edges[index + 1]) });
        await chat.platform.advance(pauses[index] ?? 0);
        expect(text.startsWith(await shown())).toBe(true);
      }
      manual.call.end();
      await chat.platform.settle();
      expect(await shown()).toBe(text);
      await using reloaded = chat.restart();
      expect(await shown(reloaded)).toBe(text);
    }),
    { numRuns: 40 },
  );
});
