import assert from "node:assert/strict";
import type { MessageStorageAdapter, SessionCommit } from "../../../storage/contract.ts";
import { append, contents, same } from "../check.ts";
import { aCommand, anEntity, commitAfter } from "../records.ts";
import type { StorageCase } from "../storage-case.ts";

/** More statements than any commit of these cases takes. */
const STATEMENTS = 200;

export const faultCases: readonly StorageCase[] = [
  {
    id: "S-46",
    title: "H32 a failure at any statement leaves all of a commit or nothing",
    needs: "faults",
    async run(storage, faults) {
      await append(storage, "start", { events: 2, entities: { put: [anEntity("a"), anEntity("b")], forget: [] } });
      let failures = 0;
      for (let statement = 1; statement <= STATEMENTS; statement++) {
        const before = await contents(storage);
        const commit = commitAfter(before?.head ?? null, `at-${statement}`, {
          events: 2,
          command: aCommand(`c${statement}`),
          entities: { put: [anEntity("a"), anEntity(`e${statement}`)], forget: [{ kind: "Message", id: "b" }] },
        });
        faults.failAt(statement);
        const rejected = await rejects(storage.commit(commit));
        const fired = faults.fired();
        faults.clear();
        if (rejected) failures++;
        await assertWholeOrAbsent(storage, commit, rejected);
        if (!fired) break;
      }
      assert.ok(failures > 0, "at least one statement failed");
      await append(storage, "end", { events: 1 });
    },
  },
  {
    id: "S-47",
    title: "a failure among commits of several sessions keeps each whole or absent",
    needs: "faults",
    async run(storage, faults) {
      const sessions = ["a", "b", "c"].map((session) => ({ tenant: "acme", session }));
      for (let statement = 1; statement <= STATEMENTS; statement++) {
        const heads = await Promise.all(sessions.map(async (session) => (await storage.load(session))?.head ?? null));
        const commits = sessions.map((session, index) =>
          commitAfter(
            heads[index] ?? null,
            `at-${statement}`,
            { events: 1, command: aCommand(`c${statement}`) },
            session,
          ),
        );
        faults.failAt(statement);
        const rejected = await Promise.all(commits.map((commit) => rejects(storage.commit(commit))));
        const fired = faults.fired();
        faults.clear();
        for (const [index, commit] of commits.entries())
          await assertWholeOrAbsent(storage, commit, rejected[index] === true);
        if (!fired) return;
      }
      assert.fail(`a commit takes fewer than ${STATEMENTS} statements`);
    },
  },
];

async function rejects(commit: Promise<unknown>): Promise<boolean> {
  try {
    same(await commit, { status: "committed" });
    return false;
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
    return true;
  }
}

/** A rejection means: outcome unknown. A resolved commit is there. */
async function assertWholeOrAbsent(
  storage: MessageStorageAdapter,
  commit: SessionCommit,
  rejected: boolean,
): Promise<void> {
  const found = await contents(storage, commit.session);
  const there = found?.head.revision === commit.head.revision;
  assert.ok(there || rejected, "what resolved is there");
  const command = commit.command === undefined ? null : await storage.command(commit.session, commit.command.id);
  same(command, there ? commit.command : null);
  const last = commit.events.at(-1);
  assert.equal(found?.events.some((event) => event.id === last?.id) ?? false, there);
  for (const entity of commit.entities?.put ?? []) {
    if (entity.id !== "a") assert.equal(found?.entities.some((stored) => stored.id === entity.id) ?? false, there);
  }
}
