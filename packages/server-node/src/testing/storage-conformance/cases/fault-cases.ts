import assert from "node:assert/strict";
import type { MessageStorageAdapter, SessionCommit } from "../../../storage/contract.ts";
import { append, type Contents, contents, entityName, same, sorted } from "../check.ts";
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
        await assertWholeOrAbsent(storage, { commit, before, rejected });
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
        const before = await Promise.all(sessions.map((session) => contents(storage, session)));
        const commits = sessions.map((session, index) =>
          commitAfter(
            before[index]?.head ?? null,
            `at-${statement}`,
            { events: 1, command: aCommand(`c${statement}`) },
            session,
          ),
        );
        faults.failAt(statement);
        const rejected = await Promise.all(commits.map((commit) => rejects(storage.commit(commit))));
        const fired = faults.fired();
        faults.clear();
        for (const [index, commit] of commits.entries()) {
          const attempt = { commit, before: before[index] ?? null, rejected: rejected[index] === true };
          await assertWholeOrAbsent(storage, attempt);
        }
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

interface Attempt {
  readonly commit: SessionCommit;
  readonly before: Contents | null;
  readonly rejected: boolean;
}

/** A rejection means: outcome unknown. What resolved is there, whole; what is not there has left nothing behind. */
async function assertWholeOrAbsent(
  storage: MessageStorageAdapter,
  { commit, before, rejected }: Attempt,
): Promise<void> {
  const found = await contents(storage, commit.session);
  const there = found?.head.revision === commit.head.revision;
  assert.ok(there || rejected, "what resolved is there");
  const command = commit.command === undefined ? null : await storage.command(commit.session, commit.command.id);
  same(command, there ? commit.command : null);
  if (!there) return same(found, before, "what was not committed left something behind");
  const forgotten = new Set((commit.entities?.forget ?? []).map(entityName));
  const put = new Map((commit.entities?.put ?? []).map((entity) => [entityName(entity), entity]));
  const kept = (before?.entities ?? []).filter(
    (entity) => !forgotten.has(entityName(entity)) && !put.has(entityName(entity)),
  );
  same(found, {
    head: commit.head,
    entities: sorted([...kept, ...put.values()]),
    events: [...(before?.events ?? []), ...commit.events],
  });
}
