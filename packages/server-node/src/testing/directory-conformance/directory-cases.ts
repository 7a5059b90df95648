/** Owns the exam of a directory, as data with ids: every case gets one that nobody has written to, and knows no runner. */
import assert from "node:assert/strict";
import type { DirectoryMessage, DirectoryQuery, SessionActivity, SessionDirectory } from "../../directory/contract.ts";

export interface DirectoryCase {
  readonly id: `D-${number}`;
  readonly title: string;
  run(directory: SessionDirectory): Promise<void>;
}

const ADA = "ada";
const BEGAN = 1_700_000_000_000;
const key = (session: string, tenant = "acme") => ({ tenant, session });
const answers = (...ordinals: number[]): DirectoryMessage[] =>
  ordinals.map((ordinal) => ({ ordinal: BigInt(ordinal), author: null }));

function activity(session: string, ordinal: number, init: Partial<SessionActivity> = {}): SessionActivity {
  return {
    session: key(session),
    owner: ADA,
    title: `Title of ${session}`,
    preview: `Preview ${ordinal}`,
    createdAt: BEGAN,
    lastActivityAt: BEGAN + ordinal,
    ordinal: BigInt(ordinal),
    messages: answers(ordinal),
    ...init,
  };
}

async function listed(directory: SessionDirectory, query: Partial<DirectoryQuery> = {}): Promise<string[]> {
  const { entries } = await directory.list({
    tenant: "acme",
    principal: ADA,
    archived: false,
    search: "",
    before: null,
    limit: 100,
    ...query,
  });
  return entries.map(({ session }) => session.session);
}

async function entryOf(directory: SessionDirectory, session: string, principal = ADA) {
  const entry = await directory.get(key(session), principal);
  assert.ok(entry !== null, `${session} should have an entry`);
  return entry;
}

const inOrder: readonly DirectoryCase[] = [
  {
    id: "D-1",
    title: "an unknown session has no entry, and nothing that is done to it makes one",
    async run(directory) {
      await directory.rename(key("s1"), "Title");
      await directory.mark(key("s1"), ADA, { pinned: true, readOrdinal: 7n });
      await directory.remove(key("s1"));
      assert.equal(await directory.get(key("s1"), ADA), null);
      assert.deepEqual(await listed(directory), []);
      await directory.record(activity("s1", 1));
      const { pinned, readOrdinal } = await entryOf(directory, "s1");
      assert.deepEqual([pinned, readOrdinal], [false, 0n]);
    },
  },
  {
    id: "D-2",
    title: "G53 what was recorded comes back",
    async run(directory) {
      await directory.record(activity("s1", 5, { messages: answers(2, 5) }));
      assert.deepEqual(await directory.get(key("s1"), ADA), {
        session: key("s1"),
        owner: ADA,
        title: "Title of s1",
        preview: "Preview 5",
        createdAt: BEGAN,
        lastActivityAt: BEGAN + 5,
        lastMessageOrdinal: 5n,
        readOrdinal: 0n,
        unread: 2,
        pinned: false,
        muted: false,
        archived: false,
      });
    },
  },
  {
    id: "D-3",
    title: "what comes late or again changes nothing, in whatever order twenty reports arrive",
    async run(directory) {
      const reports = Array.from({ length: 20 }, (_, at) => activity("s1", ((at * 7) % 20) + 1));
      await Promise.all(reports.map((report) => directory.record(report)));
      await directory.record(activity("s1", 20, { preview: "again" }));
      const { preview, lastActivityAt } = await entryOf(directory, "s1");
      assert.deepEqual([preview, lastActivityAt], ["Preview 20", BEGAN + 20]);
    },
  },
  {
    id: "D-4",
    title: "a later log under the same id starts over, and an earlier one is history",
    async run(directory) {
      await directory.record(activity("s1", 50));
      await directory.rename(key("s1"), "By hand");
      await directory.mark(key("s1"), ADA, { pinned: true, readOrdinal: 50n });
      await directory.record(activity("s1", 2, { createdAt: BEGAN + 100 }));
      await directory.record(activity("s1", 60));
      const { title, preview, pinned, readOrdinal, unread } = await entryOf(directory, "s1");
      assert.deepEqual([title, preview, pinned, readOrdinal, unread], ["Title of s1", "Preview 2", false, 0n, 1]);
    },
  },
  {
    id: "D-5",
    title: "tenants and owners are apart, also where they use the same ids",
    async run(directory) {
      await directory.record(activity("s1", 1));
      await directory.record(activity("s1", 9, { session: key("s1", "other"), preview: "theirs" }));
      await directory.record(activity("s2", 1, { owner: "bob" }));
      await directory.record(activity("s3", 1, { owner: "" }));
      assert.deepEqual(await listed(directory), ["s1"]);
      assert.deepEqual(await listed(directory, { principal: "bob" }), ["s2"]);
      await directory.remove(key("s1", "other"));
      assert.equal((await entryOf(directory, "s1")).preview, "Preview 1");
    },
  },
];

