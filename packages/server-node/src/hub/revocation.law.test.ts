import fc from "fast-check";
import { expect, it } from "vitest";
import { ScriptedSink } from "../fan-out/testing/scripted-sink.ts";
import { memoryStorage } from "../storage/memory/memory-storage.ts";
import { manualPlatform } from "../testing/manual-platform.ts";
import { createHub } from "./create-hub.ts";
import type { Revocation } from "./revocation.ts";
import { attachRequest } from "./testing/hub-scene.ts";
import { noted, notesModule } from "./testing/notes-module.ts";

const RUNS = Number(process.env["REVOCATION_RUNS"] ?? 150);
const USERS = ["ada", "bob"].map((id) => ({ id, tenant: "acme" }));
const SESSIONS = ["one", "two"].map((session) => ({ tenant: "acme", session }));

const at = fc.nat({ max: 1 });
const step = fc.oneof(
  fc.record({ do: fc.constant("join" as const), user: at, session: at }),
  fc.record({ do: fc.constant("say" as const), session: at }),
  fc.record({ do: fc.constant("let in" as const), answer: fc.boolean() }),
  fc.record({ do: fc.constant("bar" as const), user: at }),
  fc.record({ do: fc.constant("turn" as const), times: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ do: fc.constant("revoke principal" as const), user: at }),
  fc.record({ do: fc.constant("revoke session" as const), session: at, user: fc.option(at) }),
  fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 70_000 }) }),
);

/** A subscriber and what it had been sent when its reading ended. */
interface Watched {
  readonly user: number;
  readonly session: number;
  readonly sink: ScriptedSink;
  sentAtEnd: number | null;
}

it("I13: whatever is under way, nothing is sent to anybody after their revocation", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 30 }), async (steps) => {
      const platform = manualPlatform();
      const waiting: ((answer: boolean) => void)[] = [];
      const watched: Watched[] = [];
      const barred = new Set<number>();
      let notes = 0;
      const hub = createHub({
        storage: memoryStorage(),
        platform,
        modules: [notesModule()],
        authorize: ({ principal }) =>
          barred.has(USERS.findIndex(({ id }) => id === principal.id)) ||
          new Promise((resolve) => waiting.push(resolve)),
      });
      const end = (revocation: Revocation, isMeant: (member: Watched) => boolean) => {
        hub.revoke(revocation);
        for (const member of watched.filter(isMeant)) member.sentAtEnd ??= member.sink.sent.length;
      };
      for (const next of steps) {
        switch (next.do) {
          case "join": {
            const sink = new ScriptedSink();
            const session = SESSIONS[next.session];
            const user = USERS[next.user];
            if (session === undefined || user === undefined) break;
            watched.push({ user: next.user, session: next.session, sink, sentAtEnd: null });
            hub.attach(user, attachRequest({ sink, session })).catch(() => undefined);
            break;
          }
          case "say": {
            notes += 1;
            const session = SESSIONS[next.session];
            if (session !== undefined) void hub.publish(session, [noted(`n${notes}`)]);
            break;
          }
          case "let in":
            waiting.shift()?.(next.answer);
            break;
          case "bar":
            if (!barred.delete(next.user)) barred.add(next.user);
            break;
          case "turn":
            for (let turn = 0; turn < next.times; turn += 1) await Promise.resolve();
            break;
          case "revoke principal": {
            const principal = USERS[next.user];
            if (principal !== undefined) end({ principal }, ({ user }) => user === next.user);
            break;
          }
          case "revoke session": {
            const session = SESSIONS[next.session];
            const principal = next.user === null ? undefined : USERS[next.user];
            if (session === undefined) break;
            end(
              { session, ...(principal === undefined ? {} : { principal }) },
              (member) => member.session === next.session && (next.user === null || member.user === next.user),
            );
            break;
          }
          case "wait":
            await platform.advance(next.ms);
        }
      }
      for (const answer of waiting.splice(0)) answer(true);
      for (const session of SESSIONS) await hub.publish(session, [noted("last")]);
      await platform.settle();
      const ended = watched.filter(({ sentAtEnd }) => sentAtEnd !== null);
      expect(ended.map(({ sink }) => sink.sent.length)).toEqual(ended.map(({ sentAtEnd }) => sentAtEnd));
      await hub.close();
    }),
    { numRuns: RUNS },
  );
});
