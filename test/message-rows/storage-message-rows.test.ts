import { storageMessageRows } from "@sessionstream/client/message-rows";
import type { MessageRow } from "@sessionstream/protocol/message-rows";
import { describeMessageRowConformance } from "@sessionstream/server-node/testing/vitest";
import { expect, it } from "vitest";
import { aRow } from "./a-row.ts";
import { fakeStorage } from "./fake-storage.ts";

// A window's own types of events are narrower than a plain target's; the calls are the same.
const tabOf = ({ storage, events }: ReturnType<ReturnType<typeof fakeStorage>["openTab"]>, prefix?: string) =>
  // CAST: see above.
  storageMessageRows({ storage, events: events as unknown as Window, ...(prefix !== undefined && { prefix }) });

describeMessageRowConformance("localStorage", () => tabOf(fakeStorage().openTab()));

it("G37 a tab hears of the rows of another, in the threads it observes, until it stops", async () => {
  const browser = fakeStorage();
  const here = tabOf(browser.openTab());
  const there = tabOf(browser.openTab());
  const heard: MessageRow[] = [];
  const stop = here.observeMessages(
    "thread-1",
    (rows) => heard.push(...rows),
    (error) => expect.fail(String(error)),
  );
  await there.appendMessage(aRow("a"));
  await there.appendMessage(aRow("b", { threadId: "thread-2" }));
  stop();
  await there.appendMessage(aRow("c"));
  expect(heard.map(({ key }) => key)).toEqual(["a"]);
  expect(await here.loadMessages("thread-1")).toEqual([heard[0], expect.objectContaining({ key: "c" })]);
});

it("G27 what others keep beside it is no row, and neither is what they damaged", async () => {
  const { storage, openTab } = fakeStorage();
  const rows = tabOf(openTab());
  await rows.appendMessage(aRow("a"));
  storage.setItem("theme", "dark");
  storage.setItem("sessionstream.rows/thread-1/b", "{ not json");
  expect((await rows.loadMessages("thread-1")).map(({ key }) => key)).toEqual(["a"]);
  expect(await tabOf(openTab(), "another app").loadMessages("thread-1")).toEqual([]);
});

it("G27 a full browser says so, in words for its user, and trying again is no help", async () => {
  const browser = fakeStorage();
  const rows = tabOf(browser.openTab());
  await rows.appendMessage(aRow("a"));
  browser.setRoom(0);
  await expect(rows.appendMessage(aRow("b"))).rejects.toMatchObject({
    code: "storage_unavailable",
    retryable: false,
    message: expect.stringContaining("no room"),
  });
  expect(await rows.loadMessages("thread-1")).toHaveLength(1);
});
