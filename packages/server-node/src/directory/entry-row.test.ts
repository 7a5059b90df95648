import { describe, expect, it } from "vitest";
import { messagesText, readEntry } from "./entry-row.ts";

const row = {
  tenant: "acme",
  session: "s1",
  owner: "ada",
  title: "Derived",
  given_title: null,
  preview: "P",
  created_at: 1,
  last_activity_at: 2,
  ordinal: "9",
  messages: messagesText([
    { ordinal: 5n, author: "ada" },
    { ordinal: 9n, author: null },
  ]),
  pinned: true,
  muted: false,
  archived: false,
  read_ordinal: "0",
};

describe("rows of a directory", () => {
  it("are the same entry, whatever their driver makes of integers and flags", () => {
    const elsewhere = { ...row, ordinal: 9n, pinned: 1n, muted: 0n, archived: 0n, read_ordinal: 0n };
    expect(readEntry("ada", elsewhere)).toEqual(readEntry("ada", row));
    expect(readEntry("ada", row)).toMatchObject({ title: "Derived", pinned: true, lastMessageOrdinal: 9n, unread: 1 });
  });

  it.each([
    ["messages", "{"],
    ["messages", '[["9"]]'],
    ["messages", '[[9,"ada"]]'],
    ["given_title", 7],
    ["pinned", null],
    ["read_ordinal", "many"],
  ])("F-D17 one whose %s holds %j is damaged", (column, value) => {
    expect(() => readEntry("ada", { ...row, [column]: value })).toThrow(
      expect.objectContaining({ code: "corrupt_data", message: expect.stringContaining(column) }),
    );
  });
});
