/** Owns what every ThreadList owes its users, as cases with ids. Each runs on a fresh server. */
import { type SessionId, sessionId, type ThreadPageRequest } from "@sessionstream/protocol";
import { threadActions } from "../../threads/thread-actions.ts";
import type { ThreadEntry, ThreadList } from "../../threads/thread-list.ts";
import { ask, follow, insist, refusal } from "../backend-conformance/follower.ts";
import type { ThreadListCase, ThreadListFixture } from "./thread-list-fixture.ts";

/** Each look is a round trip: whatever a server does beside is done long before. */
const MAX_LOOKS = 500;

async function eventually<Seen>(what: string, look: () => Promise<Seen | null>): Promise<Seen> {
  for (let looks = 0; looks < MAX_LOOKS; looks += 1) {
    const seen = await look();
    if (seen !== null) return seen;
  }
  throw new Error(`It never came to be that ${what}`);
}

const ids = (threads: readonly ThreadEntry[]): string => threads.map(({ sessionId: id }) => id).join();

async function expectList(list: ThreadList, expected: string, request: ThreadPageRequest = {}): Promise<void> {
  let found = "";
  await eventually(`the list is ${expected || "empty"}`, async () => {
    found = ids((await list.list(request)).threads);
    return found === expected ? true : null;
  }).catch((cause: unknown) => {
    throw new Error(`The list should be "${expected}", and is "${found}"`, { cause });
  });
}

/** Says something in a session and waits until the list knows the answer. */
async function converse(fixture: ThreadListFixture, name: string, prompt = fixture.prompt): Promise<ThreadEntry> {
  const { backend, threads } = fixture;
  const session = sessionId(name);
  const follower = follow(backend, session);
  await follower.until("it is loaded", () => follower.hydration().type === "ready");
  await ask(backend, session, "c1", { prompt });
  await follower.until("the answer has ended", () => {
    const run = follower.run();
    return run.type === "run" && run.phase === "finished";
  });
  follower.close();
  return eventually("the answer is in the list", async () => {
    const entry = (await threads.list()).threads.find(({ sessionId: id }) => id === session);
    return entry !== undefined && entry.unread > 0 ? entry : null;
  });
}

const S1: SessionId = sessionId("s1");

export const THREAD_LIST_CASES: readonly ThreadListCase[] = [
  {
    id: "T1",
    title: "where nobody has said anything there is nothing to list",
    async run({ threads }) {
      const { threads: found, next } = await threads.list();
      insist(found.length === 0 && next === null, "the list is empty");
    },
  },
  {
    id: "T2",
    title: "G53 a thread shows its first prompt, its newest message, and what is unread",
    async run(fixture) {
      const entry = await converse(fixture, "s1");
      insist(entry.title === fixture.prompt, "its title is the first prompt");
      insist(entry.preview !== "" && entry.preview !== entry.title, "its preview is the answer");
      insist(entry.unread === 1 && entry.readOrdinal === 0n, "the answer alone is unread: who writes has read");
      insist(entry.createdAt <= entry.lastActivityAt, "its times are in order");
    },
  },
  {
    id: "T3",
    title: "G29 nine things can be done to a thread, and each shows at once in what comes back",
    async run(fixture) {
      const { lastMessageOrdinal } = await converse(fixture, "s1");
      const actions = threadActions(fixture.threads);
      insist((await actions.rename(S1, "By hand")).title === "By hand", "renamed");
      insist((await actions.rename(S1, "")).title === fixture.prompt, "and back");
      insist((await actions.pin(S1)).pinned && !(await actions.unpin(S1)).pinned, "pinned, and not");
      insist((await actions.mute(S1)).muted && !(await actions.unmute(S1)).muted, "muted, and not");
      insist((await actions.archive(S1)).archived, "archived");
      await expectList(fixture.threads, "");
      await expectList(fixture.threads, "s1", { archived: true });
      insist(!(await actions.unarchive(S1)).archived, "and not");
      insist((await actions.markRead(S1, lastMessageOrdinal)).unread === 0, "read");
      insist((await actions.markRead(S1, 1n)).unread === 0, "reading never goes back");
      await actions.remove(S1);
      await expectList(fixture.threads, "");
    },
  },
  {
    id: "T4",
    title: "G53 pinned threads come first, then the newest activity, a page at a time",
    async run(fixture) {
      for (const name of ["s1", "s2", "s3", "s4"]) await converse(fixture, name);
      await fixture.threads.update(S1, { pinned: true });
      const all = (await fixture.threads.list()).threads;
      insist(all[0]?.sessionId === S1 && all.length === 4, "the pinned one is the first of four");
      const first = await fixture.threads.list({ limit: 3 });
      insist(first.threads.length === 3 && first.next !== null, "there is another page");
      const second = await fixture.threads.list({ limit: 3, before: first.next ?? "" });
      insist(second.next === null, "which is the last");
      insist(ids([...first.threads, ...second.threads]) === ids(all), "the pages are the list");
    },
  },
  {
    id: "T5",
    title: "a search finds what is in title or preview, whatever the case",
    async run(fixture) {
      await converse(fixture, "s1");
      await converse(fixture, "s2");
      await fixture.threads.update(S1, { title: "Fjörde und Schären" });
      await expectList(fixture.threads, "s1", { search: "FJÖRDE" });
      await expectList(fixture.threads, "", { search: "no such words" });
    },
  },
  {
    id: "T6",
    title: "C47 a removed conversation is gone, with all it said",
    async run(fixture) {
      await converse(fixture, "s1");
      await fixture.threads.remove(S1);
      await fixture.threads.remove(S1);
      await expectList(fixture.threads, "");
      const follower = follow(fixture.backend, S1);
      await follower.until("it is loaded", () => follower.hydration().type === "ready");
      insist(follower.entities().length === 0, "it is empty");
      follower.close();
    },
  },
  {
    id: "T7",
    title: "what is done to a thread that is not there is refused as such",
    async run({ threads }) {
      insist((await refusal(threads.update(S1, { pinned: true }))) === "session_not_found", "it is not found");
      insist((await threads.list()).threads.length === 0, "and not made");
    },
  },
  {
    id: "T8",
    title: "G53 G21 a title is one line of plain text, whatever the prompt is written in",
    async run(fixture) {
      const { title } = await converse(
        fixture,
        "s1",
        "# Fix **this**:\n```ts\na ** b\n```\nas in [the docs](https://x.y/_z_)",
      );
      insist(title === "Fix this: a ** b as in the docs", "the signs of Markdown are gone");
    },
  },
];
