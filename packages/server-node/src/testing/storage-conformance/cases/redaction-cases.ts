import type { RedactableStorage, SessionHead, SessionRedaction } from "../../../storage/contract.ts";
import { append, contents, same } from "../check.ts";
import { aCommand, anEntity, anEvent, aPayload, commitAfter, SESSION } from "../records.ts";
import type { StorageCase } from "../storage-case.ts";

const replaced = anEvent(2n, { name: "Erased", payload: "{}" });
const entities = { put: [anEntity("b")], forget: [], replace: true } as const;

async function threeEvents(storage: RedactableStorage): Promise<SessionHead> {
  const parts = {
    events: [1n, 2n, 3n].map((ordinal) => anEvent(ordinal, { commandId: "c1", payload: aPayload(`said ${ordinal}`) })),
    command: aCommand("c1"),
    entities: { put: [anEntity("a"), anEntity("b")], forget: [] },
  };
  return (await append(storage, "r1", parts)).head;
}

function redaction(head: SessionHead, commands: SessionRedaction["commands"] = []): SessionRedaction {
  const rewritten = { ...head, revision: "r2", view: "view-2" };
  return { session: SESSION, expect: "r1", head: rewritten, events: [replaced], commands, entities };
}

export const redactionCases: readonly StorageCase[] = [
  {
    id: "S-70",
    title: "F-E4 redact puts events, commands and entities in the place of those that were",
    needs: "redaction",
    async run(_, storage) {
      const head = await threeEvents(storage);
      const before = await contents(storage);
      const command = aCommand("c1", { fingerprint: "", outcome: "{}" });
      const rewriting = redaction(head, [command]);
      same(await storage.redact(rewriting), { status: "committed" });
      same(await contents(storage), {
        head: rewriting.head,
        entities: [anEntity("b")],
        events: [before?.events[0], replaced, before?.events[2]],
      });
      same(await storage.command(SESSION, "c1"), command);
    },
  },
  {
    id: "S-71",
    title: "redact creates no event and no command",
    needs: "redaction",
    async run(_, storage) {
      const head = await threeEvents(storage);
      await storage.redact({ ...redaction(head, [aCommand("c2")]), events: [anEvent(7n)] });
      same((await contents(storage))?.events.length, 3);
      same(await storage.command(SESSION, "c2"), null);
    },
  },
  {
    id: "S-72",
    title: "redact at another revision, or of no log, conflicts and changes nothing",
    needs: "redaction",
    async run(_, storage) {
      same(await storage.redact(redaction(commitAfter(null, "r1").head)), { status: "conflict", head: null });
      await threeEvents(storage);
      const { head } = await append(storage, "r1b");
      const before = await contents(storage);
      same(await storage.redact(redaction(head)), { status: "conflict", head });
      same(await contents(storage), before);
    },
  },
];
