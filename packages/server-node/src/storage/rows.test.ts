import { describe, expect, it } from "vitest";
import { readEntity, readEvent, readHead, skippedByText } from "./rows.ts";

const event = { ordinal: "7", id: "e7", at: 1, name: "Said", payload: "{}", command_id: null, skipped_by: null };
const entity = {
  kind: "Message",
  id: "m1",
  created_ordinal: "9007199254740993",
  created_index: 0,
  last_event_ordinal: "7",
  created_at: 1,
  updated_at: 2,
  command_id: "c1",
  open: true,
  removed: false,
  payload: "{}",
};

describe("rows", () => {
  it("are the same record, whatever their driver makes of integers and flags", () => {
    const elsewhere = {
      ...entity,
      created_ordinal: 9_007_199_254_740_993n,
      last_event_ordinal: 7n,
      open: 1n,
      removed: 0n,
    };
    expect(readEntity(elsewhere)).toEqual(readEntity(entity));
    expect(readEntity(entity)).toMatchObject({ createdOrdinal: 2n ** 53n + 1n, open: true, removed: false });
    expect(readEvent({ ...event, ordinal: 7n })).toEqual(readEvent(event));
  });

  it("H59 what is optional stays absent, and a list comes back from its text", () => {
    const { skipped_by: _, command_id: __, ...needed } = event;
    expect(readEvent(event)).toEqual({ ...needed, ordinal: 7n });
    const skipping = { ...readEvent(event), skippedBy: ["p@1", "q@2"] };
    expect(readEvent({ ...event, skipped_by: skippedByText(skipping) })).toEqual(skipping);
  });

  it.each([
    ["ordinal", 7],
    ["ordinal", "seven"],
    ["ordinal", null],
    ["id", null],
    ["at", "1"],
    ["payload", new Uint8Array(1)],
    ["command_id", 7n],
    ["skipped_by", "{"],
    ["skipped_by", '{"p@1":true}'],
    ["skipped_by", "[1]"],
  ])("F-D17 an event whose %s holds %o is damaged", (column, value) => {
    expect(() => readEvent({ ...event, [column]: value })).toThrow(
      expect.objectContaining({ code: "corrupt_data", message: expect.stringContaining(column) }),
    );
  });

  it("F-D17 a flag that is neither, and a column that is not there, are damage", () => {
    const damaged = expect.objectContaining({ code: "corrupt_data", retryable: false });
    expect(() => readEntity({ ...entity, open: 2n })).toThrow(damaged);
    expect(() => readEntity({ ...entity, removed: null })).toThrow(damaged);
    expect(() => readHead({ revision: "r1" })).toThrow(damaged);
  });
});