const showing: readonly DirectoryCase[] = [
  {
    id: "D-6",
    title: "texts are one line, cut to 160 and 120 code points, never inside a pair",
    async run(directory) {
      const preview = `Hello\n\tworld \u0000 ${"😀".repeat(400)}\ud83d`;
      await directory.record(activity("s1", 1, { preview, title: "é".repeat(300) }));
      const entry = await entryOf(directory, "s1");
      assert.equal([...entry.preview].length, 160);
      assert.ok(entry.preview.startsWith("Hello world 😀😀") && entry.preview.endsWith("😀…"));
      assert.equal([...entry.title].length, 120);
      assert.doesNotMatch(entry.preview, /\p{Cs}/u);
    },
  },
  {
    id: "D-7",
    title: "G53 pinned ones come first, then the newest activity",
    async run(directory) {
      for (const [at, session] of ["s1", "s2", "s3", "s4"].entries()) await directory.record(activity(session, at + 1));
      await directory.mark(key("s2"), ADA, { pinned: true });
      assert.deepEqual(await listed(directory), ["s2", "s4", "s3", "s1"]);
      await directory.record(activity("s1", 10));
      assert.deepEqual(await listed(directory), ["s2", "s1", "s4", "s3"]);
    },
  },
  {
    id: "D-8",
    title: "G53 the archive is a list of its own",
    async run(directory) {
      await directory.record(activity("s1", 1));
      await directory.record(activity("s2", 2));
      await directory.mark(key("s2"), ADA, { archived: true });
      assert.deepEqual([await listed(directory), await listed(directory, { archived: true })], [["s1"], ["s2"]]);
      await directory.mark(key("s2"), ADA, { archived: false });
      assert.deepEqual(await listed(directory, { archived: true }), []);
    },
  },
  {
    id: "D-9",
    title: "a search looks in the title shown and the preview, whatever the case, and takes signs as signs",
    async run(directory) {
      await directory.record(activity("s1", 1, { title: "Über 100% Ökostrom", preview: "ends here" }));
      await directory.record(activity("s2", 2, { title: "Other", preview: "ДОБРЫЙ день" }));
      assert.deepEqual(await listed(directory, { search: " öKO " }), ["s1"]);
      assert.deepEqual(await listed(directory, { search: "добрый" }), ["s2"]);
      assert.deepEqual(await listed(directory, { search: "100%" }), ["s1"]);
      for (const search of ["1%m", "_", "strom ends", "strom\nends", "'; --", "\u0000x"]) {
        assert.deepEqual(await listed(directory, { search }), []);
      }
      await directory.rename(key("s1"), "Electricity");
      assert.deepEqual(await listed(directory, { search: "ELECTRI" }), ["s1"]);
      assert.deepEqual(await listed(directory, { search: "öko" }), []);
    },
  },
  {
    id: "D-10",
    title: "a title given by hand stands, until it is taken back",
    async run(directory) {
      await directory.record(activity("s1", 1));
      await directory.rename(key("s1"), "  By\nhand ");
      await directory.record(activity("s1", 2, { title: "Derived anew" }));
      assert.equal((await entryOf(directory, "s1")).title, "By hand");
      await directory.rename(key("s1"), " ");
      assert.equal((await entryOf(directory, "s1")).title, "Derived anew");
    },
  },
];

