import { SessionStreamError, sessionId } from "@sessionstream/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ChatBackend } from "../backend/chat-backend.ts";
import { createFakeBrowser } from "../testing/fake-browser.ts";
import { fakeHub } from "../testing/fake-hub.ts";
import { createManualPlatform } from "../testing/manual-platform.ts";
import { type OutboxTab, openOutboxTab, settled } from "./testing/outbox-tab.ts";

const SESSIONS = [sessionId("s0"), sessionId("s1")] as const;
const SEATS = 4;

const step = fc.record({
  /** Two tabs per session. */
  seat: fc.nat(SEATS - 1),
  what: fc.oneof(
    { weight: 5, arbitrary: fc.constant("send" as const) },
    { weight: 4, arbitrary: fc.constant("time" as const) },
    { weight: 2, arbitrary: fc.constant("kill" as const) },
    fc.constant("leave" as const),
    fc.constant("hide" as const),
    fc.constant("discard" as const),
    fc.constant("network" as const),
    fc.constant("storage" as const),
  ),
});

/** What becomes of one attempt: taken or not, and whether the sender hears of it. */
const fate = fc.constantFrom("taken", "taken", "answer lost", "lost", "busy", "refused");

interface Typed {
  readonly text: string;
  readonly session: (typeof SESSIONS)[number];
}

describe("durable outboxes of several tabs", () => {
  it("L9: F-P4 F-C4 whoever dies, each message is in the log once and in its order, or failed where its user sees it", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.array(fate, { minLength: 1, maxLength: 30 }),
        async (steps, fates) => {
          const browser = createFakeBrowser();
          const hub = fakeHub({ platform: createManualPlatform() });
          const typed: Typed[] = [];
          const refused = new Set<string>();
          const discarded = new Set<string>();
          let attempts = 0;
          let tabCount = 0;
          let elapsed = 0;
          let isOnline = true;
          let isHealed = false;

          const backend: ChatBackend = {
            ...hub.backend,
            async submit(command, signal) {
              const what = isHealed ? "taken" : (fates[attempts++ % fates.length] ?? "taken");
              if (!isOnline || what === "lost") throw new SessionStreamError("network", "lost on the way");
              if (what === "busy") throw new SessionStreamError("busy", "later");
              const before = log(command.session).length;
              if (what === "refused") {
                // A server that has taken it says so, whatever it would say of a new one.
                const isKnown = taken.has(command.commandId);
                if (!isKnown) {
                  refused.add(String(command.payload["prompt"]));
                  throw new SessionStreamError("command_rejected", "no");
                }
              }
              const receipt = await hub.backend.submit(command, signal);
              taken.add(command.commandId);
              expect(log(command.session).length - before).toBeLessThanOrEqual(1);
              if (what === "answer lost") throw new SessionStreamError("timeout", "answer lost");
              return receipt;
            },
          };
          const taken = new Set<string>();

          function log(session: Typed["session"]): readonly string[] {
            const entities = hub.session(session).log().entities();
            return entities.map(({ payload }) => String(payload["content"]));
          }

          function openTab(seat: number): OutboxTab {
            const session = SESSIONS[seat % SESSIONS.length] ?? SESSIONS[0];
            tabCount += 1;
            return openOutboxTab({
              browser,
              backend,
              session,
              name: `tab${tabCount}`,
              now: 1_700_000_000_000 + elapsed,
            });
          }

          let tabs = Array.from({ length: SEATS }, (_, seat) => openTab(seat));
          async function pass(ms: number): Promise<void> {
            await settled();
            elapsed += ms;
            for (const tab of tabs) tab.advance(ms);
            await settled();
          }

          await pass(1);
          for (const { seat, what } of steps) {
            const tab = tabs[seat];
            if (tab === undefined) continue;
            if (what === "send") {
              const text = `m${typed.length}`;
              typed.push({ text, session: SESSIONS[seat % SESSIONS.length] ?? SESSIONS[0] });
              tab.send(text);
            } else if (what === "discard") {
              const waiting = tab.thread.getStatus().pending.find(({ delivery }) => delivery.type === "queued");
              const text = waiting && tab.thread.discard(waiting.commandId);
              if (text !== undefined) discarded.add(text);
            } else if (what === "network") {
              isOnline = !isOnline;
              for (const one of tabs) one.setOnline(isOnline);
            } else if (what === "storage") {
              // Refused writes live as long as their page, so no page dies before they are handed over.
              browser.storage("refuses writes");
              await pass(1);
              browser.storage("works");
            } else if (what === "hide") tab.setVisible(false);
            else if (what === "time") await pass(900);
            else {
              if (what === "kill") tab.kill();
              else tab.leave();
              tabs = tabs.with(seat, openTab(seat));
            }
            // One message in a page's instant: what is typed while its page dies may be gone.
            await pass(1);
          }

          isHealed = true;
          isOnline = true;
          for (const tab of tabs) tab.setOnline(true);
          for (let round = 0; round < 5; round += 1) await pass(60_000);

          for (const session of SESSIONS) {
            const written = typed.filter((message) => message.session === session).map(({ text }) => text);
            const stored = log(session);
            expect(new Set(stored).size).toBe(stored.length);
            // In order, and nothing that was not written.
            expect(written.filter((text) => stored.includes(text))).toEqual(stored);
            for (const text of written) {
              if (!stored.includes(text)) expect(refused.has(text) || discarded.has(text)).toBe(true);
            }
          }
          // Whom one tab was refused, another may have been granted.
          const failed = typed.filter(({ text, session }) => !log(session).includes(text) && !discarded.has(text));
          tabs.forEach((tab, seat) => {
            const own = failed.filter(({ session }) => session === SESSIONS[seat % SESSIONS.length]);
            expect(tab.pending()).toEqual(own.map(({ text }) => `${text}: command_rejected`));
          });
          expect(browser.texts()).toHaveLength(failed.length);
        },
      ),
      { numRuns: 300 },
    );
  });
});
