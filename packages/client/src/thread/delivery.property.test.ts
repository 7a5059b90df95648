import { SessionStreamError, sessionId } from "@sessionstream/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ChatBackend } from "../backend/chat-backend.ts";
import { createChatClient } from "../create-chat-client.ts";
import { fakeHub } from "../testing/fake-hub.ts";
import { createManualPlatform } from "../testing/manual-platform.ts";

const SESSION = sessionId("s");

/** What becomes of one attempt: taken or not, and whether the sender hears of it. */
const fate = fc.constantFrom("taken", "taken", "answer lost", "lost", "refused for now", "refused for good");
type Fate = typeof fate extends fc.Arbitrary<infer Kind> ? Kind : never;

const step = fc.oneof(
  { weight: 4, arbitrary: fc.constant("send" as const) },
  { weight: 3, arbitrary: fc.constant("time" as const) },
  { weight: 3, arbitrary: fc.constant("frame" as const) },
  fc.constant("away" as const),
  fc.constant("back" as const),
  fc.constant("reopen" as const),
);

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

describe("delivery", () => {
  it("F-C6 F-C7 at rest every message sent is shown exactly once, stored or failed, whatever happened on the way", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.array(fate, { minLength: 1, maxLength: 40 }),
        async (steps, fates) => {
          const platform = createManualPlatform();
          const hub = fakeHub({ platform });
          let attempts = 0;
          let healed = false;
          const backend: ChatBackend = {
            ...hub.backend,
            async submit(command, signal) {
              const what: Fate = healed ? "taken" : (fates[attempts++ % fates.length] ?? "taken");
              if (what === "lost") throw new SessionStreamError("network", "lost on the way");
              if (what === "refused for now") throw new SessionStreamError("busy", "later", { retryAfterMs: 700 });
              if (what === "refused for good") throw new SessionStreamError("command_rejected", "no");
              const receipt = await hub.backend.submit(command, signal);
              if (what === "answer lost") throw new SessionStreamError("timeout", "answer lost");
              return receipt;
            },
          };
          const client = createChatClient({ backend, platform });
          let lease = client.acquire(SESSION);
          const sent: string[] = [];

          for (const next of steps) {
            if (next === "send") {
              sent.push(`message ${sent.length}`);
              lease.thread.send({ text: sent.at(-1) ?? "" }).catch(() => undefined);
            } else if (next === "time") platform.advance(800);
            else if (next === "frame") platform.runFrames();
            else if (next === "away") hub.goOffline();
            else if (next === "back") hub.goOnline();
            else {
              lease.release();
              platform.advance(1_000);
              lease = client.acquire(SESSION);
            }
            await settle();
          }

          healed = true;
          hub.goOnline();
          for (let round = 0; round < sent.length * 3 + 3; round += 1) {
            platform.advance(10_000);
            await settle();
            platform.runFrames();
          }

          const { thread } = lease;
          const stored = hub.session(SESSION).log().entities();
          const shown = thread.getRows().map((row) => {
            if (row.type === "entity") return String(thread.timeline.getEntity(row.entity)?.payload["content"]);
            expect(row.message.delivery.type).toBe("failed");
            return row.message.text;
          });
          expect(shown.toSorted()).toEqual(sent.toSorted());
          expect(new Set(thread.getRows().map((row) => row.key)).size).toBe(sent.length);
          expect(new Set(stored.map(({ commandId }) => commandId)).size).toBe(stored.length);
        },
      ),
      { numRuns: 200 },
    );
  });
});