const counting: readonly DirectoryCase[] = [
  {
    id: "D-11",
    title: "reading never goes back, and each principal reads for itself",
    async run(directory) {
      await directory.record(activity("s1", 9, { messages: answers(2, 5, 9) }));
      await directory.mark(key("s1"), ADA, { readOrdinal: 5n });
      await directory.mark(key("s1"), ADA, { readOrdinal: 2n, muted: true });
      const { readOrdinal, unread, muted } = await entryOf(directory, "s1");
      assert.deepEqual([readOrdinal, unread, muted], [5n, 1, true]);
      assert.equal((await entryOf(directory, "s1", "bob")).unread, 3);
    },
  },
  {
    id: "D-12",
    title: "own messages are not unread, nor is what was said before them",
    async run(directory) {
      const messages = [...answers(2), { ordinal: 5n, author: ADA }, ...answers(7, 9)];
      await directory.record(activity("s1", 9, { messages }));
      assert.equal((await entryOf(directory, "s1")).unread, 2);
      assert.equal((await entryOf(directory, "s1", "bob")).unread, 4);
    },
  },
  {
    id: "D-13",
    title: "as many as a hundred are counted, of the newest",
    async run(directory) {
      const messages = answers(...Array.from({ length: 250 }, (_, at) => at + 1));
      await directory.record(activity("s1", 250, { messages }));
      assert.equal((await entryOf(directory, "s1")).unread, 100);
      await directory.mark(key("s1"), ADA, { readOrdinal: 249n });
      assert.equal((await entryOf(directory, "s1")).unread, 1);
    },
  },
  {
    id: "D-14",
    title: "marks made at once are all kept",
    async run(directory) {
      await directory.record(activity("s1", 40));
      const reads = Array.from({ length: 20 }, (_, at) => ({ readOrdinal: BigInt(((at * 7) % 20) + 1) }));
      const marks = [...reads, { pinned: true }, { muted: true }, { archived: true }];
      await Promise.all(marks.map((mark) => directory.mark(key("s1"), ADA, mark)));
      const { readOrdinal, pinned, muted, archived } = await entryOf(directory, "s1");
      assert.deepEqual([readOrdinal, pinned, muted, archived], [20n, true, true, true]);
    },
  },
];

const paging: readonly DirectoryCase[] = [
  {
    id: "D-15",
    title: "pages show each entry once, also when others come in between, and threads of one moment",
    async run(directory) {
      const names = Array.from({ length: 25 }, (_, at) => `s${String(at).padStart(2, "0")}`);
      for (const name of names) await directory.record(activity(name, 1));
      for (const name of ["s03", "s20", "s21"]) await directory.mark(key(name), ADA, { pinned: true });
      const query = { tenant: "acme", principal: ADA, archived: false, search: "", limit: 2 };
      const seen: string[] = [];
      let before: string | null = null;
      let pages = 0;
      do {
        const { entries, next }: Awaited<ReturnType<SessionDirectory["list"]>> = await directory.list({
          ...query,
          before,
        });
        seen.push(...entries.map(({ session }) => session.session));
        before = next;
        pages += 1;
        await directory.record(activity(`new-${pages}`, 50 + pages));
      } while (before !== null);
      assert.equal(pages, 13);
      const pinned = ["s03", "s20", "s21"];
      // What came in after the pinned ones were shown is new activity: above the rest, and so on no later page.
      assert.deepEqual(
        seen.filter((name) => names.includes(name)),
        [...pinned, ...names.filter((name) => !pinned.includes(name))],
      );
      assert.equal(new Set(seen).size, seen.length);
    },
  },
  {
    id: "D-16",
    title: "a page that cannot be is refused",
    async run(directory) {
      for (const limit of [0, -1, 1.5, 101, Number.NaN]) {
        await assert.rejects(listed(directory, { limit }), { code: "bad_request" });
      }
      for (const before of ["", "x", "e30", Buffer.from('[true,1,"a b"]').toString("base64url")]) {
        await assert.rejects(listed(directory, { before }), { code: "bad_request" });
      }
    },
  },
  {
    id: "D-17",
    title: "C47 removing takes the entry with its title and its marks, and no other",
    async run(directory) {
      await directory.record(activity("s1", 5));
      await directory.record(activity("s2", 5));
      await directory.rename(key("s1"), "By hand");
      await directory.mark(key("s1"), ADA, { pinned: true, archived: true, readOrdinal: 5n });
      await directory.remove(key("s1"));
      assert.deepEqual(await listed(directory, { archived: true }), []);
      await directory.record(activity("s1", 1));
      const { title, pinned, unread } = await entryOf(directory, "s1");
      assert.deepEqual([title, pinned, unread], ["Title of s1", false, 1]);
      assert.deepEqual(await listed(directory), ["s2", "s1"]);
    },
  },
  {
    id: "D-18",
    title: "a closed directory says so",
    async run(directory) {
      await directory.close();
      await directory.close();
      await assert.rejects(directory.get(key("s1"), ADA), { code: "closed" });
      await assert.rejects(directory.record(activity("s1", 1)), { code: "closed" });
    },
  },
];

export const directoryCases: readonly DirectoryCase[] = [...inOrder, ...showing, ...counting, ...paging];
